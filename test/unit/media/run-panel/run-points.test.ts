import { expect, test } from 'vitest';
import { RunPoints } from '../../../../media/run-panel/run-points.ts';
import type {
  NewestPoints,
  PointCursor,
  PointsAnswer,
  TagPoints,
} from '../../../../server/protocol/points.ts';
import type { SessionSummary } from '../../../../server/protocol/runs.ts';

const tag = 'train/content_loss';

/** Points of the steps after `first` up to `last`, each with the value of its step. */
function points(first: number, last: number): TagPoints {
  const steps = Array.from({ length: last - first }, (_, i) => first + i + 1);
  return { tag, steps, values: steps, wallTimes: steps };
}

const cursorAt = (count: number): PointCursor => ({ generation: '7', count });

/** All points of a run, from `first`; `last` is their number. */
function answer(first: number, last: number, more = false): PointsAnswer {
  return {
    isFromStart: first === 0,
    tags: [points(first, last)],
    cursor: cursorAt(last),
    more,
    problems: [],
  };
}

function newest(of: TagPoints, cursor: PointCursor | null): NewestPoints {
  return { tags: [of], cursor, problems: [] };
}

/** A host that gives `answers` in turn and records the cursors of the requests. */
function hostOf(newest: NewestPoints, answers: readonly PointsAnswer[]) {
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
  const { store, cursors, shown } = hostOf(newest(points(0, 3), cursorAt(3)), [answer(3, 3), answer(3, 5)]);
  await store.load();
  expect(store.isComplete).toBe(true);
  await store.loadNew();
  expect(shown).toEqual([
    [1, 3],
    [1, 3],
    [1, 5],
  ]);
  expect(cursors).toEqual([cursorAt(3), cursorAt(3)]);
});

test('shows the newest points of a long run until all are loaded', async () => {
  const { store, cursors, shown } = hostOf(newest(points(8, 10), null), [answer(0, 6, true), answer(6, 10)]);
  await store.load();
  expect(shown).toEqual([
    [9, 2],
    [9, 2],
    [1, 10],
  ]);
  expect(cursors).toEqual([null, cursorAt(6)]);
});

test('points from the start replace all points', async () => {
  const { store, shown } = hostOf(newest(points(0, 9), cursorAt(9)), [answer(9, 9), answer(0, 4)]);
  await store.load();
  await store.loadNew();
  expect(shown.at(-1)).toEqual([1, 4]);
});

test('the time of a step is that of the nearest point', async () => {
  const { store } = hostOf(newest(points(0, 9), cursorAt(9)), [answer(9, 9)]);
  expect(store.timeOfStep(3)).toBeNull();
  await store.load();
  expect(store.timeOfStep(3.4)).toBe(3);
});

test('a run starts with its first session or, without sessions, its first point', async () => {
  const late = { ...points(0, 2), wallTimes: [500, 600] };
  const { store } = hostOf(newest(late, cursorAt(2)), [answer(2, 2)]);
  await store.load();
  const session = (started: number | null): SessionSummary => ({
    started,
    stage: 'pretraining',
    step: 0,
    engine: 'cpu',
    device: '',
    host: '',
    pid: 1,
    toolVersion: '',
    command: null,
    source: null,
    stopped: null,
  });
  expect(store.start({ sessions: [session(90_000)] })).toBe(90);
  expect(store.start({ sessions: [session(null)] })).toBe(500);
  expect(store.start({ sessions: [] })).toBe(500);
  expect(store.start(null)).toBe(500);
});
