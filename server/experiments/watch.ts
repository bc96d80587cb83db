import { type FSWatcher, watch } from 'node:fs';

/** Something that goes on until it is closed. */
export interface Closable {
  close(): void;
}

/**
 * Hears of changes directly in a folder, where the file system tells of them: a network file system says nothing of
 * what other hosts do, so nobody may rely on it. Never throws, and does not keep the process alive.
 */
export function watchFolder(folder: string, onChange: () => void): Closable {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, onChange);
    watcher.on('error', () => watcher?.close());
  } catch {
    // No such folder, or no watches left: whoever polls finds out.
  }
  return { close: () => watcher?.close() };
}

/** Calls that come too fast, made few. */
export interface Coalesced extends Closable {
  /** Asks for the work: at once, or when the pause since the last time is over. */
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
 * Does `work` again and again, the next time so long after the last as it says. Does not keep the process alive.
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
