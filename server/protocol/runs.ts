import type { JsonNumber } from '../../trainer/guards/guards.ts';
import type { MetricValue } from '../../trainer/metrics/metric-text.ts';
import { isBetter, type Metric } from '../../trainer/metrics/metrics.ts';
import type { NotesChange, RunNotes } from '../../trainer/run-state/notes.ts';
import type { RunState, Stage, StageChoice } from '../../trainer/run-state/run-state.ts';
import type { NewestPoints, PointCursor, PointsAnswer } from './points.ts';
import type { RunTableAnswer } from './run-table.ts';

/**
 * What the editor's views see of runs. Paths are absolute, in the file system of the server; times are in
 * milliseconds since 1970. A number that a run has not (yet) is `null`.
 */

/** The states in the words of every view. */
export const stateWords: Readonly<Record<RunState, string>> = {
  queued: 'queued',
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  lost: 'crashed',
  unknown: 'not running',
};

/** One line in a list of runs. */
export interface RunSummary {
  /** The run directory; identifies the run. */
  readonly run: string;
  /** Name of the directory. */
  readonly name: string;
  /** The folder that contains the run directory. */
  readonly runsDir: string;
  /** `external`: a folder of another trainer, known only by its event files. */
  readonly kind: 'esrgan' | 'external';
  readonly state: RunState;
  /** Why it is in this state, where that is known: an error, who stopped it, what killed it. */
  readonly reason: string | null;
  readonly stage: Stage | null;
  /** The stage that follows when this one finishes, also after a resume. */
  readonly next: Stage | null;
  readonly epoch: number | null;
  readonly epochs: number | null;
  /** Steps of the stage done. */
  readonly step: number | null;
  /** Steps of the whole stage. */
  readonly steps: number | null;
  /** Steps a second. */
  readonly rate: number | null;
  /** Seconds until the stage ends. */
  readonly etaSeconds: number | null;
  readonly loss: number | null;
  /** The latest validation, by the metric of `checkpoints.best`. */
  readonly score: MetricValue | null;
  /** Place in the queue from 0, where it is queued. */
  readonly queuePosition: number | null;
  /** Place in the palette of run colors, from 0; the same in every view, window and session. */
  readonly color: number;
  readonly notes: RunNotes;
  /** Problems that its trainer has recognized in the curves of the stage. */
  readonly hints: readonly string[];
  readonly created: number | null;
  /** When it last gave a sign. */
  readonly updated: number | null;
}

/** A checkpoint of a run. */
export interface CheckpointSummary {
  /** Its folder. */
  readonly path: string;
  readonly stage: Stage;
  readonly step: number;
  readonly epoch: number;
  /** Of the validation at this step, by name (`psnr` in dB, `ssim`, ...), `bicubic_psnr` of bicubic upscaling. */
  readonly metrics: Readonly<Record<string, JsonNumber>>;
  /** Of all its files. */
  readonly bytes: number;
  readonly saved: number;
  /** The best of its stage by the metric of `checkpoints.best`. */
  readonly best: boolean;
  /** The newest of its stage. */
  readonly last: boolean;
  /** Never deleted with old ones. */
  readonly kept: boolean;
}

/** A checkpoint with its value of a metric. */
export interface MeasuredCheckpoint {
  readonly checkpoint: CheckpointSummary;
  readonly score: MetricValue;
}

/** The best checkpoint of all stages by the run's metric, the earliest of equals; undefined where nothing was validated. */
export function bestOfRun({
  checkpoints,
  bestMetric: metric,
}: Pick<RunDetail, 'checkpoints' | 'bestMetric'>): MeasuredCheckpoint | undefined {
  let best: MeasuredCheckpoint | undefined;
  for (const checkpoint of checkpoints) {
    const value = checkpoint.metrics[metric];
    if (value === undefined) continue;
    if (best === undefined || isBetter(metric, Number(value), Number(best.score.value)))
      best = { checkpoint, score: { metric, value } };
  }
  return best;
}

/** A metric of bicubic upscaling on the images of a checkpoint's validation, and whether it is better than the checkpoint's. */
export function bicubicOf(
  { metrics }: Pick<CheckpointSummary, 'metrics'>,
  metric: Metric,
): { readonly score: MetricValue; readonly isBetter: boolean } | undefined {
  const [value, bicubic] = [metrics[metric], metrics[`bicubic_${metric}`]];
  if (bicubic === undefined) return undefined;
  return {
    score: { metric, value: bicubic },
    isBetter: value !== undefined && isBetter(metric, Number(bicubic), Number(value)),
  };
}

