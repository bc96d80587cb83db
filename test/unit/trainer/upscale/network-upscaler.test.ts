import { expect, test } from 'vitest';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { generator } from '../../../../trainer/models/generators.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';
import { networkUpscaler } from '../../../../trainer/upscale/network-upscaler.ts';
import { cropFloats, padByReflection } from '../../../../trainer/upscale/resize-canvas.ts';
import { upscaleImage } from '../../../../trainer/upscale/upscale-image.ts';
import { randomCompact, randomGenerator, randomRealplksr, randomSpan } from '../weights/generators.ts';
import { largestDifference, noise } from './test-upscalers.ts';

const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });

const models = [
  { scale_factor: 2, input_unshuffle: 2 },
  { scale_factor: 1, input_unshuffle: 4 },
  { scale_factor: 4 },
] as const;

test.each(models)('%j: images of any size are padded by reflection and cropped', async (options) => {
  const { options: all, parameters } = randomGenerator(options);
  const upscaler = networkUpscaler(engine, 'model', all, parameters);
  const { scale, alignment = 1 } = upscaler;
  for (const [width, height] of [
    [8, 8],
    [9, 7],
    [1, 2],
    [2, 1],
  ] as const) {
    const image = noise(width, height, 3);
    const up = (side: number) => Math.ceil(side / alignment) * alignment;
    const padded = await upscaler.upscale(padByReflection(image, up(width), up(height)));
    const expected = cropFloats(padded, { x: 0, y: 0, width: width * scale, height: height * scale });
    const found = await upscaler.upscale(image);
    expect([found.width, found.height]).toEqual([expected.width, expected.height]);
    expect(largestDifference(found, expected)).toBe(0);
  }
  await upscaler.close();
});

test.each(models)(
  '%j: tiles whose context is the receptive field equal the untiled result',
  async (options) => {
    // One dense block of two convolutions, so that the receptive field is small.
    const small = { num_basic_blocks: 1, num_dense_blocks: 1, num_residual_blocks: 2 };
    const { options: all, parameters } = randomGenerator({ ...options, ...small });
    const upscaler = networkUpscaler(engine, 'model', all, parameters);
    const image = noise(83, 61, 3);
    const whole = await upscaler.upscale(image);
    const receptiveField = upscaler.receptiveField;
    const tiled = await upscaleImage(upscaler, image, {
      tile: 2 * receptiveField + 11,
      overlap: receptiveField,
    });
    expect(largestDifference(tiled, whole)).toBeLessThan(1e-5);
    const short = await upscaleImage(upscaler, image, { tile: 16, overlap: 1 });
    expect(largestDifference(short, whole)).toBeGreaterThan(1e-4);
    await upscaler.close();
  },
);

test.each([
  { ...randomCompact(), radius: 4 },
  { ...randomSpan({ num_blocks: 1 }), radius: 6 },
  // Groups would be normalized over each tile.
  { ...randomRealplksr({ layer_norm: true }), radius: 8 },
])('$options.type in tiles whose context is the receptive field equals the untiled result', async (model) => {
  const upscaler = networkUpscaler(engine, 'model', model.options, model.parameters);
  const image = noise(53, 41, 3);
  const whole = await upscaler.upscale(image);
  const overlap = upscaler.receptiveField;
  expect(overlap).toBe(model.radius);
  const inTiles = (context: number) =>
    upscaleImage(upscaler, image, { tile: 2 * overlap + 7, overlap: context });
  expect(largestDifference(await inTiles(overlap), whole)).toBeLessThan(1e-5);
  expect(largestDifference(await inTiles(overlap - 4), whole)).toBeGreaterThan(1e-4);
  await upscaler.close();
});

test('the tail in tiles gives the same result', async () => {
  const wide = { rrdb_channels: 64, num_basic_blocks: 1, num_dense_blocks: 1, num_residual_blocks: 1 };
  const { options, parameters } = randomGenerator(wide);
  const image = noise(150, 100, 3);
  const program = await engine.freeze(
    ({ lr }, weights) => ({ outputs: { sr: generator(options, weights, rank4(lr!)) } }),
    { lr: [1, image.height, image.width, 3] },
    parameters,
  );
  const { sr } = await program.run({ lr: image.data });
  const upscaler = networkUpscaler(engine, 'model', options, parameters);
  const found = await upscaler.upscale(image);
  expect([found.width, found.height, found.channels]).toEqual([600, 400, 3]);
  expect(largestDifference(found, { ...found, data: sr! })).toBeLessThan(1e-5);
  await upscaler.close();
  await program.close();
});

test('releasing programs waits for the current work and changes no result', async () => {
  const { options, parameters } = randomGenerator({ scale_factor: 4 });
  const upscaler = networkUpscaler(engine, 'model', options, parameters);
  const image = noise(9, 7, 3);
  const atWork = upscaler.upscale(image);
  await upscaler.releasePrograms?.();
  expect(largestDifference(await upscaler.upscale(image), await atWork)).toBe(0);
  await upscaler.close();
});

test('reflection does not repeat the last row and column, and repeats as often as needed', () => {
  const row = (values: number[]) => ({
    width: values.length,
    height: 1,
    channels: 1,
    data: Float32Array.from(values),
  });
  expect([...padByReflection(row([1, 2, 3]), 9, 1).data]).toEqual([1, 2, 3, 2, 1, 2, 3, 2, 1]);
  expect([...padByReflection(row([5]), 3, 2).data]).toEqual([5, 5, 5, 5, 5, 5]);
  const grid = { width: 2, height: 2, channels: 2, data: Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4) };
  expect([...padByReflection(grid, 3, 3).data]).toEqual([
    1, -1, 2, -2, 1, -1, 3, -3, 4, -4, 3, -3, 1, -1, 2, -2, 1, -1,
  ]);
});
