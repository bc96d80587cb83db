import { expect, test } from 'vitest';
import type { FloatImage } from '../../../../trainer/data/image.ts';
import { imresizeFloat } from '../../../../trainer/data/imresize.ts';
import { colorUpscaler } from '../../../../trainer/upscale/color-upscaler.ts';
import { upscaleLayers } from '../../../../trainer/upscale/layers.ts';
import { upscaleImage } from '../../../../trainer/upscale/upscale-image.ts';
import { largestDifference, noise, testUpscaler } from './test-upscalers.ts';

/** Repeats each sample, and inverts it. */
function inverting(channels: number) {
  return testUpscaler('inverting', 2, 0, (image) => {
    expect(image.channels).toBe(channels);
    const { width, height, data } = image;
    const upscaled = new Float32Array(4 * data.length);
    for (let i = 0; i < upscaled.length; i++) {
      const [pixel, channel] = [Math.floor(i / channels), i % channels];
      const [x, y] = [Math.floor((pixel % (2 * width)) / 2), Math.floor(pixel / (2 * width) / 2)];
      upscaled[i] = 1 - data[(y * width + x) * channels + channel]!;
    }
    return { width: 2 * width, height: 2 * height, channels, data: upscaled };
  });
}

/** Luma, Cb and Cr of BT.601 of a pixel. */
function ycbcr({ data }: FloatImage, pixel: number): number[] {
  const [r, g, b] = [data[3 * pixel]!, data[3 * pixel + 1]!, data[3 * pixel + 2]!];
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  return [y, (b - y) / 1.772, (r - y) / 1.402];
}

test('a network of gray makes luma, and bicubic interpolation the colors', async () => {
  const image = noise(6, 5, 3);
  const result = await colorUpscaler(inverting(1), 1).upscale(image);
  const bicubic = imresizeFloat(image, 2);
  for (let pixel = 0; pixel < 120; pixel++) {
    const source = Math.floor(pixel / 24) * 6 + Math.floor((pixel % 12) / 2);
    const [y = 0] = ycbcr(image, source);
    const [, cb, cr] = ycbcr(bicubic, pixel);
    for (const [i, value] of [1 - y, cb!, cr!].entries())
      expect(ycbcr(result, pixel)[i]).toBeCloseTo(value, 5);
  }
});

test('a gray image gets what a network of gray makes of it', async () => {
  const gray = noise(6, 5, 1);
  const model = inverting(1);
  const result = await upscaleLayers(colorUpscaler(model, 1)).upscale(gray);
  expect(result.channels).toBe(1);
  expect(largestDifference(result, await model.upscale(gray))).toBeLessThan(1e-6);
});

test.each([2, 4])('a network of RGB and alpha makes the alpha of %i channels', async (channels) => {
  const image = noise(6, 5, channels);
  const expected = await inverting(channels).upscale(image);
  const result = await upscaleLayers(colorUpscaler(inverting(4), 4)).upscale(image);
  expect(result.channels).toBe(channels);
  expect(largestDifference(result, expected)).toBeLessThan(1e-6);
});

test.each([1, 4])('a network of %i channels upscales RGB images in tiles without seams', async (channels) => {
  const image = noise(30, 17, 3);
  const upscaler = colorUpscaler(inverting(channels), channels);
  const whole = await upscaler.upscale(image);
  expect(whole.channels).toBe(3);
  expect(largestDifference(await upscaleImage(upscaler, image, { tile: 12 }), whole)).toBeLessThan(1e-6);
});
