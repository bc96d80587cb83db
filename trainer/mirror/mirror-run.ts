import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../errors/errors.ts';
import { isLive, type RunState } from '../run-state/run-state.ts';
import { diskError, removeTemporaries } from '../runs/atomic-file.ts';
import { readRun } from '../runs/list.ts';
import { acquireRunLock, type RunLock } from '../runs/lock.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { isEmpty, openBatchReader } from './batch.ts';
import { type Cursor, cursorPath, mirrorFolder, openCursor, writeCursor } from './cursor.ts';
import { interrupted, type RetryOptions } from './retry.ts';
import { configOf } from './run-config.ts';
import { appUrl } from './server-url.ts';
import { createWandbClient, type RunAddress, type StreamMessage } from './wandb-client.ts';

export interface MirrorOptions extends Pick<RetryOptions, 'wait' | 'random'> {
  /** The base URL of W&B's API. */
  readonly server: string;
  readonly key: string;
  /** Of a run that is new there; null: the default of the key. */
  readonly entity: string | null;
  /** Of a run that is new there. */
  readonly project: string;
  readonly group: string | null;
  /** Ends as soon as everything that is there now is uploaded. */
  readonly once: boolean;
  readonly signal: AbortSignal;
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
 * @throws WorkbenchError `run` if the run does not exist, was never trained or is being mirrored; `data` if W&B refuses
 * something or cannot be reached for a day; `disk`; `interrupted` by the signal
 */
export async function mirrorRun(run: RunPaths, options: MirrorOptions): Promise<RunState> {
  stateOf(run);
  const lock = await lockMirror(run, options);
  const lost = new AbortController();
  const beating = setInterval(() => {
    try {
      lock.touch();
    } catch {
      lost.abort();
    }
  }, beat);
  try {
    return await follow(run, { ...options, signal: AbortSignal.any([options.signal, lost.signal]) });
  } catch (error) {
    throw lost.signal.aborted ? lostLock(run) : error;
  } finally {
    clearInterval(beating);
    release(lock);
  }
}

async function follow(run: RunPaths, options: MirrorOptions): Promise<RunState> {
  const { observer, signal, once } = options;
  const { wait = (milliseconds: number) => delay(milliseconds, undefined, { signal }) } = options;
  let cursor = openCursor(run) ?? newCursor(options);
  assertServer(run, cursor, options.server);
  const save = (change: Partial<Cursor>) => {
    cursor = { ...cursor, ...change };
    writeCursor(run, cursor);
  };
  save({ isComplete: false, problem: null });

  const client = createWandbClient(options.server, options.key, {
    ...options,
    wait,
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

  async function loop(): Promise<RunState> {
    // A mirror that starts sends the last batch again.
    let isFirst = true;
    for (;;) {
      if (signal.aborted) throw interrupted();
      // Before the files are read: whatever a run wrote before it ended is there then.
      const { state } = stateOf(run);
      const isOver = !isLive({ state }) && state !== 'queued';
      if (configOf(run, []) === undefined) {
        if (isOver || once) throw neverTrained(run);
      } else {
        if (!isFirst) {
          const next = reader.next(cursor, isOver && state !== 'lost');
          if (isEmpty(next)) cursor = { ...cursor, ...next };
          else save(next);
        }
        const isNew = !isEmpty(cursor);
        if (isOver && !isNew && !isFirst) {
          const exitcode = exitCodes[state];
          await send(exitcode === undefined ? {} : { complete: true, exitcode }, state);
          save({ isComplete: true });
          return state;
        }
        await sendBatch(state);
        if (once && !isNew && !isFirst) return state;
        if (isNew || isFirst) {
          isFirst = false;
          continue;
        }
      }
      await wait(interval, signal).catch(() => {});
    }
  }

  try {
    return await loop();
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'data') save({ problem: error.message });
    throw error;
  }
}

/** Throws a `run` error if there is no such run, or it is another program's. */
function stateOf(run: RunPaths): { readonly state: RunState } {
  const found = readRun(run.root, Date.now());
  if (found === undefined) throw new WorkbenchError('run', `${run.root} is no longer the folder of a run.`);
  if (found.kind === 'external') {
    throw new WorkbenchError(
      'run',
      `${run.root} is a run of another program. Upload its event files with \`wandb sync\`.`,
    );
  }
  return found.state;
}

function newCursor({ server, entity, project }: MirrorOptions): Cursor {
  const start = { events: 0, samples: 0, logLines: 0 };
  const id = randomBytes(5).toString('hex');
  const place = { server, entity, project, id, link: null };
  return { format: 1, ...place, from: start, to: start, samples: [], isComplete: false, problem: null };
}

/** A run directory may be another person's: its cursor must not decide who receives the key. */
function assertServer(run: RunPaths, cursor: Cursor, server: string): void {
  if (cursor.server === server) return;
  throw new WorkbenchError(
    'run',
    `Run ${run.name} is uploaded to ${cursor.server}, not to ${server}. Give that address with --url, or delete ${cursorPath(run)} to upload the run as a new one.`,
  );
}

async function lockMirror(run: RunPaths, { signal, observer }: MirrorOptions): Promise<RunLock> {
  const folder = mirrorFolder(run);
  try {
    mkdirSync(folder, { recursive: true });
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
    `This process no longer mirrors run ${run.name}: another one took it over, or the folder ${mirrorFolder(run)} is gone.`,
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
