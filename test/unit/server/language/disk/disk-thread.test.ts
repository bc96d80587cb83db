import { afterEach, expect, test } from 'vitest';
import type { DiskResponse } from '../../../../../server/language/disk/disk-protocol.ts';
import { createDiskThread, type DiskThread } from '../../../../../server/language/disk/disk-thread.ts';

/** A thread that counts the letters of a pattern, throws for `throw` and never responds to `loop`. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ pattern }) => {
      if (pattern === 'throw') throw new Error('thrown');
      if (pattern === 'loop') for (;;);
      parentPort.postMessage({ count: pattern.length });
    });
  `)}`,
);

let thread: DiskThread;
afterEach(() => thread.close());

/** Sends all requests at once and resolves to their responses, in order, after that to the pattern `last`. */
function responsesTo(requests: readonly (readonly [key: string, pattern: string])[], last: string) {
  thread = createDiskThread(program);
  const received: (readonly [pattern: string, response: DiskResponse])[] = [];
  return new Promise<typeof received>((resolve) => {
    for (const [key, pattern] of requests) {
      thread.request(key, { kind: 'count', pattern }, (response) => {
        received.push([pattern, response]);
        if (pattern === last) resolve(received);
      });
    }
  });
}

test('a queued request is replaced by one with the same key', async () => {
  const requests = [
    ['a', '1'],
    ['a', '22'],
    ['b', '333'],
    ['a', '4444'],
  ] as const;
  expect(await responsesTo(requests, '4444')).toEqual([
    ['1', { count: 1 }],
    ['333', { count: 3 }],
    ['4444', { count: 4 }],
  ]);
});

test('an error in the thread is reported, and another thread handles the next request', async () => {
  const requests = [
    ['a', 'throw'],
    ['b', '22'],
  ] as const;
  expect(await responsesTo(requests, '22')).toEqual([
    ['throw', { error: expect.stringContaining('thrown') }],
    ['22', { count: 2 }],
  ]);
});

test('a cancelled request has no response', async () => {
  const first = responsesTo([['a', '1']], '1');
  const cancelled: DiskResponse[] = [];
  thread.request('b', { kind: 'count', pattern: '22' }, (response) => cancelled.push(response));
  thread.cancel('b');
  await first;
  await new Promise<void>((resolve) =>
    thread.request('c', { kind: 'count', pattern: '333' }, () => resolve()),
  );
  expect(cancelled).toEqual([]);
});

test('cancelling the current request frees the thread for the next one', async () => {
  const last = responsesTo(
    [
      ['a', 'loop'],
      ['b', '22'],
    ],
    '22',
  );
  thread.cancel('a');
  expect(await last).toEqual([['22', { count: 2 }]]);
});

test('there are no responses after closing', async () => {
  thread = createDiskThread(program);
  const received: DiskResponse[] = [];
  thread.request('a', { kind: 'count', pattern: '1' }, (response) => received.push(response));
  await thread.close();
  thread.request('b', { kind: 'count', pattern: '22' }, (response) => received.push(response));
  expect(received).toEqual([]);
});
