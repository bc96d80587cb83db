import { describe, expect, test } from 'vitest';
import { encodeOnnx, type OnnxNode, type OnnxTensor } from '../../../../trainer/engine/onnx.ts';
import { openOnnxUpscaler } from '../../../../trainer/upscale/onnx-upscaler.ts';
import { upscaleImage } from '../../../../trainer/upscale/upscale-image.ts';
import { fileOf } from '../tensor-files/pickle-bytes.ts';
import { largestDifference, noise } from './test-upscalers.ts';

type Extents = readonly (number | string)[];

const anySize: Extents = [1, 3, 'h', 'w'];

/** A model that repeats pixels, after whatever else is asked for. */
function model({
  nodes = [],
  constants = [],
  input = anySize,
  scales = [1, 1, 2, 2],
}: {
  nodes?: OnnxNode[];
  constants?: OnnxTensor[];
  input?: Extents;
  scales?: number[];
} = {}): string {
  const last = nodes.at(-1)?.outputs[0] ?? 'x';
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  return fileOf(
    encodeOnnx({
      nodes: [...nodes, { type: 'Resize', inputs: [last, '', 'scales'], outputs: ['y'], attributes }],
      constants: [{ name: 'scales', shape: [scales.length], data: Float32Array.from(scales) }, ...constants],
      inputs: [{ name: 'x', shape: input }],
      outputs: [{ name: 'y', shape: input.map((_, axis) => `y${axis}`) }],
    }),
    '.onnx',
  );
}

/** The image with every pixel repeated. */
function repeated(image: ReturnType<typeof noise>, scale: number): ReturnType<typeof noise> {
  const [width, height] = [image.width * scale, image.height * scale];
  const data = Float32Array.from({ length: width * height * 3 }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / 3), index % 3];
    const [y, x] = [Math.floor(pixel / width / scale), Math.floor((pixel % width) / scale)];
    return image.data[(y * image.width + x) * 3 + channel]!;
  });
  return { width, height, channels: 3, data };
}

const open = (path: string) => openOnnxUpscaler(path, 'model', 'cpu');

async function check(path: string, expected: { scale: number; alignment: number }): Promise<void> {
  const upscaler = await openOnnxUpscaler(path, 'model', 'cpu');
  expect(upscaler).toMatchObject({ name: 'model', receptiveField: Number.POSITIVE_INFINITY, ...expected });
  for (const [width, height] of [
    [5, 3],
    [40, 23],
    [1, 1],
  ] as const) {
    const image = noise(width, height, 3);
    const target = repeated(image, expected.scale);
    expect(largestDifference(await upscaler.upscale(image), target)).toBe(0);
    expect(largestDifference(await upscaleImage(upscaler, image, { tile: 16, overlap: 4 }), target)).toBe(0);
  }
  await upscaler.close();
}

describe('models of other programs', () => {
  test.each([1, 2, 3])('any size, x%i', (scale) =>
    check(model({ scales: [1, 1, scale, scale] }), { scale, alignment: 1 }),
  );

  test('a fixed size: images are upscaled in tiles of it', () =>
    check(model({ input: [1, 3, 16, 16] }), { scale: 2, alignment: 1 }));

  test('a fixed size that is not square', () =>
    check(model({ input: [1, 3, 12, 20] }), { scale: 2, alignment: 1 }));

  /** Averages squares of this radius, then repeats pixels. */
  const average = (radius: number, side: number) => {
    const size = 2 * radius + 1;
    const data = new Float32Array(9 * size * size);
    for (let channel = 0; channel < 3; channel++)
      data.fill(1 / size / size, 4 * channel * size * size, (4 * channel + 1) * size * size);
    return model({
      input: [1, 3, side, side],
      nodes: [
        {
          type: 'Conv',
          inputs: ['x', 'filter'],
          outputs: ['mean'],
          attributes: { pads: [radius, radius, radius, radius] },
        },
      ],
      constants: [{ name: 'filter', shape: [3, 3, size, size], data }],
    });
  };

  test('tiles of a fixed size have the context that the model needs', async () => {
    const [tiled, whole] = [await open(average(3, 24)), await open(average(3, 52))];
    // 3 x 3 tiles with 5 pixels of context, without padding.
    const image = noise(52, 52, 3);
    const expected = await whole.upscale(image);
    expect(largestDifference(await tiled.upscale(image), expected)).toBeLessThan(1e-6);
    await tiled.close();
    await whole.close();
  });

  test('a fixed size too small for the context refuses larger images only', async () => {
    const upscaler = await open(average(3, 8));
    expect(await upscaler.upscale(noise(8, 5, 3))).toMatchObject({ width: 16, height: 10 });
    await expect(upscaler.upscale(noise(9, 5, 3))).rejects.toMatchObject({
      code: 'data',
      message:
        'model takes only images of 8x8 pixels, too small for tiles without seams: its results depend on pixels that are 3 away. Export it again with a larger input, or one of any size.',
    });
    await upscaler.close();
  });

  test('sides that must be multiples of 4', () => {
    // There and back again: fails where a side is none.
    const rearrange = (type: string, input: string, output: string): OnnxNode => ({
      type,
      inputs: [input],
      outputs: [output],
      attributes: { blocksize: 4 },
    });
    const nodes = [rearrange('SpaceToDepth', 'x', 'a'), rearrange('DepthToSpace', 'a', 'b')];
    return check(model({ nodes }), { scale: 2, alignment: 4 });
  });

  test.each<[string, () => string, RegExp]>([
    [
      'not an ONNX file',
      () => fileOf(Buffer.from('nothing'), '.onnx'),
      /cannot upscale images: ONNX Runtime says/,
    ],
    [
      'NaN among its weights',
      () =>
        model({
          nodes: [{ type: 'Mul', inputs: ['x', 'factor'], outputs: ['scaled'] }],
          constants: [{ name: 'factor', shape: [1], data: Float32Array.of(Number.NaN) }],
        }),
      /cannot be used: 1 values of factor are infinite or NaN/,
    ],
    ['channels last', () => model({ input: [1, 'h', 'w', 3] }), /cannot upscale/],
    ['rank 3', () => model({ input: [3, 'h', 'w'], scales: [1, 2, 2] }), /its input is \[3, h, w\]/],
    [
      'a scale that is not an integer',
      () => model({ scales: [1, 1, 1.5, 1.5] }),
      /it upscales 65x65 to 97x97/,
    ],
    [
      'different scales for width and height',
      () => model({ scales: [1, 1, 2, 3] }),
      /it upscales 65x65 to 195x130/,
    ],
    ['an absurd scale', () => model({ scales: [1, 1, 300, 300] }), /its scale is 300; scales up to 32 are/],
    ['an absurd height', () => model({ scales: [1, 1, 40, 1] }), /its scale is 40;/],
    [
      'an absurd scale of a fixed size',
      () => model({ input: [1, 3, 400, 400], scales: [1, 1, 300, 300] }),
      /its scale is 300;/,
    ],
    [
      'two channels',
      () => model({ input: [1, 2, 'h', 'w'] }),
      /its input is \[1, 2, h, w\] instead of \[N, 3, H, W\], RGB, or 1/,
    ],
    ['more channels', () => model({ scales: [1, 2, 2, 2] }), /its output is \[1, 6, 130, 130\]/],
  ])('%s is an error', async (_, make, message) => {
    const path = make();
    const opening = openOnnxUpscaler(path, 'model', 'cpu');
    await expect(opening).rejects.toMatchObject({ code: 'data', message: expect.stringMatching(message) });
    await expect(opening).rejects.toThrow(path);
  });
});
