import { expect, test } from 'vitest';
import { RunPoints } from '../../../../media/run-panel/run-points.ts';
import type { PointCursor, PointsAnswer, TagPoints } from '../../../../server/protocol/points.ts';

const tag = 'train/content_loss';

/** Points of the steps after `first` up to `last`, each with the value of its step. */
function points(first: number, last: number): TagPoints {
  const steps = Array.from({ length: last - first }, (_, i) => first + i + 1);
  return { first, steps, values: steps, wallTimes: steps };
}

function answer(generation: number, of: TagPoints, more = false): PointsAnswer {
  return { generation, tags: { [tag]: of }, more, problems: [] };
}

/** A host that gives `answers` in turn and records the cursors of the requests. */
function hostOf(newest: PointsAnswer, answers: readonly PointsAnswer[]) {
  const cursors: (PointCursor | null)[] = [];
  const left = [...answers];
  const shown: number[][] = [];
  const store: RunPoints = new RunPoints(
    {
      request: ((name: string, params: { after: PointCursor | null }) => {
        if (name === 'esrgan/newestPoints') return Promise.resolve(newest);
        cursors.push(params.after);
        return Promise.resolve(left.shift());
      }) as never,
    },
    '/runs/a',
    () => {
      const series = store.shown.get(tag);
      shown.push([series?.steps[0] ?? 0, series?.length ?? 0]);
    },
  );
  return { store, cursors, shown };
}

test('a short run is complete with the newest points, then loads new ones', async () => {
  const { store, cursors, shown } = hostOf(answer(7, points(0, 3)), [
    answer(7, points(3, 3)),
    answer(7, points(3, 5)),
  ]);
  await store.load();
  expect(store.isComplete).toBe(true);
  await store.loadNew();
  expect(shown).toEqual([
    [1, 3],
    [1, 3],
    [1, 5],
  ]);
  expect(cursors).toEqual([3, 3].map((count) => ({ generation: 7, counts: { [tag]: count } })));
});

test('shows the newest points of a long run until all are loaded', async () => {
  const { store, cursors, shown } = hostOf(answer(7, points(8, 10)), [
    answer(7, points(0, 6), true),
    answer(7, points(6, 10)),
  ]);
  await store.load();
  expect(shown).toEqual([
    [9, 2],
    [9, 2],
    [1, 10],
  ]);
  expect(cursors).toEqual([null, { generation: 7, counts: { [tag]: 6 } }]);
});

test('a new generation replaces all points', async () => {
  const { store, shown } = hostOf(answer(7, points(0, 9)), [
    answer(7, points(9, 9)),
    answer(8, points(0, 4)),
  ]);
  await store.load();
  await store.loadNew();
  expect(shown.at(-1)).toEqual([1, 4]);
});

test('loads all points again after a gap', async () => {
  const { store, cursors, shown } = hostOf(answer(7, points(0, 9)), [
    answer(7, points(12, 14)),
    answer(7, points(0, 14)),
  ]);
  await store.load();
  expect(cursors.at(-1)).toBeNull();
  expect(shown.at(-1)).toEqual([1, 14]);
});

test('the time of a step is that of the nearest point', async () => {
  const { store } = hostOf(answer(7, points(0, 9)), [answer(7, points(9, 9))]);
  expect(store.timeOfStep(3)).toBeNull();
  await store.load();
  expect(store.timeOfStep(3.4)).toBe(3);
});

test('a run starts with its first session or, without sessions, its first point', async () => {
  const late = { ...points(0, 2), wallTimes: [500, 600] };
  const { store } = hostOf(answer(1, late), [answer(1, points(2, 2))]);
  await store.load();
  const started = {
    started: 90_000,
    stage: 'pretraining',
    step: 0,
    engine: 'cpu',
    device: '',
    host: '',
    pid: 1,
  } as const;
  expect(store.start({ sessions: [{ ...started, toolVersion: '', stopped: null }] })).toBe(90);
  expect(store.start({ sessions: [] })).toBe(500);
  expect(store.start(null)).toBe(500);
});
