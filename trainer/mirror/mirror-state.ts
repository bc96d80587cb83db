import { readLock, whyStale } from '../runs/lock.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { readCursor } from './cursor.ts';

/** The upload of a run, to show it. */
export interface MirrorState {
  /** `waiting`: W&B cannot be reached. `interrupted`: its process ended before the run, or was killed. */
  readonly state: 'uploading' | 'waiting' | 'uploaded' | 'failed' | 'interrupted';
  /** The page of the run; null until W&B has answered. */
  readonly link: string | null;
  /** Why it waits or has failed. */
  readonly problem: string | null;
}

/** The upload of a run; null if it was never mirrored. `now` in milliseconds since 1970. Never throws. */
export function readMirror(run: RunPaths, now: number): MirrorState | null {
  const cursor = readCursor(run);
  if (cursor === undefined) return null;
  const { link, problem, isComplete } = cursor;
  const holder = readLock(runPaths(run.mirror));
  const isAlive = holder !== undefined && whyStale(holder, now) === undefined;
  return {
    state: stateOf(isAlive, isComplete, problem),
    link: link !== null && isWebAddress(link) ? link : null,
    problem,
  };
}

function stateOf(isAlive: boolean, isComplete: boolean, problem: string | null): MirrorState['state'] {
  if (isAlive) return problem === null ? 'uploading' : 'waiting';
  if (problem !== null) return 'failed';
  return isComplete ? 'uploaded' : 'interrupted';
}

/** A run directory may be another person's. */
function isWebAddress(link: string): boolean {
  return /^https?:\/\//.test(link) && URL.canParse(link);
}
