import { expect, test } from 'vitest';
import { downscale } from '../../../../trainer/data/downscale.ts';
import { cropImage } from '../../../../trainer/data/image.ts';
import { imresize } from '../../../../trainer/data/imresize.ts';
import { noise } from './images.ts';

const image = noise(23, 18, 3);

test('bicubic crops the right and bottom edges and downscales with imresize', () => {
  const { hr, lr } = downscale(image, 4, 'bicubic');
  expect(hr).toEqual(cropImage(image, 0, 0, 20, 16));
  expect(lr).toEqual(imresize(hr, 1 / 4, 'uint8-replicate'));
  expect([lr.width, lr.height]).toEqual([5, 4]);
});

test('nearest crops all edges and takes the top left pixel of each block', () => {
  const { hr, lr } = downscale(image, 4, 'nearest');
  expect(hr).toEqual(cropImage(image, 1, 1, 20, 16));
  expect([lr.width, lr.height]).toEqual([5, 4]);
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 5; x++) {
      expect(cropImage(lr, x, y, 1, 1)).toEqual(cropImage(image, 1 + 4 * x, 1 + 4 * y, 1, 1));
    }
  }
});

test.each(['bicubic', 'nearest'] as const)('scale 1 by %s changes nothing', (method) => {
  expect(downscale(image, 1, method)).toEqual({ hr: image, lr: image });
});
