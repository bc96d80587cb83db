import { describe, expect, test } from 'vitest';
import { placeLabels } from '../../../../../media/compare/tradeoff/place-labels.ts';

const area = { left: 0, top: 0, right: 200, bottom: 100 };
const label = (text: string, x: number, y: number, width = 50) => ({ text, x, y, width });

/** `text: x y anchor` */
function placed(labels: readonly ReturnType<typeof label>[]): string[] {
  return placeLabels(labels, labels, area).map(({ text, x, y, anchor }) => `${text}: ${x} ${y} ${anchor}`);
}

describe('a label', () => {
  test.each<[string, ReturnType<typeof label>[], string[]]>([
    ['is at the right of its point', [label('a', 50, 50)], ['a: 60 54 start']],
    ['is at the left where the right has no room', [label('a', 180, 50)], ['a: 170 54 end']],
    ['is above where neither side has room', [label('a', 100, 50, 150)], ['a: 100 40 middle']],
    ['is below at the top', [label('a', 100, 5, 150)], ['a: 100 24 middle']],
    ['covers no mark', [label('a', 50, 50), label('b', 80, 50)], ['a: 50 40 middle', 'b: 90 54 start']],
    [
      'covers no other label',
      [label('a', 50, 50), label('b', 50, 58)],
      ['a: 60 54 start', 'b: 50 77 middle'],
    ],
    ['is left out where it is wider than the plot', [label('a', 50, 50, 300)], []],
  ])('%s', (_, labels, expected) => expect(placed(labels)).toEqual(expected));

  test('never overlaps another, however many points there are', () => {
    const many = Array.from({ length: 12 }, (_, i) => label(`${i}`, (i * 37) % 200, (i * 53) % 100, 40));
    const boxes = placeLabels(many, many, area).map(({ x, y, anchor }) => {
      const left = x - { start: 0, middle: 20, end: 40 }[anchor];
      return { left, right: left + 40, top: y - 10, bottom: y + 3 };
    });
    expect(boxes.length).toBeGreaterThan(1);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const overlaps = a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        expect(overlaps).toBe(false);
      }
    }
  });
});
