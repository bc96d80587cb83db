import { expect, test } from 'vitest';
import type { FloatImage } from '../../../../trainer/data/image.ts';
import { cropFloats } from '../../../../trainer/upscale/resize-canvas.ts';
import { selfEnsemble } from '../../../../trainer/upscale/self-ensemble.ts';
import { upscaleImage } from '../../../../trainer/upscale/upscale-image.ts';
import { bicubic, convolutionalUpscaler, largestDifference, noise, testUpscaler } from './test-upscalers.ts';

/** Rotated by a quarter: (x, y) was at (y, height - 1 - x). */
function rotated({ width, height, channels, data }: FloatImage): FloatImage {
  const result = new Float32Array(data.length);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < height; x++) {
      const from = ((height - 1 - x) * width + y) * channels;
      result.set(data.subarray(from, from + channels), (y * height + x) * channels);
    }
  }
  return { width: height, height: width, channels, data: result };
}

const image = noise(13, 8, 3);

test('a model that turns with its image is unchanged', async () => {
  const plain = await bicubic(3).upscale(image);
  expect(largestDifference(await selfEnsemble(bicubic(3)).upscale(image), plain)).toBeLessThan(1e-6);
});

test('the result of any model turns with the image, which that of the model alone does not', async () => {
  const model = convolutionalUpscaler(2);
  const turning = async ({ upscale }: Pick<typeof model, 'upscale'>) =>
    largestDifference(await upscale(rotated(image)), rotated(await upscale(image)));
  expect(await turning(selfEnsemble(model))).toBeLessThan(1e-5);
  expect(await turning(model)).toBeGreaterThan(0.01);
});

test('it is the mean over eight images', async () => {
  // Answers its input times the number of the call: 1 to 8, with a mean of 4.5.
  let calls = 0;
  const counting = testUpscaler('counting', 1, 0, (input) => {
    calls++;
    return { ...input, data: input.data.map((value) => value * calls) };
  });
  const { data } = await selfEnsemble(counting).upscale(image);
  expect(calls).toBe(8);
  expect(
    largestDifference({ ...image, data }, { ...image, data: image.data.map((v) => v * 4.5) }),
  ).toBeLessThan(1e-5);
  expect(selfEnsemble(counting).name).toBe('counting+');
});

test('tiles equal the whole image, and parts are those of the whole', async () => {
  const model = selfEnsemble(convolutionalUpscaler(2));
  const large = noise(61, 47, 3);
  const whole = await model.upscale(large);
  expect(largestDifference(await upscaleImage(model, large, { tile: 24 }), whole)).toBeLessThan(1e-5);
  const part = { x: 5, y: 9, width: 20, height: 11 };
  const doubled = { x: 10, y: 18, width: 40, height: 22 };
  expect(largestDifference(await model.upscalePart!(large, part), cropFloats(whole, doubled))).toBeLessThan(
    1e-5,
  );
});
