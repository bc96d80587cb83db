import { expect, test } from 'vitest';
import { cropImage, cropToMultiple, toFloatImage, toImage } from '../../../../trainer/data/image.ts';
import { noise } from './images.ts';

test('bytes to floats and back', () => {
  const image = { width: 256, height: 1, channels: 1, data: Uint8Array.from({ length: 256 }, (_, i) => i) };
  const numbers = toFloatImage(image);
  expect([numbers.data[0], numbers.data[51], numbers.data[255]]).toEqual([0, Math.fround(0.2), 1]);
  expect(toImage(numbers)).toEqual(image);
});

test.each([
  [-0.5, 0],
  [0.499 / 255, 0],
  [0.501 / 255, 1],
  [254.6 / 255, 255],
  [1.7, 255],
])('%d becomes %d', (value, expected) => {
  const image = { width: 1, height: 1, channels: 1, data: Float32Array.of(value) };
  expect([...toImage(image).data]).toEqual([expected]);
});

test('crops', () => {
  const image = { width: 3, height: 2, channels: 2, data: Uint8Array.from({ length: 12 }, (_, i) => i) };
  expect([...cropImage(image, 1, 0, 2, 2).data]).toEqual([2, 3, 4, 5, 8, 9, 10, 11]);
  expect([...cropToMultiple(image, 2).data]).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
  expect(cropToMultiple(noise(8, 4, 3), 4)).toEqual(noise(8, 4, 3));
  expect(() => cropImage(image, 2, 0, 2, 2)).toThrow('crop 2x2+2+0 is outside of the image of 3x2');
});
