import { join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { readJsonFile } from '../files/small-file.ts';
import { isBoolean, isCount, isList, isNullable, isObject, isOneOf, isString } from '../guards/guards.ts';
import { writeJsonAtomic } from '../runs/atomic-file.ts';
import { readJson } from '../runs/read-json.ts';
import type { RunPaths } from '../runs/run-directory.ts';

/**
 * How far a run is uploaded (`mirror/wandb.json`): the batch that is being sent. It is written before the batch is sent,
 * and a mirror that starts sends the same batch again. W&B stores the lines of a batch by their numbers, so a batch that
 * is sent twice is stored once, wherever the mirror was killed.
 */
export interface Cursor {
  readonly format: 1;
  /** The base URL of W&B's API. */
  readonly server: string;
  /** Null until W&B has answered for the first time: it knows the default entity of the key. */
  readonly entity: string | null;
  readonly project: string;
  /** W&B's id of the run. */
  readonly id: string;
  /** The page of the run; null until W&B has answered. */
  readonly link: string | null;
  /** The batch is from here … */
  readonly from: Position;
  /** … to here. */
  readonly to: Position;
  /** All sample images until `to`, in the order in which they were sent. */
  readonly samples: readonly SentSamples[];
  /** W&B has everything of the run, which has ended. */
  readonly isComplete: boolean;
  /** Why the upload does not proceed; null while it does. */
  readonly problem: string | null;
}

/** Numbers of items since the start of the run. */
export interface Position {
  /** Events with scalars. */
  readonly events: number;
  /** Folders of sample images. */
  readonly samples: number;
  /** Lines of the log. */
  readonly logLines: number;
}

export interface SentSamples {
  /** In `samples/`, with `/`: `<stage>/<step>`. */
  readonly folder: string;
  /** Its step among those of the event files. */
  readonly step: number;
}

const isPosition = isObject<Position>({ events: isCount, samples: isCount, logLines: isCount });

const isCursor = isObject<Cursor>({
  format: isOneOf([1]),
  server: isString,
  entity: isNullable(isString),
  project: isString,
  id: isString,
  link: isNullable(isString),
  from: isPosition,
  to: isPosition,
  samples: isList(isObject<SentSamples>({ folder: isString, step: isCount })),
  isComplete: isBoolean,
  problem: isNullable(isString),
});

/** The number of the first history line of the batch after a position: each event and each folder of samples is a line. */
export function historyLines({ events, samples }: Position): number {
  return events + samples;
}

export function cursorPath(run: RunPaths): string {
  return join(run.mirror, 'wandb.json');
}

/**
 * The cursor of a run; undefined if it was never mirrored.
 *
 * @throws WorkbenchError `run` if the file is damaged
 */
export function openCursor(run: RunPaths): Cursor | undefined {
  const read = readJsonFile(cursorPath(run), isCursor);
  if (read.state === 'read') return read.value;
  if (read.state === 'absent') return undefined;
  throw new WorkbenchError(
    'run',
    `${cursorPath(run)} cannot be read (${read.reason}). Delete it to upload the run as a new one.`,
  );
}

/** The cursor of a run, to show it; undefined if it is missing or not readable. Never throws. */
export function readCursor(run: RunPaths): Cursor | undefined {
  return readJson(cursorPath(run), isCursor);
}

/** Throws a `disk` error. */
export function writeCursor(run: RunPaths, cursor: Cursor): void {
  writeJsonAtomic(cursorPath(run), cursor);
}
