import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPointStore, createPointStores } from '../../../../server/experiments/points.ts';
import {
  type PointCursor,
  type PointsAnswer,
  readAllPoints,
  type TagPoints,
} from '../../../../server/protocol/points.ts';
import { type EventMessage, encodeEvent } from '../../../../trainer/runs/event-protocol.ts';
import { encodeRecord } from '../../../../trainer/runs/event-records.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

/** Logs these tags at steps `from` to `to` in a session of its own; each value is the step. */
function session(
  folder: string,
  from: number,
  to: number,
  tags: readonly string[],
  resumeStep?: number,
): void {
  const writer = createEventWriter(folder, resumeStep);
  for (let step = from; step <= to; step++) {
    writer.scalars(step, Object.fromEntries(tags.map((tag) => [tag, step])), 1000 + step);
  }
  writer.close();
}

test('points come in order, in answers of bounded size, each once, and new ones as they are logged', async () => {
  const folder = temporaryFolder();
  session(folder, 1, 12_000, ['a', 'b']);
  const store = createPointStore(folder);
  await store.update();
  const seen: Record<string, number[]> = { a: [], b: [] };
  let cursor: PointCursor | null = null;
  for (let more = true; more; ) {
    const answer = store.after(cursor);
    expect(answer.isFromStart).toBe(cursor === null);
    let size = 0;
    for (const { tag, steps, values } of answer.tags) {
      expect(values).toEqual(steps);
      seen[tag]?.push(...steps);
      size += steps.length;
    }
    expect(size).toBeLessThanOrEqual(10_000);
    ({ cursor, more } = answer);
  }
  const all = Array.from({ length: 12_000 }, (_, index) => index + 1);
  expect(seen).toEqual({ a: all, b: all });
  session(folder, 12_001, 12_001, ['a'], 12_001);
  await store.update();
  expect(store.after(cursor)).toMatchObject({
    isFromStart: false,
    tags: [{ tag: 'a', steps: [12_001], values: [12_001], wallTimes: [13_001] }],
    more: false,
  });
  expect(store.last('a')).toBe(12_001);
  expect(store.last('c')).toBeUndefined();
});

test('a resumed session makes points void: the generation is another one, for every reader the same', async () => {
  const folder = temporaryFolder();
  session(folder, 1, 5, ['a']);
  const store = createPointStore(folder);
  await store.update();
  const before = store.after(null);
  session(folder, 3, 4, ['a'], 3);
  await store.update();
  const after = store.after(before.cursor);
  expect(after).toMatchObject({ isFromStart: true, tags: [{ tag: 'a', steps: [1, 2, 3, 4] }] });
  const other = createPointStore(folder);
  await other.update();
  expect(other.after(after.cursor)).toMatchObject({ isFromStart: false, tags: [], cursor: after.cursor });
});

test.each<[string, [from: number, to: number, resumeStep?: number][], steps: number[]]>([
  [
    'one after another',
    [
      [1, 5],
      [3, 5, 3],
      [4, 6, 4],
    ],
    [1, 2, 3, 4, 5, 6],
  ],
  [
    'a later one from before an earlier one',
    [
      [1, 5],
      [4, 6, 4],
      [2, 3, 2],
    ],
    [1, 2, 3],
  ],
  [
    'a later one from after an earlier one',
    [
      [1, 5],
      [2, 6, 2],
      [4, 4, 4],
    ],
    [1, 2, 3, 4],
  ],
  [
    'at the same step',
    [
      [1, 3],
      [2, 3, 2],
      [2, 2, 2],
    ],
    [1, 2],
  ],
  [
    'at the start',
    [
      [1, 3],
      [0, 1, 0],
    ],
    [0, 1],
  ],
  [
    'beyond the end',
    [
      [1, 3],
      [9, 9, 9],
    ],
    [1, 2, 3, 9],
  ],
])(
  'sessions that resume %s leave the same points, read at once or one by one',
  async (_, sessions, steps) => {
    const folder = temporaryFolder();
    const live = createPointStore(folder);
    for (const [from, to, resumeStep] of sessions) {
      session(folder, from, to, ['a'], resumeStep);
      await live.update();
    }
    const late = createPointStore(folder);
    await late.update();
    for (const store of [live, late]) expect(store.after(null).tags).toMatchObject([{ tag: 'a', steps }]);
    expect(live.after(null).cursor).toEqual(late.after(null).cursor);
  },
);

