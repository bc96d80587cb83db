import { expect, test } from 'vitest';
import { type PointCursor, type PointsAnswer, readAllPoints } from '../../../../server/protocol/points.ts';

/** Points of these steps of a tag; each value is the step. */
function answer(isFromStart: boolean, steps: number[], count: number, more = false): PointsAnswer {
  return {
    isFromStart,
    tags: [{ tag: '__proto__', steps, values: steps, wallTimes: steps }],
    cursor: { generation: '1', count },
    more,
    problems: [],
  };
}

const cursorAt = (count: number): PointCursor => ({ generation: '1', count });

test.each<[string, PointsAnswer[], (PointCursor | null)[], number[]]>([
  ['of a run without any', [answer(true, [], 0)], [null], []],
  ['page by page', [answer(true, [0, 1], 2, true), answer(false, [2], 3)], [null, cursorAt(2)], [0, 1, 2]],
  [
    'that replace all before',
    [answer(true, [0, 1], 2, true), answer(true, [0], 1, true), answer(false, [5], 2)],
    [null, cursorAt(2), cursorAt(1)],
    [0, 5],
  ],
])('reads points %s', async (_, answers, cursors, expected) => {
  const pages = answers.values();
  const requested: (PointCursor | null)[] = [];
  let steps: number[] = [];
  await readAllPoints(
    async (after) => {
      requested.push(after);
      const page = pages.next().value;
      if (page === undefined) throw new Error('there are no more points');
      return page;
    },
    {
      clear() {
        steps = [];
      },
      append: (added) => steps.push(...added.steps),
    },
  );
  expect(steps).toEqual(expected);
  expect(requested).toEqual(cursors);
});
