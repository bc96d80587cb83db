import { expect, test } from 'vitest';
import { centralRegion, regionOf } from '../../../../media/upscaling-preview/region.ts';

test.each([
  [800, 600, { x: 320, y: 220, width: 160, height: 160 }],
  [161, 100, { x: 0, y: 0, width: 160, height: 100 }],
  [7, 5, { x: 0, y: 0, width: 7, height: 5 }],
])('the middle of an image of %i x %i pixels', (width, height, expected) => {
  expect(centralRegion({ width, height })).toEqual(expected);
});

test.each([
  ['as it is', [10, 20, 100, 50], [10, 20, 100, 50]],
  ['with the least sides', [10, 20, 1, 2], [10, 20, 16, 16]],
  ['with the least sides, at the corner', [799, 599, 1, 1], [784, 584, 16, 16]],
  ['with the largest sides', [0, 0, 800, 600], [0, 0, 512, 512]],
  ['of another image, which was larger', [2000, 10, 100, 100], [700, 10, 100, 100]],
])('a box as a region: %s', (_, [x = 0, y = 0, width = 0, height = 0], expected) => {
  const region = regionOf({ x, y, width, height }, { width: 800, height: 600 });
  expect([region.x, region.y, region.width, region.height]).toEqual(expected);
});
