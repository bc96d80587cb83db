import { existsSync, type FSWatcher, watch } from 'node:fs';

/** An activity that ends with `close`. */
export interface Closable {
  close(): void;
}

/**
 * Calls `onChange` for changes directly in a folder. A network file system does not report the changes of other hosts,
 * so callers must poll as well. Ends when the folder is deleted. Never throws, and does not keep the process alive.
 */
export function watchFolder(folder: string, onChange: () => void): Closable {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, (event) => {
      // On Windows, Node reports a deleted folder without end (nodejs/node#65837).
      if (event === 'rename' && !existsSync(folder)) watcher?.close();
      onChange();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // No such folder, or no watches left: polling finds the changes.
  }
  return { close: () => watcher?.close() };
}

/** Limits how often something is done. */
export interface Coalesced extends Closable {
  /** Requests the work: now, or when the pause since the last time is over. */
  request(): void;
}

/** Does `work` at most once in `pauseMs`, and never loses the last request. */
export function coalesce(pauseMs: number, work: () => void): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const run = () => {
    timer = undefined;
    last = performance.now();
    work();
  };
  return {
    request() {
      timer ??= setTimeout(run, Math.max(0, last + pauseMs - performance.now()));
    },
    close: () => clearTimeout(timer),
  };
}

/**
 * Repeats `work` after the pause that it returns, in milliseconds. Does not keep the process alive.
 */
export function repeat(work: () => number | Promise<number>): Closable {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const schedule = (pauseMs: number) => {
    timer = setTimeout(run, pauseMs).unref();
  };
  const run = async () => {
    const pauseMs = await work();
    if (!isClosed) schedule(pauseMs);
  };
  schedule(0);
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
