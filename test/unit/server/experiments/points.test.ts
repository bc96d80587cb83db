import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPointStore, createPointStores } from '../../../../server/experiments/points.ts';
import { cursorAfter, type PointCursor } from '../../../../server/protocol/points.ts';
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
    more = answer.more;
    let size = 0;
    for (const [tag, { first, steps, values }] of Object.entries(answer.tags)) {
      expect(first).toBe(seen[tag]?.length);
      expect(values).toEqual(steps);
      seen[tag]?.push(...steps);
      size += steps.length;
    }
    expect(size).toBeLessThanOrEqual(10_000);
    cursor = cursorAfter(cursor, answer);
  }
  const all = Array.from({ length: 12_000 }, (_, index) => index + 1);
  expect(seen).toEqual({ a: all, b: all });
  session(folder, 12_001, 12_001, ['a'], 12_001);
  await store.update();
  expect(store.after(cursor).tags).toEqual({
    a: { first: 12_000, steps: [12_001], values: [12_001], wallTimes: [13_001] },
  });
  expect(store.last('a')).toBe(12_001);
});

test('a resumed session makes points void: the generation is another one, for every reader the same', async () => {
  const folder = temporaryFolder();
  session(folder, 1, 5, ['a']);
  const store = createPointStore(folder);
  await store.update();
  const before = store.after(null);
  session(folder, 3, 4, ['a'], 3);
  await store.update();
  const after = store.after(cursorAfter(null, before));
  expect(after.generation).not.toBe(before.generation);
  expect(after.tags.a).toMatchObject({ first: 0, steps: [1, 2, 3, 4] });
  const other = createPointStore(folder);
  await other.update();
  expect(other.after(cursorAfter(null, after))).toMatchObject({ generation: after.generation, tags: {} });
});

test('the newest points, of each tag', async () => {
  const folder = temporaryFolder();
  session(folder, 1, 9, ['a']);
  session(folder, 10, 11, ['a', 'b'], 10);
  const store = createPointStore(folder);
  await store.update();
  const { tags, more } = store.newest(3);
  expect(more).toBe(false);
  expect(tags).toMatchObject({ a: { first: 8, steps: [9, 10, 11] }, b: { first: 0, steps: [10, 11] } });
});

test('numbers that are not finite are null; a tag may have any name', async () => {
  const folder = temporaryFolder();
  const writer = createEventWriter(folder);
  writer.scalars(1, { loss: Number.NaN, constructor: Number.POSITIVE_INFINITY });
  writer.close();
  const store = createPointStore(folder);
  await store.update();
  const { tags } = store.after({ generation: -1, counts: {} });
  expect(tags.loss?.values).toEqual([null]);
  expect(Object.hasOwn(tags, 'constructor') && tags.constructor).toMatchObject({ first: 0, values: [null] });
});

test('a run that takes the place of another is not taken for it', async () => {
  const stores = createPointStores();
  const folder = temporaryFolder();
  session(folder, 1, 3, ['a']);
  const old = (await stores.open(folder)).after(null);
  rmSync(folder, { recursive: true });
  stores.forget(folder);
  expect(stores.peek(folder)).toBeUndefined();
  expect((await stores.open(folder)).after(cursorAfter(null, old))).toMatchObject({ tags: {}, more: false });
});