/** An image that the run draws samples of, and what its samples are compared with. */
export interface SampleImage {
  /** As in the names of the files: `00-baby`. */
  readonly key: string;
  readonly lr: string;
  readonly bicubic: string;
  /** Null for an LR image without an original. */
  readonly hr: string | null;
}

/** The sample images of one stage. */
export interface StageSamples {
  readonly stage: Stage;
  readonly images: readonly SampleImage[];
  /** Steps in rising order; each with the path of the generator's result by the image's key. */
  readonly steps: readonly { readonly step: number; readonly sr: Readonly<Record<string, string>> }[];
}

/** One start of a trainer on a run. */
export interface SessionSummary {
  readonly started: number | null;
  readonly stage: Stage;
  /** Steps done before it. */
  readonly step: number;
  readonly engine: string;
  readonly device: string;
  readonly host: string;
  readonly pid: number;
  readonly toolVersion: string;
  /** As a person would type it; null if not known. */
  readonly command: string | null;
  readonly source: { readonly commit: string; readonly isDirty: boolean | null } | null;
  readonly stopped: { readonly time: number | null; readonly step: number; readonly reason: string } | null;
}

/** The upload of a run to Weights & Biases. */
export interface MirrorSummary {
  /** `waiting`: W&B cannot be reached. `interrupted`: its process ended before the run, or was killed. */
  readonly state: 'uploading' | 'waiting' | 'uploaded' | 'failed' | 'interrupted';
  /** The page of the run; null until W&B has answered. */
  readonly link: string | null;
  /** Why it waits or has failed. */
  readonly problem: string | null;
}

/** Everything about one run but its points. */
export interface RunDetail {
  readonly summary: RunSummary;
  /** Resident memory of the trainer in bytes. */
  readonly memoryBytes: number | null;
  readonly sessions: readonly SessionSummary[];
  /** `checkpoints.best` of the run file as it was trained with: the metric that determines the best checkpoint. */
  readonly bestMetric: Metric;
  readonly checkpoints: readonly CheckpointSummary[];
  readonly samples: readonly StageSamples[];
  /**
   * Position of step 0 of the training stage among the steps of the points, which continue from stage to stage: the
   * steps of the pretraining that it started from. 0 where there was none or it is not known.
   */
  readonly stepsBeforeTraining: number;
  /** Null if it was never uploaded. */
  readonly mirror: MirrorSummary | null;
  /** The last lines of its log, the oldest first; at most 40. */
  readonly logTail: readonly string[];
  /** Paths of files that exist: the run file as resolved, the log, the run file that it was started from. */
  readonly files: { readonly config: string | null; readonly log: string | null };
}

/** A run that was started or queued, and its configuration. */
export interface StartedRun {
  readonly run: string;
  readonly queued: boolean;
  /** The run file that was used, as it is now; null: the configuration that was requested last. */
  readonly file: string | null;
  /** The keys in which it differs from the configuration that the run was last trained with; none of a new run. */
  readonly changes: readonly string[];
}

/**
 * What to start or resume: a stage of a run file, or of a run, with its run file in the workspace if none is named. Without
 * a stage, a run continues where it stopped.
 */
export type StartTarget =
  | { readonly file: string; readonly stage: StageChoice }
  | { readonly run: string; readonly file?: string | undefined; readonly stage?: StageChoice | undefined };

/** A key of the run file whose value is not the one that the run was trained with. */
export interface ChangedKey {
  readonly key: string;
  /** `pretraining.lr: 0.001 → 0.0005` */
  readonly text: string;
}

/** What a start or a resume would do. */
export interface StartPlan {
  readonly run: string;
  readonly stage: StageChoice;
  /** The run file that would be used; null: the configuration that was requested last. */
  readonly file: string | null;
  /** How far the stage, or the first of both, was trained before. */
  readonly progress: 'new' | 'started' | 'finished';
  /** The changes since then that have an effect on the stage. */
  readonly changes: readonly ChangedKey[];
  /** Whether the checkpoints of the stage match the networks as they are now. */
  readonly canResume: boolean;
  /** Whether the training stage starts from the pretraining of its run. */
  readonly startsFromPretraining: boolean;
  /** The weights of the run's last pretraining checkpoint, if only the training is to start. */
  readonly pretrained: string | null;
}

/** The stages that a new run trains in place of a plan's: also the pretraining, where the training starts from it. */
export function newRunStages({
  stage,
  startsFromPretraining,
}: Pick<StartPlan, 'stage' | 'startsFromPretraining'>): StageChoice {
  return stage === 'training' && startsFromPretraining ? 'all' : stage;
}

