import { expect, test } from 'vitest';
import { readRunFile } from '../../../../../trainer/config/index.ts';
import { gaussianNoise, noise, poissonNoise } from '../../../../../trainer/data/degradation/noise.ts';
import { createRandom } from '../../../../../trainer/data/random.ts';

/** Mean, standard deviation, skewness and kurtosis. */
function moments(values: ArrayLike<number>): [number, number, number, number] {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const central = (power: number) =>
    all.reduce((sum, value) => sum + (value - mean) ** power, 0) / all.length;
  const deviation = Math.sqrt(central(2));
  return [mean, deviation, central(3) / deviation ** 3, central(4) / deviation ** 4];
}

test('Gaussian noise has the moments of a normal distribution', () => {
  const [mean, deviation, skewness, kurtosis] = moments(gaussianNoise(200_001, 0.1, createRandom(1, 'test')));
  expect(mean).toBeCloseTo(0, 3);
  expect(deviation).toBeCloseTo(0.1, 3);
  expect(skewness).toBeCloseTo(0, 1);
  expect(Math.abs(kurtosis - 3)).toBeLessThan(0.05);
});

test.each([
  ['few events', 2],
  ['below ten events', 8],
  ['above ten events', 12],
  ['many events', 200],
])('Poisson noise has the moments of its distribution: %s', (_, level) => {
  // All 256 levels once, so that the largest counts 256 events; then many samples of one level.
  const count = 100_000;
  const samples = Float32Array.from(
    { length: 256 + count },
    (_, i) => Math.min(i < 256 ? i : level, 255) / 255,
  );
  const values = poissonNoise(samples, 0.5, createRandom(2, 'test', level)).slice(256);
  const events = (level / 255) * 256;
  const [mean, deviation, skewness, kurtosis] = moments(values);
  expect(mean * 256).toBeCloseTo(0, 1);
  expect(deviation / ((0.5 * Math.sqrt(events)) / 256)).toBeCloseTo(1, 2);
  expect(Math.abs(skewness - 1 / Math.sqrt(events))).toBeLessThan(0.04);
  expect(Math.abs(kurtosis - 3 - 1 / events)).toBeLessThan(0.12);
});

test('Poisson noise of few levels counts fewer events, as in Real-ESRGAN', () => {
  const flat = new Float32Array(50_000).fill(1);
  flat[0] = 0;
  // Two levels: two events for the largest one.
  const [, deviation] = moments(poissonNoise(flat, 1, createRandom(3, 'test')));
  expect(deviation).toBeCloseTo(Math.sqrt(2) / 2, 2);
});

test.each([
  ['gaussian: 1, poisson: 0, gray: 1', true],
  ['gaussian: 1, poisson: 0, gray: 0', false],
  ['gaussian: 0, poisson: 1, gray: 1', true],
  ['gaussian: 0, poisson: 1, gray: 0', false],
])('is the same in all channels only if it is gray: %s', (keys, isGray) => {
  const text = `degradation: [{ op: noise, ${keys}, sigma: [9, 9], scale: [1, 1] }, { op: downscale }]`;
  const [operation] = readRunFile(text, { file: 'run.esrgan.yaml' }).config!.degradation;
  if (operation?.op !== 'noise') throw new Error('the first operation is noise');
  const image = {
    width: 16,
    height: 16,
    channels: 3,
    data: Float32Array.from({ length: 768 }, (_, i) => Math.floor(i / 3) / 255),
  };
  const { data } = noise(image, operation, { random: createRandom(4, 'test'), lr: image }).image;
  const isEqual = data.every((value, i) => value === data[i - (i % 3)]);
  expect([isEqual, data.some((value, i) => Math.abs(value - image.data[i]!) > 0.01)]).toEqual([isGray, true]);
});