test('the newest points, of each tag', async () => {
  const folder = temporaryFolder();
  session(folder, 1, 9, ['a']);
  session(folder, 10, 11, ['a', 'b'], 10);
  const store = createPointStore(folder);
  await store.update();
  expect(store.newest(3)).toMatchObject({
    tags: [
      { tag: 'a', steps: [9, 10, 11] },
      { tag: 'b', steps: [10, 11] },
    ],
    cursor: null,
  });
  expect(store.newest(11)).toMatchObject({ cursor: store.after(null).cursor });
});

/** Writes an event file of these events. */
function eventFile(folder: string, seconds: number | string, events: readonly EventMessage[]): void {
  const records = events.map((event) => encodeRecord(encodeEvent(event)));
  writeFileSync(join(folder, `events.out.tfevents.${seconds}.host`), Buffer.concat(records));
}

test('a run with very many tags is read in answers of bounded size, each point once', async () => {
  const folder = temporaryFolder();
  const count = 25_000;
  const value = Array.from({ length: count }, (_, tag) => ({ tag: String(tag), simpleValue: 1 }));
  eventFile(
    folder,
    1,
    [1, 2].map((step) => ({ step, summary: { value } })),
  );
  const store = createPointStore(folder);
  await store.update();
  expect(store.size).toBe(2 * count);
  let answers = 0;
  let read = 0;
  await readAllPoints(
    async (after) => {
      answers++;
      return store.after(after);
    },
    {
      clear() {},
      append: ({ steps }) => {
        read += steps.length;
      },
    },
  );
  expect({ answers, read }).toEqual({ answers: 5, read: 2 * count });
  // One point of each tag, although more are requested.
  expect(store.newest(500).tags.map(({ steps }) => steps.length)).toEqual(Array(count).fill(1));
});

test.each(['__proto__', 'constructor', 'hasOwnProperty'])('a tag may be named %j', async (tag) => {
  const folder = temporaryFolder();
  eventFile(folder, 1, [{ step: 7, wallTime: 5, summary: { value: [{ tag, simpleValue: 1 }] } }]);
  const store = createPointStore(folder);
  await store.update();
  const read: TagPoints[] = [];
  // As JSON, between the processes.
  const request = async (after: PointCursor | null): Promise<PointsAnswer> =>
    JSON.parse(JSON.stringify(store.after(after)));
  await readAllPoints(request, { clear() {}, append: (points) => read.push(points) });
  expect(read).toEqual([{ tag, steps: [7], values: [1], wallTimes: [5] }]);
  expect(store.last(tag)).toBe(1);
});

test.each(['9'.repeat(200), '99999999999999999'])('an event file may have the time %s', async (seconds) => {
  const folder = temporaryFolder();
  eventFile(folder, seconds, [{ step: 7, summary: { value: [{ tag: 'a', simpleValue: 1 }] } }]);
  const store = createPointStore(folder);
  await store.update();
  const { cursor } = store.after(null);
  expect(store.after(JSON.parse(JSON.stringify(cursor)))).toMatchObject({ isFromStart: false, tags: [] });
});

test('numbers that are not finite are null', async () => {
  const folder = temporaryFolder();
  const writer = createEventWriter(folder);
  writer.scalars(1, { loss: Number.NaN, error: Number.POSITIVE_INFINITY });
  writer.close();
  const store = createPointStore(folder);
  await store.update();
  expect(store.after({ generation: 'other', count: 1 })).toMatchObject({
    isFromStart: true,
    tags: [
      { tag: 'loss', values: [null] },
      { tag: 'error', values: [null] },
    ],
  });
});

test('a run that takes the place of another is not taken for it', async () => {
  const stores = createPointStores();
  const folder = temporaryFolder();
  session(folder, 1, 3, ['a']);
  const old = (await stores.open(folder)).after(null);
  rmSync(folder, { recursive: true });
  stores.forget(folder);
  expect(stores.peek(folder)).toBeUndefined();
  expect((await stores.open(folder)).after(old.cursor)).toMatchObject({ isFromStart: true, tags: [] });
});
