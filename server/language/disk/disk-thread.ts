import { Worker } from 'node:worker_threads';
import type { DiskRequest, DiskResponse } from './disk-protocol.ts';

/** What looks at the disk in a thread of its own. */
export interface DiskThread {
  /**
   * Asks in turn. A question that waits under the same key as a new one is dropped: nobody wants its answer any
   * more. `then` is called with the answer, and never after `close`.
   */
  ask(key: string, question: DiskRequest, then: (answer: DiskResponse) => void): void;
  /** Gives up what was asked under a key, also if the thread is at it: that may be minutes from its end. */
  drop(key: string): void;
  /** Ends the thread. */
  close(): Promise<void>;
}

interface Waiting {
  readonly key: string;
  readonly question: DiskRequest;
  readonly then: (answer: DiskResponse) => void;
}

/**
 * Starts the thread with the first question, and again should it ever end. It does not keep the process alive.
 *
 * @param program the bundled disk-worker.ts
 */
export function createDiskThread(program: URL): DiskThread {
  const waiting = new Map<string, Waiting>();
  let worker: Worker | undefined;
  let current: Waiting | undefined;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(program);
    started.unref();
    started.on('message', (answer: DiskResponse) => {
      if (worker === started) settle(answer);
    });
    started.on('error', (error) => fail(started, error.stack ?? error.message));
    started.on('exit', (code) =>
      fail(started, `the thread that looks at the disk ended with exit code ${code}`),
    );
    return started;
  }

  function fail(ended: Worker, reason: string): void {
    if (worker !== ended || isClosed) return;
    worker = undefined;
    settle({ error: reason });
  }

  function abandon(): void {
    void worker?.terminate();
    worker = undefined;
    current = undefined;
    next();
  }

  function settle(answer: DiskResponse): void {
    const done = current;
    current = undefined;
    if (!isClosed) done?.then(answer);
    next();
  }

  function next(): void {
    const [asked] = waiting.values();
    if (current !== undefined || asked === undefined || isClosed) return;
    waiting.delete(asked.key);
    current = asked;
    worker ??= start();
    worker.postMessage(asked.question);
  }

  return {
    ask(key, question, then) {
      waiting.delete(key);
      waiting.set(key, { key, question, then });
      next();
    },
    drop(key) {
      waiting.delete(key);
      if (current?.key === key) abandon();
    },
    async close() {
      isClosed = true;
      waiting.clear();
      await worker?.terminate();
    },
  };
}
