import { dirname, join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { statOf } from '../../trainer/files/regular-file.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import type { JobStates } from '../../trainer/runs/job.ts';
import { type RunOnDisk, readFolders, readRun } from '../../trainer/runs/list.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import type { Notifications } from '../protocol/messages.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { waitingRuns } from './queue.ts';
import { compareSummaries, createdTime, summaryOf } from './summary.ts';
import { type Closable, coalesce, repeat, watchFolder } from './watch.ts';

/** The runs of some folders, always up to date. */
export interface RunList extends Closable {
  /** Looks at other folders from now on. */
  setFolders(folders: readonly string[]): void;
  readonly folders: readonly string[];
  /** All runs, live ones first, then those that wait, then the newest; resolves once all folders were looked at. */
  all(): Promise<readonly RunSummary[]>;
  /** One run as it is at this moment, also of another folder; undefined where it is none. */
  read(run: string): RunSummary | undefined;
  /** The contents of the run directories as last read. */
  onDisk(): readonly RunOnDisk[];
  /** Looks at a run, or for one that is new or gone, soon. */
  touch(run: string): void;
  /** Does `work` while the run is not watched: Windows neither moves nor deletes a folder whose content is watched. */
  unwatched<T>(run: string, work: () => Promise<T>): Promise<T>;
}

export type RunsChange = Notifications['esrgan/runsChanged'];

interface Entry {
  run: RunOnDisk;
  /** Null while unknown; then it is read again. */
  created: number | null;
  /** When its folders changed last, in milliseconds since 1970. */
  changed: number;
  watches: readonly Closable[];
  /** The state in the last notification, and its summary as JSON. */
  reported:
    | { readonly run: RunOnDisk; readonly queuePosition: number | null; readonly text: string }
    | undefined;
  summary: RunSummary | undefined;
}

/** Milliseconds between two messages about changes, at least. */
const pause = 200;

/** Milliseconds between two looks at everything: the longer a look takes, as on a network, the more, up to a limit. */
const slow = 2000;
const slowest = 20_000;
const share = 500;

/** Milliseconds that the clock of a file system may lag: after a recent change, another may have the same time. */
const clockStep = 2000;

/** Milliseconds after a change in which a run is looked at every time: how its process ended may be written late. */
const settling = 60_000;

/** Other runs to look at each time, one after another: for changes that no process announces. */
const round = 10;

/** Runs to read before other events are handled. */
const slice = 25;

/**
 * Follows all runs of some folders. Live and queued runs are watched. Of all others the modification times of their
 * folders are looked at when something comes, goes or is announced in a folder of runs (`announce`); else, every few
 * seconds, only of those that changed lately and of a few others, so that a thousand finished runs cost no more than ten.
 *
 * @param options.withRelativePaths for the texts of summaries
 */
export function createRunList(
  onChange: (change: RunsChange) => void,
  {
    withRelativePaths = (text) => text,
    jobs,
  }: { readonly withRelativePaths?: (text: string) => string; readonly jobs?: JobStates } = {},
): RunList {
  const entries = new Map<string, Entry>();
  const dirty = new Set<string>();
  const removed = new Set<string>();
  const unwatched = new Set<string>();
  // Folders that are no runs, with their change times.
  const others = new Map<string, number>();
  let folders: readonly string[] = [];
  let contents: ReadonlyMap<string, Contents> = new Map();
  let position = 0;
  let isCalled = false;
  let folderWatches: readonly Closable[] = [];
  let isClosed = false;
  let isLooked = false;
  let scanned: Promise<void> = Promise.resolve();

  const notifying = coalesce(pause, lookAtTouched);

  function shown(summary: RunSummary): RunSummary {
    return { ...summary, reason: summary.reason && withRelativePaths(summary.reason) };
  }

  function lookAtTouched(): void {
    for (const root of dirty) look(root);
    dirty.clear();
    notify();
  }

  /** Reads a run again; adds it if it is new, and removes it if it no longer exists. */
  function look(root: string): void {
    isLooked = true;
    // Before it is read: what changes meanwhile is seen the next time.
    const changed = changeTime(root);
    const run = tryToRead(root, jobs);
    const entry = entries.get(root);
    if (run === undefined) {
      if (entry !== undefined) forget(root, entry);
      return;
    }
    removed.delete(root);
    if (entry === undefined) {
      add(run, createdTime(run), changed);
      return;
    }
    entry.run = run;
    entry.changed = changed;
    entry.created ??= createdTime(run);
    rewatch(entry);
  }

  function add(run: RunOnDisk, created: number | null, changed: number): void {
    isLooked = true;
    const { root } = run.paths;
    const entry: Entry = {
      run,
      created,
      changed,
      watches: [],
      reported: undefined,
      summary: undefined,
    };
    entries.set(root, entry);
    removed.delete(root);
    rewatch(entry);
  }

  function forget(root: string, entry: Entry): void {
    isLooked = true;
    for (const watch of entry.watches) watch.close();
    entries.delete(root);
    removed.add(root);
  }

  function rewatch(entry: Entry): void {
    const wanted = isActive(entry.run) && !unwatched.has(entry.run.paths.root);
    if (wanted === entry.watches.length > 0) return;
    for (const watch of entry.watches) watch.close();
    const { root, launch } = entry.run.paths;
    entry.watches = wanted ? [root, launch].map((folder) => watchFolder(folder, () => touch(root))) : [];
  }

  function touch(root: string): void {
    dirty.add(root);
    notifying.request();
  }

  /** Reports what has changed since the last notification. */
  function notify(): void {
    if (isClosed || !isLooked) return;
    isLooked = false;
    const waiting = waitingRuns([...entries.values()].map(({ run }) => run)).map(({ run }) => run.root);
    const changed: RunSummary[] = [];
    for (const [root, entry] of entries) {
      const position = waiting.indexOf(root);
      const queuePosition = position < 0 ? null : position;
      const { run, reported, created } = entry;
      // Few of a thousand runs were read again.
      if (reported?.run === run && reported.queuePosition === queuePosition) continue;
      const summary = shown(summaryOf(run, { created, queuePosition }));
      const text = JSON.stringify(summary);
      entry.reported = { run, queuePosition, text };
      if (text === reported?.text) continue;
      entry.summary = summary;
      changed.push(summary);
    }
    if (changed.length === 0 && removed.size === 0) return;
    onChange({ changed, removed: [...removed] });
    removed.clear();
  }

  /** Looks for runs that came or went, that are active, or whose folder has changed. */
  async function scan(): Promise<void> {
    const now = Date.now();
    // A file system that reports a change may not show it in the time of the folder.
    const before: typeof contents = isCalled ? new Map() : contents;
    isCalled = false;
    contents = new Map(folders.map((folder) => [folder, readContents(folder, before.get(folder), now)]));
    const isChanged =
      contents.size !== before.size || folders.some((each) => contents.get(each) !== before.get(each));
    const found = new Set([...contents.values()].flatMap(({ roots }) => roots));
    const candidates = isChanged ? found : nextOf([...found], now);
    const fresh: string[] = [];
    let count = 0;
    for (const root of candidates) {
      const entry = entries.get(root);
      if (entry === undefined) fresh.push(root);
      else if (isActive(entry.run) || hasChanged(root, entry.changed, now)) look(root);
      if (++count % slice === 0) await yieldToEventLoop();
    }
    for (const root of fresh) {
      if (!hasChanged(root, others.get(root), now)) continue;
      const changed = changeTime(root);
      const run = tryToRead(root, jobs);
      if (run === undefined) others.set(root, changed);
      else if (!entries.has(root)) add(run, createdTime(run), changed);
      if (++count % slice === 0) await yieldToEventLoop();
    }
    if (isChanged) {
      for (const root of others.keys()) if (!found.has(root) || entries.has(root)) others.delete(root);
      for (const [root, entry] of entries) {
        if (!folders.includes(dirname(root))) forget(root, entry);
        else if (!found.has(root)) look(root);
      }
    }
    notify();
  }

  /** What to look at while nothing comes, goes or is announced. */
  function nextOf(roots: readonly string[], now: number): ReadonlySet<string> {
    const isDue = (root: string) => {
      const entry = entries.get(root);
      if (entry && isActive(entry.run)) return true;
      return now - (entry?.changed ?? others.get(root) ?? now) < settling;
    };
    const next = new Set(roots.filter(isDue));
    for (let i = 0; i < Math.min(round, roots.length); i++) next.add(roots[(position + i) % roots.length]!);
    position = (position + round) % Math.max(roots.length, 1);
    return next;
  }

  /** Scans one after another: a request during a scan starts a further one. */
  function requestScan(): Promise<void> {
    scanned = scanned.then(() => (isClosed ? undefined : scan()));
    return scanned;
  }

  const rescan = coalesce(pause, requestScan);
  const called = () => {
    isCalled = true;
    rescan.request();
  };
  const polling = repeat(async () => {
    const start = performance.now();
    await requestScan();
    return Math.min(Math.max(slow, share * (performance.now() - start)), slowest);
  });

  return {
    setFolders(wanted) {
      if (wanted.length === folders.length && wanted.every((folder, index) => folder === folders[index]))
        return;
      folders = wanted;
      for (const watch of folderWatches) watch.close();
      folderWatches = folders.map((folder) => watchFolder(folder, called));
      void requestScan();
    },
    get folders() {
      return folders;
    },
    async all() {
      await scanned;
      // A client that changed a run sees the change in the next list.
      if (dirty.size > 0) lookAtTouched();
      const summaries = [...entries.values()].flatMap(({ summary }) => summary ?? []);
      return summaries.sort(compareSummaries);
    },
    read(root) {
      if (entries.has(root)) {
        look(root);
        notify();
        return entries.get(root)?.summary;
      }
      const run = tryToRead(root, jobs);
      return run && shown(summaryOf(run, { created: createdTime(run), queuePosition: null }));
    },
    onDisk: () => [...entries.values()].map(({ run }) => run),
    touch,
    async unwatched(root, work) {
      unwatched.add(root);
      const entry = entries.get(root);
      if (entry !== undefined) rewatch(entry);
      try {
        return await work();
      } finally {
        unwatched.delete(root);
        touch(root);
      }
    },
    close() {
      isClosed = true;
      for (const { watches } of entries.values()) for (const watch of watches) watch.close();
      for (const each of [...folderWatches, notifying, rescan, polling]) each.close();
    },
  };
}

/** Whether the run may change without a request. */
function isActive(run: RunOnDisk): boolean {
  return isLive(run.state) || run.state.state === 'queued';
}

/** The folders in a folder of runs. */
interface Contents {
  /** See `changeTime`. */
  readonly changed: number;
  readonly roots: readonly string[];
}

/** The contents of a folder; the same object if nothing has come, gone or been announced since. */
function readContents(folder: string, before: Contents | undefined, now: number): Contents {
  const changed = modificationTime(folder);
  if (before?.changed === changed && now - changed >= clockStep) return before;
  return { changed, roots: readFolders(folder).map((name) => join(folder, name)) };
}

/** Whether a folder may have changed since its change time was `changed`; undefined: it was never looked at. */
function hasChanged(root: string, changed: number | undefined, now: number): boolean {
  return changed === undefined || now - changed < clockStep || changeTime(root) !== changed;
}

/** When the folder of a run changed last, or one of these in it, in milliseconds since 1970; 0 where there is none. */
function changeTime(root: string): number {
  const { launch, evaluations } = runPaths(root);
  // How a process ended is written into `launch` only, and late where the machine is busy; an evaluation into `evaluations`.
  return Math.max(...[root, launch, evaluations].map(modificationTime));
}

function modificationTime(folder: string): number {
  return statOf(folder)?.mtimeMs ?? 0;
}

/** Undefined for a folder that is no run or cannot be read. */
function tryToRead(root: string, jobs: JobStates | undefined): RunOnDisk | undefined {
  try {
    return readRun(root, Date.now(), jobs);
  } catch {
    return undefined;
  }
}
