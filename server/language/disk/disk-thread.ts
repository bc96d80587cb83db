import { Worker } from 'node:worker_threads';
import type { DiskRequest, DiskResponse } from './disk-protocol.ts';

/** Reads the disk in a worker thread. */
export interface DiskThread {
  /**
   * Queues a request. It replaces a queued one with the same key. `onResponse` is called once, unless the request is
   * replaced or cancelled, or the thread closed.
   */
  request(key: string, request: DiskRequest, onResponse: (response: DiskResponse) => void): void;
  /** Cancels the request with a key, even while the thread works on it, which can take minutes. */
  cancel(key: string): void;
  close(): Promise<void>;
}

interface PendingRequest {
  readonly key: string;
  readonly request: DiskRequest;
  readonly onResponse: (response: DiskResponse) => void;
}

/** The bundled disk-worker.ts, next to the bundled server. */
const diskWorker = new URL('./disk-worker.js', import.meta.url);

/**
 * Starts the thread with the first request, and again if it ends. The thread does not keep the process alive.
 *
 * @param program for tests
 */
export function createDiskThread(program: URL = diskWorker): DiskThread {
  const queue = new Map<string, PendingRequest>();
  let worker: Worker | undefined;
  let current: PendingRequest | undefined;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(program);
    started.unref();
    started.on('message', (response: DiskResponse) => {
      if (worker === started) settle(response);
    });
    started.on('error', (error) => fail(started, error.stack ?? error.message));
    started.on('exit', (code) => fail(started, `the disk thread ended with exit code ${code}`));
    return started;
  }

  function fail(ended: Worker, reason: string): void {
    if (worker !== ended || isClosed) return;
    worker = undefined;
    settle({ error: reason });
  }

  function settle(response: DiskResponse): void {
    const done = current;
    current = undefined;
    if (!isClosed) done?.onResponse(response);
    next();
  }

  function next(): void {
    const [first] = queue.values();
    if (current !== undefined || first === undefined || isClosed) return;
    queue.delete(first.key);
    current = first;
    worker ??= start();
    worker.postMessage(first.request);
  }

  return {
    request(key, request, onResponse) {
      queue.delete(key);
      queue.set(key, { key, request, onResponse });
      next();
    },
    cancel(key) {
      queue.delete(key);
      if (current?.key !== key) return;
      void worker?.terminate();
      worker = undefined;
      current = undefined;
      next();
    },
    async close() {
      isClosed = true;
      queue.clear();
      await worker?.terminate();
    },
  };
}
