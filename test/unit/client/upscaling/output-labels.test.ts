import { expect, test } from 'vitest';
import { parseSize, sizeLabel } from '../../../../client/upscaling/output-labels.ts';

test.each([
  ['', null, '×4, the scale of the model'],
  [' 2.5x ', { scale: 2.5 }, '×2.5'],
  ['x4', { scale: 4 }, '×4'],
  ['3000w', { width: 3000 }, '3000 pixels wide'],
  ['500', { width: 500 }, '500 pixels wide'],
  ['2000 H', { height: 2000 }, '2000 pixels high'],
  ['3000w 2000h', { width: 3000, height: 2000 }, 'at most 3000 × 2000 pixels'],
  ['12mp', { megapixels: 12 }, '12 megapixels'],
  ['.5MP', { megapixels: 0.5 }, '0.5 megapixels'],
])('the size %j', (text, size, label) => {
  expect(parseSize(text)).toEqual(size);
  expect(sizeLabel(size, 4)).toBe(label);
});

test('the factor of a model that is not known', () =>
  expect(sizeLabel(null, null)).toBe('the scale of the model'));

test.each(['4', '0.5x', '0x', '0w', 'w', '99', '1001x', '-2x', '2000h3000w', '0mp', '1.5w'])(
  '%j is no size',
  (text) => {
    expect(parseSize(text)).toBeUndefined();
  },
);
