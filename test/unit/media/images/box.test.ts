import { describe, expect, test } from 'vitest';
import { boxBetween, boxInside, boxInView, movedBox, resizedBox } from '../../../../media/images/box.ts';
import { differenceOf } from '../../../../media/images/difference.ts';

const image = { width: 100, height: 50 };
const box = { x: 10, y: 10, width: 20, height: 20 };

describe('boxBetween includes partly covered pixels', () => {
  test.each([
    [
      { x: 1.2, y: 2.7 },
      { x: 3.1, y: 4 },
      { x: 1, y: 2, width: 3, height: 2 },
    ],
    [
      { x: 3.1, y: 4 },
      { x: 1.2, y: 2.7 },
      { x: 1, y: 2, width: 3, height: 2 },
    ],
    [
      { x: -9, y: -9 },
      { x: 200, y: 200 },
      { x: 0, y: 0, width: 100, height: 50 },
    ],
    [{ x: -9, y: 5 }, { x: -1, y: 9 }, null],
  ])('from %j to %j', (from, to, expected) => expect(boxBetween(from, to, image)).toEqual(expected));
});

test('a box stays in the image', () => {
  expect(movedBox(box, -99, 99, image)).toEqual({ ...box, x: 0, y: 30 });
  expect(resizedBox(box, 500, -500, image)).toEqual({ ...box, width: 90, height: 1 });
  expect(boxInside({ ...box, x: 95 }, image)).toEqual({ ...box, x: 95, width: 5 });
  expect(boxInside({ ...box, x: 100 }, image)).toBe(null);
});

test('the initial box is the middle half of the visible part', () =>
  expect(boxInView({ zoom: 2, x: 50, y: 25 }, image, { width: 80, height: 80 })).toEqual({
    x: 40,
    y: 15,
    width: 20,
    height: 20,
  }));

test('a difference is absolute, amplified and opaque', () =>
  expect([
    ...differenceOf(new Uint8ClampedArray([10, 200, 0, 255]), new Uint8ClampedArray([13, 100, 0, 9]), 4),
  ]).toEqual([12, 255, 0, 255]));
