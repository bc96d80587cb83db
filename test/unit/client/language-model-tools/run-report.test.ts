import { describe, expect, test } from 'vitest';
import {
  collectCurves,
  findRun,
  summarizeCurve,
} from '../../../../client/language-model-tools/run-report.ts';
import type { PointCursor, PointsAnswer } from '../../../../server/protocol/points.ts';
import { aRun } from '../runs/runs.ts';

function answer(first: number, values: (number | null)[], more = false): PointsAnswer {
  const steps = values.map((_, i) => first + i);
  return {
    isFromStart: first === 0,
    tags: [{ tag: 'loss', steps, values, wallTimes: steps }],
    cursor: { generation: '1', count: first + values.length },
    more,
    problems: [],
  };
}

async function collected(answers: readonly PointsAnswer[]) {
  const cursors: (PointCursor | null)[] = [];
  const left = [...answers];
  const curves = await collectCurves(async (after) => {
    cursors.push(after);
    return left.shift()!;
  });
  return { cursors, loss: curves.get('loss')?.map(({ value }) => value) };
}

test('points are requested to the end; values that are not finite are left out', async () =>
  expect(await collected([answer(0, [5, null, 3], true), answer(3, [2])])).toEqual({
    cursors: [null, { generation: '1', count: 3 }],
    loss: [5, 3, 2],
  }));

test('points that the next answer replaces are discarded', async () =>
  expect(await collected([answer(0, [5, 4], true), answer(0, [9])])).toMatchObject({
    loss: [9],
  }));

describe('a curve in a few numbers', () => {
  const points = (values: readonly number[]) => values.map((value, step) => ({ step, value }));
  test('none', () => expect(summarizeCurve([])).toBe(undefined));
  test('one point', () => expect(summarizeCurve(points([7]))?.sample).toEqual(points([7])));
  test('many', () => {
    const summary = summarizeCurve(points(Array.from({ length: 1000 }, (_, i) => Math.abs(i - 600))));
    expect(summary).toMatchObject({
      count: 1000,
      last: { step: 999, value: 399 },
      lowest: { step: 600, value: 0 },
      highest: { step: 0, value: 600 },
    });
    expect(summary?.sample).toHaveLength(12);
    expect(summary?.sample.at(0)?.step).toBe(0);
    expect(summary?.sample.at(-1)?.step).toBe(999);
  });
});

describe('a run by its name or folder', () => {
  const runs = [aRun({ name: 'a' }), aRun({ name: 'b', run: '/x/b' }), aRun({ name: 'b', run: '/y/b' })];
  test.each([
    ['a', '/w/runs/a'],
    ['/y/b', '/y/b'],
  ])('%s', (wanted, expected) => expect(findRun(runs, wanted).run).toBe(expected));
  test('two of a name', () =>
    expect(() => findRun(runs, 'b')).toThrow('Several runs are named b. Runs: /x/b, /y/b.'));
  test('none', () => expect(() => findRun(runs, 'c')).toThrow('No run is named c. Runs: a, b, b.'));
  test('none at all', () => expect(() => findRun([], 'c')).toThrow('There are no runs.'));
});
