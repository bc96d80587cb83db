import { describe, expect, test } from 'vitest';
import { chainUpscalers, repeated } from '../../../../trainer/upscale/chain.ts';
import { padByReflection } from '../../../../trainer/upscale/resize-canvas.ts';
import { upscaleImage } from '../../../../trainer/upscale/upscale-image.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';
import { bicubic, convolutionalUpscaler, largestDifference, noise, testUpscaler } from './test-upscalers.ts';

const clean = convolutionalUpscaler(1, 2);
const double = convolutionalUpscaler(2, 3);

/** Takes the mean of blocks of 2 x 2 pixels, as models do that rearrange their input. */
const blocks: Upscaler = {
  ...testUpscaler('blocks', 1, 1, (image) => {
    const { width, height } = image;
    const padded = padByReflection(image, Math.ceil(width / 2) * 2, Math.ceil(height / 2) * 2);
    const data = image.data.map((_, i) => {
      const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
      const at = (dx: number, dy: number) =>
        padded.data[((y - (y % 2) + dy) * padded.width + x - (x % 2) + dx) * 3 + c]!;
      return (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
    });
    return { ...image, data };
  }),
  alignment: 2,
};

describe('models one after another', () => {
  test.each<[string, readonly [Upscaler, ...Upscaler[]], number]>([
    ['a cleaner, then x2', [clean, double], 2],
    ['x2 twice', [double, double], 4],
    ['x2, a cleaner, x2', [double, clean, double], 4],
    ['blocks of 2, then x2', [blocks, double], 2],
    ['x2, then blocks of 2', [double, blocks], 2],
    ['a cleaner, then blocks of 2', [clean, blocks], 1],
  ])('%s: tiles equal the whole images one by one', async (_, models, scale) => {
    const image = noise(61, 47, 3);
    let expected = image;
    for (const model of models) {
      const upscaled = await model.upscale(expected);
      expected = { ...upscaled, data: upscaled.data.map((value) => Math.min(Math.max(value, 0), 1)) };
    }
    const chain = chainUpscalers(models);
    expect(chain.scale).toBe(scale);
    const clamped = (data: Float32Array) => data.map((value) => Math.min(Math.max(value, 0), 1));
    for (const tile of [40, 192]) {
      const tiled = await upscaleImage(chain, image, { tile });
      expect(largestDifference({ ...tiled, data: clamped(tiled.data) }, expected)).toBeLessThan(1e-5);
    }
  });

  test('are closed once each', async () => {
    const closed: string[] = [];
    const model = (name: string): Upscaler => ({
      ...bicubic(2),
      name,
      close: async () => void closed.push(name),
    });
    const [a, b] = [model('a'), model('b')];
    const chain = chainUpscalers([a, b, a]);
    expect(chain.name).toBe('a then b then a');
    await chain.close();
    expect(closed).toEqual(['a', 'b']);
  });

  test('0 passes change nothing', async () => {
    const image = noise(5, 4, 3);
    expect(await repeated(double, 0).upscale(image)).toEqual(image);
    expect(repeated(double, 1)).toBe(double);
  });
});
