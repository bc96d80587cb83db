import type { Stage } from '../../trainer/run-state/run-state.ts';
import type { ComparisonRequests } from './comparison.ts';
import type { Job, JobRequests } from './jobs.ts';
import type { EngineReport, InventoryReport } from './machine.ts';
import type { PointCursor, PointsAnswer, RunDetail, RunSummary } from './runs.ts';
import type { UpscalingProgress, UpscalingRequests } from './upscaling.ts';

/**
 * Every message between the editor and the server beyond the language server protocol. The editor asks; the
 * server answers, or rejects with one message that a person can act on. Views in webviews ask through the editor
 * in the same words.
 */
export interface Requests extends ComparisonRequests, JobRequests, UpscalingRequests {
  /** The person has come to trust the workspace: what waits in the queue may start from now on. */
  'esrgan/trust': { params: null; result: null };
  /** All runs of all run folders that the workspace knows, live ones first, then the newest. */
  'esrgan/runs': { params: null; result: readonly RunSummary[] };
  /** One run. */
  'esrgan/run': { params: { run: string }; result: RunDetail };
  /** The points of a run behind a cursor (none: from the first), at most some ten thousand at once. */
  'esrgan/points': { params: { run: string; after: PointCursor | null }; result: PointsAnswer };
  /**
   * The last points of each tag, at most so many; `more` is false. A view shows them at once and asks for all from
   * the first afterwards.
   */
  'esrgan/newestPoints': { params: { run: string; count: number }; result: PointsAnswer };
  /** Begins or ends to send `esrgan/runChanged` for every change of this run within a tenth of a second. */
  'esrgan/follow': { params: { run: string; follow: boolean }; result: null };
  /**
   * Starts a run of this run file, or puts it into the queue where another run has the engine. `resume` goes on
   * where the run of its name stopped; without it that must be a new name.
   */
  'esrgan/start': {
    params: { file: string; stage: Stage; resume: boolean };
    result: { run: string; queued: boolean };
  };
  /** Starts the trainer of an existing run again, in the stage in which it was. */
  'esrgan/resume': { params: { run: string }; result: { run: string; queued: boolean } };
  /**
   * Asks the trainer of a run for something; it does so after its current step. `isPending`: the same was asked before
   * and it has not come to that since.
   */
  'esrgan/control': {
    params: { run: string; request: 'stop' | 'pause' | 'resume' | 'checkpoint' | 'validate' };
    result: { isPending: boolean };
  };
  /** Ends the trainer of a run at once, by force; steps since its last checkpoint are lost. */
  'esrgan/kill': { params: { run: string }; result: null };
  /** Moves a queued run by so many places (negative: earlier). */
  'esrgan/moveInQueue': { params: { run: string; by: number }; result: null };
  /** Takes a run out of the queue. */
  'esrgan/removeFromQueue': { params: { run: string }; result: null };
  /** Deletes the directory of a run that nobody trains. */
  'esrgan/deleteRun': { params: { run: string }; result: null };
  /** What the engines of this machine are; takes seconds the first time. */
  'esrgan/engines': { params: { again: boolean }; result: EngineReport };
  /** What data sets and weights there are, for the folder of a workspace. */
  'esrgan/inventory': { params: { folder: string }; result: InventoryReport };
  /** Data or weights may have come or gone: the problems of open run files are looked for again. */
  'esrgan/filesChanged': { params: null; result: null };
  /** The run files of the workspace and those that were opened from elsewhere, but for the copies that runs keep. */
  'esrgan/runFiles': { params: null; result: readonly string[] };
  /** The text of a new run file by the name of a preset. */
  'esrgan/presets': { params: null; result: readonly Preset[] };
  /**
   * A copy of a run file, also of the one in a run directory, for another run like it: with a name that is none of
   * `taken`, all else as it was. `name` is what the run is called by now.
   */
  'esrgan/duplicate': {
    params: { text: string; name: string; taken: readonly string[] };
    result: { text: string; name: string };
  };
  /** A BasicSR option file as a run file; what could not be carried over stands in `notes`. */
  'esrgan/importBasicSR': { params: { text: string }; result: { text: string; notes: readonly string[] } };
}

/** What the editor says of itself when it starts the server, as `initializationOptions`. */
export interface StartOptions {
  /** Whether the person trusts the workspace; where not, no run is started. */
  readonly isTrusted: boolean;
}

/** The requests that start work on what a workspace holds; the editor sends none of them from one that is not trusted. */
export const startingRequests = [
  'esrgan/start',
  'esrgan/resume',
  'esrgan/evaluate',
  'esrgan/imageResults',
  'esrgan/interpolate',
  'esrgan/upscale',
] as const satisfies readonly (keyof Requests)[];

/** A run file to begin with. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  /** What it is good for and what it costs, one line. */
  readonly description: string;
  readonly text: string;
}

/** What the server tells without being asked. */
export interface Notifications {
  /** A job came, went on (at most ten times a second) or ended. */
  'esrgan/jobChanged': Job;
  /** How far a batch of images is; at most ten times a second. */
  'esrgan/upscalingProgress': UpscalingProgress;
  /** Runs appeared, changed what a list shows of them, or went. At most a few times a second. */
  'esrgan/runsChanged': { readonly changed: readonly RunSummary[]; readonly removed: readonly string[] };
  /** Something of a followed run changed on the disk. */
  'esrgan/runChanged': {
    readonly run: string;
    readonly parts: readonly ('points' | 'status' | 'samples' | 'checkpoints' | 'evaluations' | 'log')[];
  };
}

export type RequestName = keyof Requests;
export type ParamsOf<Name extends RequestName> = Requests[Name]['params'];
export type ResultOf<Name extends RequestName> = Requests[Name]['result'];
export type NotificationName = keyof Notifications;