/** What to train on a cluster: the stage of a run file, or a run that exists, which continues. */
export type SubmitTarget =
  | { readonly file: string; readonly stage: StageChoice; readonly resume: boolean }
  | { readonly run: string };

export interface ControlAnswer {
  /** An earlier request of this kind has not been handled yet. */
  readonly isPending: boolean;
  /** The job of a cluster that trains the run. */
  readonly job: string | null;
}

/** A profile of a cluster, and what its jobs request: `gpu · gpu:1 · 4:00:00`. */
export interface ProfileSummary {
  readonly name: string;
  readonly description: string;
}

/** The requests about runs. */
export interface RunRequests {
  /** All runs of all run folders of the workspace, live ones first, then the newest. */
  'esrgan/runs': { params: null; result: readonly RunSummary[] };
  'esrgan/run': { params: { run: string }; result: RunDetail };
  /** The points of a run after a cursor (null: from the first), ten thousand at most. */
  'esrgan/points': { params: { run: string; after: PointCursor | null }; result: PointsAnswer };
  /**
   * The last `count` points of each tag, fewer if there are very many tags. A view draws these at once and then requests
   * all points from the first.
   */
  'esrgan/newestPoints': { params: { run: string; count: number }; result: NewestPoints };
  /** Starts or stops `esrgan/runChanged` notifications for this run, each within a tenth of a second of the change. */
  'esrgan/follow': { params: { run: string; follow: boolean }; result: null };
  /**
   * Starts a run of this run file, or queues it while other runs use the engine. With `resume` it continues the run of
   * that name; without, the name must be new.
   */
  'esrgan/start': {
    params: { file: string; stage: StageChoice; resume: boolean };
    result: StartedRun;
  };
  /** What a start or a resume would do; starts nothing. Fails if the run is live or queued, or the run file has errors. */
  'esrgan/plan': { params: StartTarget; result: StartPlan };
  /** This person's profiles of clusters, and the file that has them, which may not exist. */
  'esrgan/profiles': { params: null; result: { file: string; profiles: readonly ProfileSummary[] } };
  /** Submits a run to a cluster, with a profile. */
  'esrgan/submit': { params: { target: SubmitTarget; profile: string }; result: StartedRun };
  /**
   * Restarts the trainer of an existing run, by default in the stage where it stopped: with its run file as it is now, or
   * without one with the configuration that was requested last; `asTrained`: with the one that it was last trained with.
   */
  'esrgan/resume': { params: StartTarget & { readonly asTrained?: boolean }; result: StartedRun };
  /** The run file of the workspace that describes a run, which `esrgan/resume` uses; null if there is none, or several. */
  'esrgan/runFile': { params: { run: string }; result: string | null };
  /**
   * Sends a request to the trainer of a run, which acts on it after its current step.
   */
  'esrgan/control': {
    params: { run: string; request: 'stop' | 'pause' | 'resume' | 'checkpoint' | 'validate' };
    result: ControlAnswer;
  };
  /** Kills the trainer of a run; steps since its last checkpoint are lost. */
  'esrgan/kill': { params: { run: string }; result: null };
  /** Moves a queued run by this many positions (negative: earlier). */
  'esrgan/moveInQueue': { params: { run: string; by: number }; result: null };
  'esrgan/removeFromQueue': { params: { run: string }; result: null };
  /** Decides whether the trainer ever deletes a checkpoint; `checkpoint` is its folder. Also while the run is live. */
  'esrgan/keepCheckpoint': { params: { run: string; checkpoint: string; keep: boolean }; result: null };
  /** The table of all runs; with the revision of an earlier answer, only what has changed since. */
  'esrgan/runTable': { params: { since: string | null }; result: RunTableAnswer };
  /** Sends a test to the webhook of the settings; fails with the reason if it is not delivered. */
  'esrgan/testWebhook': { params: null; result: null };
  /** Changes the notes of runs, also of live ones and those of other programs. */
  'esrgan/changeNotes': { params: { runs: readonly string[]; change: NotesChange }; result: null };
  /** Fails if a run is live, or may become so, as none of its files must be deleted then. */
  'esrgan/requireDeletable': { params: { run: string }; result: null };
  /**
   * Closes the files of a run, so that the editor can move its folder to the trash. Fails if the run is live, as it must not
   * be deleted then.
   */
  'esrgan/releaseRun': { params: { run: string }; result: null };
  /** Deletes a run permanently; fails if it is live. */
  'esrgan/deleteRun': { params: { run: string }; result: null };
}
