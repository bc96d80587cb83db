import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../errors/errors.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { isLive, type RunState } from '../run-state/run-state.ts';
import { diskError, removeTemporaries } from '../runs/atomic-file.ts';
import type { JobStates } from '../runs/job.ts';
import { type RunOnDisk, readRun } from '../runs/list.ts';
import { acquireRunLock, type RunLock } from '../runs/lock.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { isEmpty, openBatchReader } from './batch.ts';
import { type Cursor, cursorPath, openCursor, writeCursor } from './cursor.ts';
import { interrupted, type RetryOptions } from './retry.ts';
import { configOf } from './run-config.ts';
import { appUrl } from './server-url.ts';
import { createWandbClient, type RunAddress, type StreamMessage } from './wandb-client.ts';

export interface MirrorOptions extends Pick<RetryOptions, 'wait' | 'random'> {
  /** The base URL of W&B's API. */
  readonly server: string;
  /** The key for it. Throws a `usage` error if there is none. */
  readonly key: () => string;
  /** Of a run that is new there; null: the default of the key. */
  readonly entity: string | null;
  /** Of a run that is new there. */
  readonly project: string;
  readonly group: string | null;
  /** Ends as soon as everything that is there now is uploaded. */
  readonly once: boolean;
  readonly signal: AbortSignal;
  /** What the scheduler says about the job of a run whose state it decides, as far as it is known. */
  readonly jobStates: (run: RunOnDisk) => Promise<JobStates>;
  readonly observer: MirrorObserver;
}

export interface MirrorObserver {
  /** The upload begins, or continues; `link` is the page of the run. */
  begin(link: string): void;
  progress(done: MirrorProgress): void;
  /** Why nothing proceeds for now: a clause. Once for each part of the run at most. */
  trouble(reason: string): void;
}

export interface MirrorProgress {
  /** Events with scalars. */
  readonly events: number;
  /** Steps with sample images. */
  readonly samples: number;
  readonly state: RunState;
}

/** Milliseconds between two looks at the run, each followed by a message: W&B takes a silent run for crashed. */
const interval = 15_000;

/** Milliseconds between heartbeats of the lock. */
const beat = 2000;

/** W&B shows these as finished, failed and killed. Of a lost run it hears nothing more, and shows it as crashed. */
const exitCodes: Partial<Record<RunState, number>> = { finished: 0, failed: 1, stopped: 255 };

/**
 * Uploads a run to W&B, and follows it until it ends. Writes nothing but the folder `mirror` of the run.
 *
 * @returns the state of the run
 * @throws WorkbenchError `run` if the run does not exist, was never trained or is being mirrored; `usage` without a key;
 * `data` if W&B refuses something or cannot be reached for a day; `disk`; `interrupted` by the signal
 */
export async function mirrorRun(run: RunPaths, options: MirrorOptions): Promise<RunState> {
  await stateOf(run, options);
  for (;;) {
    const state = await mirrorSession(run, options);
    // A run that was resumed in the meantime: its own mirror found the lock held, and has ended.
    const now = readRun(run.root, Date.now());
    if (options.once || now === undefined || !isLive(now.state)) return state;
  }
}

/** From taking the lock to releasing it. */
async function mirrorSession(run: RunPaths, options: MirrorOptions): Promise<RunState> {
  const lock = await lockMirror(run, options);
  const lost = new AbortController();
  const beating = setInterval(() => {
    try {
      lock.touch();
    } catch {
      lost.abort();
    }
  }, beat);
  const signal = AbortSignal.any([options.signal, lost.signal]);
  const { wait = (milliseconds: number) => delay(milliseconds, undefined, { signal }) } = options;
  try {
    await untilTrained(run, { ...options, signal, wait });
    return await follow(run, { ...options, signal, wait });
  } catch (error) {
    throw lost.signal.aborted ? lostLock(run) : error;
  } finally {
    clearInterval(beating);
    release(lock);
  }
}

type SessionOptions = MirrorOptions & Required<Pick<MirrorOptions, 'wait'>>;

/** Waits until a run that starts has its config. */
async function untilTrained(run: RunPaths, options: SessionOptions): Promise<void> {
  const { once, signal, wait } = options;
  for (;;) {
    if (signal.aborted) throw interrupted();
    const state = await stateOf(run, options);
    if (configOf(run, []) !== undefined) return;
    if (once || isOver(state)) throw neverTrained(run);
    await wait(interval, signal).catch(() => {});
  }
}

