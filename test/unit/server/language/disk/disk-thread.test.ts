import { afterEach, expect, test } from 'vitest';
import type { DiskResponse } from '../../../../../server/language/disk/disk-protocol.ts';
import { createDiskThread, type DiskThread } from '../../../../../server/language/disk/disk-thread.ts';

/** A thread that counts the letters of a pattern, falls over when asked for `fall`, and never ends with `long`. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ pattern }) => {
      if (pattern === 'fall') throw new Error('fallen');
      if (pattern === 'long') for (;;);
      parentPort.postMessage({ count: pattern.length });
    });
  `)}`,
);

let thread: DiskThread;
afterEach(() => thread.close());

/** Asks in this order without waiting between; gives the answers in the order in which they came. */
function answers(asked: readonly (readonly [key: string, pattern: string])[], last: string) {
  thread = createDiskThread(program);
  const came: (readonly [pattern: string, answer: DiskResponse])[] = [];
  return new Promise<typeof came>((resolve) => {
    for (const [key, pattern] of asked) {
      thread.ask(key, { kind: 'count', pattern }, (answer) => {
        came.push([pattern, answer]);
        if (pattern === last) resolve(came);
      });
    }
  });
}

test('what waits is dropped for what comes under the same key', async () => {
  const asked = [
    ['a', '1'],
    ['a', '22'],
    ['b', '333'],
    ['a', '4444'],
  ] as const;
  expect(await answers(asked, '4444')).toEqual([
    ['1', { count: 1 }],
    ['333', { count: 3 }],
    ['4444', { count: 4 }],
  ]);
});

test('a thread that falls over says so, and the next question is answered by another', async () => {
  const asked = [
    ['a', 'fall'],
    ['b', '22'],
  ] as const;
  expect(await answers(asked, '22')).toEqual([
    ['fall', { error: expect.stringContaining('fallen') }],
    ['22', { count: 2 }],
  ]);
});

test('nothing is answered that was dropped', async () => {
  const first = answers([['a', '1']], '1');
  const dropped: DiskResponse[] = [];
  thread.ask('b', { kind: 'count', pattern: '22' }, (answer) => dropped.push(answer));
  thread.drop('b');
  await first;
  await new Promise<void>((resolve) => thread.ask('c', { kind: 'count', pattern: '333' }, () => resolve()));
  expect(dropped).toEqual([]);
});

test('what was dropped keeps nobody waiting, also while the thread is at it', async () => {
  const last = answers(
    [
      ['a', 'long'],
      ['b', '22'],
    ],
    '22',
  );
  thread.drop('a');
  expect(await last).toEqual([['22', { count: 2 }]]);
});

test('nothing is answered after the end', async () => {
  thread = createDiskThread(program);
  const came: DiskResponse[] = [];
  thread.ask('a', { kind: 'count', pattern: '1' }, (answer) => came.push(answer));
  await thread.close();
  thread.ask('b', { kind: 'count', pattern: '22' }, (answer) => came.push(answer));
  expect(came).toEqual([]);
});
