import { expect, test } from 'vitest';
import { psnr } from '../../../../trainer/metrics/psnr.ts';

function plane(...data: number[]) {
  return { width: data.length, height: 1, channels: 1, data: Float64Array.from(data) };
}

test.each<[string, number[], number[], number, number, number]>([
  ['one step of 255', [0, 0], [1, 1], 255, 0, 48.1308],
  ['a tenth of the range', [0.5, 0.5], [0.6, 0.4], 1, 0, 20],
  ['half of the samples', [0, 0], [0, 1], 1, 0, 3.0103],
  ['the whole range', [0, 255], [255, 0], 255, 0, 0],
  ['equal images', [3, 4], [3, 4], 255, 0, Number.POSITIVE_INFINITY],
  ['equal images with an epsilon', [3, 4], [3, 4], 255, 1e-8, 80],
])('%s', (_, a, b, peak, epsilon, expected) => {
  expect(psnr(plane(...a), plane(...b), peak, epsilon)).toBeCloseTo(expected, 4);
});

test('images of differing shape are refused', () => {
  expect(() => psnr(plane(1, 2), plane(1), 1)).toThrow('2x1x1 and 1x1x1');
});
