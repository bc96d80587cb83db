import { expect, test } from 'vitest';
import {
  cursorAfter,
  type PointCursor,
  type PointsAnswer,
  readAllPoints,
  type TagPoints,
} from '../../../../server/protocol/points.ts';

/** Points of the steps `first` to `last - 1`; each value is the step. */
function points(first: number, last: number): TagPoints {
  const steps = Array.from({ length: last - first }, (_, index) => first + index);
  return { first, steps, values: steps, wallTimes: steps };
}

const answer = (generation: number, tags: PointsAnswer['tags'], more = false): PointsAnswer => ({
  generation,
  tags,
  more,
  problems: [],
});

test.each<[string, PointCursor | null, PointsAnswer, PointCursor | null]>([
  ['the first points', null, answer(1, { a: points(0, 3) }), { generation: 1, counts: { a: 3 } }],
  [
    'tags without new points keep their counts',
    { generation: 1, counts: { a: 3, b: 2 } },
    answer(1, { a: points(3, 5) }),
    { generation: 1, counts: { a: 5, b: 2 } },
  ],
  [
    'another generation replaces all counts',
    { generation: 1, counts: { a: 3, b: 2 } },
    answer(2, { a: points(0, 1) }),
    { generation: 2, counts: { a: 1 } },
  ],
  ['a gap', { generation: 1, counts: { a: 3 } }, answer(1, { a: points(4, 5) }), null],
  ['points that the reader has', { generation: 1, counts: { a: 3 } }, answer(1, { a: points(2, 5) }), null],
  [
    'a tag named like a member of every object',
    null,
    answer(1, { constructor: points(0, 1) }),
    { generation: 1, counts: { constructor: 1 } },
  ],
])('the cursor after %s', (_, before, added, after) => expect(cursorAfter(before, added)).toEqual(after));

test.each<[string, PointsAnswer[], number[]]>([
  ['page by page', [answer(1, { a: points(0, 2) }, true), answer(1, { a: points(2, 3) })], [0, 1, 2]],
  [
    'of the last generation only',
    [answer(1, { a: points(0, 2) }, true), answer(2, { a: points(0, 1) })],
    [0],
  ],
  [
    'from the first again after a gap',
    [answer(1, { a: points(0, 2) }, true), answer(1, { a: points(3, 4) }), answer(1, { a: points(0, 4) })],
    [0, 1, 2, 3],
  ],
])('reads points %s', async (_, answers, expected) => {
  const pages = answers.values();
  let steps: number[] = [];
  await readAllPoints(async () => pages.next().value ?? answer(1, {}), {
    clear() {
      steps = [];
    },
    append: (_tag, added) => steps.push(...added.steps),
  });
  expect(steps).toEqual(expected);
});