async function follow(run: RunPaths, options: SessionOptions): Promise<RunState> {
  const { observer, signal, once, wait } = options;
  let cursor = cursorFor(run, options);
  const save = (change: Partial<Cursor>) => {
    cursor = { ...cursor, ...change };
    writeCursor(run, cursor);
  };
  save({ isComplete: false, problem: null });
  try {
    return await upload();
  } catch (error) {
    if (error instanceof WorkbenchError && (error.code === 'data' || error.code === 'usage')) {
      save({ problem: error.message });
    }
    throw error;
  }

  async function upload(): Promise<RunState> {
    const client = createWandbClient(options.server, options.key(), {
      ...options,
      onTrouble(reason) {
        if (cursor.problem !== null) return;
        save({ problem: reason });
        observer.trouble(reason);
      },
    });
    const reader = openBatchReader(run);
    let address: RunAddress | undefined;
    let upserted = '';

    async function upsert(): Promise<RunAddress> {
      const config = configOf(run, reader.tags());
      if (config === undefined) throw neverTrained(run);
      const text = JSON.stringify(config);
      if (address !== undefined && text === upserted) return address;
      const { id, entity, project } = cursor;
      const { group } = options;
      const found = await client.upsertRun({ id, entity, project, displayName: run.name, group, config });
      if (address === undefined) {
        const path = [found.entity, found.project, 'runs', found.id].map(encodeURIComponent).join('/');
        const link = `${appUrl(options.server)}/${path}`;
        save({ ...found, link });
        observer.begin(link);
      }
      address = found;
      upserted = text;
      return found;
    }

    async function send(message: StreamMessage, state: RunState): Promise<void> {
      await client.stream(await upsert(), message);
      if (cursor.problem !== null) save({ problem: null });
      const { events, samples } = cursor.to;
      if (!isEmpty(cursor)) observer.progress({ events, samples, state });
    }

    async function sendBatch(state: RunState): Promise<void> {
      const { images, message } = reader.read(cursor);
      const to = await upsert();
      for (const image of images) await client.uploadFile(to, image);
      await send(message, state);
    }

    // A mirror that starts sends the last batch again.
    await sendBatch(await stateOf(run, options));
    for (;;) {
      if (signal.aborted) throw interrupted();
      // Before the files are read: whatever a run wrote before it ended is there then.
      const state = await stateOf(run, options);
      const next = reader.next(cursor, isOver(state) && state !== 'lost');
      const isNew = !isEmpty(next);
      if (isNew) save(next);
      else cursor = { ...cursor, ...next };
      if (isOver(state) && !isNew) {
        const exitcode = exitCodes[state];
        await send(exitcode === undefined ? {} : { complete: true, exitcode }, state);
        save({ isComplete: true });
        return state;
      }
      await sendBatch(state);
      if (isNew) continue;
      if (once) return state;
      await wait(interval, signal).catch(() => {});
    }
  }
}

/** Whether no process trains the run or will soon. */
function isOver(state: RunState): boolean {
  return !isLive({ state }) && state !== 'queued';
}

/** Rejects with a `run` error if there is no such run, or it is another program's. */
async function stateOf(run: RunPaths, { jobStates }: MirrorOptions): Promise<RunState> {
  const found = readRun(run.root, Date.now());
  if (found === undefined) throw new WorkbenchError('run', `${run.root} is no longer the folder of a run.`);
  if (found.kind === 'external') {
    throw new WorkbenchError(
      'run',
      `${run.root} is a run of another program. Upload its event files with \`wandb sync\`.`,
    );
  }
  if (found.openJob === undefined) return found.state.state;
  return (readRun(run.root, Date.now(), await jobStates(found)) ?? found).state.state;
}

/**
 * The cursor of a run, or a new one.
 *
 * @throws WorkbenchError `run` if the run is on another server: a run directory may be another person's, and its cursor must
 * not decide who receives the key
 */
function cursorFor(run: RunPaths, { server, entity, project }: MirrorOptions): Cursor {
  const cursor = openCursor(run);
  if (cursor === undefined || cursor.link === null) {
    const start = { events: 0, samples: 0, logLines: 0 };
    const id = cursor?.id ?? randomBytes(5).toString('hex');
    const place = { server, entity, project, id, link: null };
    return { format: 1, ...place, from: start, to: start, samples: [], isComplete: false, problem: null };
  }
  if (cursor.server === server) return cursor;
  throw new WorkbenchError(
    'run',
    `Run ${run.name} is uploaded to ${cursor.server}, not to ${server}. Give that address with --url, or delete ${cursorPath(run)} to upload the run as a new one.`,
  );
}

async function lockMirror(run: RunPaths, { signal, observer }: MirrorOptions): Promise<RunLock> {
  const folder = run.mirror;
  try {
    createFolderSync(folder);
  } catch (error) {
    throw diskError(folder, error);
  }
  try {
    const lock = await acquireRunLock(runPaths(folder), { onWait: observer.trouble, stop: signal });
    removeTemporaries(folder, 0);
    return lock;
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'run') throw error;
    throw new WorkbenchError('run', `Run ${run.name} is being mirrored by another process already.`, {
      cause: error,
    });
  }
}

function lostLock(run: RunPaths): WorkbenchError {
  return new WorkbenchError(
    'run',
    `This process no longer mirrors run ${run.name}: another one took it over, or the folder ${run.mirror} is gone.`,
  );
}

function release(lock: RunLock): void {
  try {
    lock.release();
  } catch (error) {
    // Another process has it, or the run is deleted.
    if (!(error instanceof WorkbenchError)) throw error;
  }
}

function neverTrained(run: RunPaths): WorkbenchError {
  return new WorkbenchError('run', `Run ${run.name} was never trained: there is nothing to upload.`);
}
