import { type Guard, isBetween, isExactly, isNumber, isOneOf, isUnion } from '../../trainer/guards/guards.ts';
import type { Rect } from '../../trainer/guards/rect.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';

/** How many runs can be compared at once. */
export const maximumComparedRuns = 8;

/** Which of the checkpoints of a stage: the best by the measure of the run file, the newest, or the one of this step. */
export type CheckpointChoice = 'best' | 'last' | number;

/** A kind of model that is compared, whichever runs have it. */
export type ModelChoice =
  | { readonly kind: 'checkpoint'; readonly stage: Stage; readonly checkpoint: CheckpointChoice }
  | {
      readonly kind: 'interpolated';
      /** Weight of the training stage's model, 0 to 1. */
      readonly alpha: number;
      readonly pretraining: CheckpointChoice;
      readonly training: CheckpointChoice;
    };

const isCheckpointChoice: Guard<CheckpointChoice> = isUnion(isOneOf(['best', 'last']), isNumber);

export const isModelChoice: Guard<ModelChoice> = isUnion(
  isExactly({ kind: isOneOf(['checkpoint']), stage: isOneOf(stages), checkpoint: isCheckpointChoice }),
  isExactly({
    kind: isOneOf(['interpolated']),
    alpha: isBetween(0, 1),
    pretraining: isCheckpointChoice,
    training: isCheckpointChoice,
  }),
);

/**
 * What `esrgan compare` compares: PSNR, the best of pretraining; ESRGAN, the last of training; and their interpolation. `best`
 * means the last where nothing was validated.
 */
export const defaultModels = [
  { kind: 'checkpoint', stage: 'pretraining', checkpoint: 'best' },
  { kind: 'checkpoint', stage: 'training', checkpoint: 'last' },
  { kind: 'interpolated', alpha: 0.8, pretraining: 'best', training: 'last' },
] as const satisfies readonly ModelChoice[];

/** In place of a checkpoint: bicubic upscaling. */
export const bicubicModel = 'bicubic';

/** One model of one run. */
export interface ModelReference {
  /** The run directory. */
  readonly run: string;
  /** Folder of a checkpoint, or `bicubicModel`: upscaling by the run's factor, whose results the run stores. */
  readonly checkpoint: string;
  /** The second checkpoint of a network interpolation, and its weight alpha, 0 to 1; null: no interpolation. */
  readonly interpolatedWith: { readonly checkpoint: string; readonly alpha: number } | null;
}

/** What is compared. */
export interface ComparisonQuery {
  /** Run directories, at most `maximumComparedRuns`, in the order of the rows. */
  readonly runs: readonly string[];
  /** The rows of each run. */
  readonly models: readonly ModelChoice[];
  /** Protocols to be offered for every test set, besides those of which there are results: `paper-y`, `rgb`, `lpips-vgg`. */
  readonly protocols: readonly string[];
  /** The run that differences are taken from; null: none. */
  readonly baseline: string | null;
}

/** Runs side by side: a row for each model, a column for each test set and protocol. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  readonly columns: readonly ComparisonColumn[];
  readonly rows: readonly ComparisonRow[];
  /** Why some of the numbers must not be compared, and what could not be read; sentences. */
  readonly warnings: readonly string[];
  /** What the original program published, to be shown as rows for what they are. */
  readonly published: readonly PublishedRow[];
}

export interface ComparedRun {
  readonly run: string;
  readonly name: string;
  /** As in `RunSummary`. */
  readonly color: number;
  /** `external`: has only the scalars of its event files, in the row without a model. */
  readonly kind: 'esrgan' | 'external';
  /** Upscaling factor; null where it is not known. */
  readonly scale: number | null;
}

/** Numbers of one test set under one protocol. */
export interface ComparisonColumn {
  /** The same for the same test set and protocol in every answer. */
  readonly id: string;
  /**
   * `evaluation`: by `esrgan evaluate`, can be computed. `validation`: measured in training at the checkpoint.
   * `scalar`: the last value of a tag of the event files, of runs of other trainers.
   */
  readonly kind: 'evaluation' | 'validation' | 'scalar';
  /** `set5`, `validation`, `scalars`. */
  readonly data: string;
  /** `paper-y`; of `scalar` the tag. */
  readonly protocol: string;
  /** What the protocol measures, for a tooltip. */
  readonly description: string;
  /** Folder of the test set, where it is there and `esrgan/evaluate` can compute cells; else null. */
  readonly testSet: string | null;
  readonly metrics: readonly ComparisonMetric[];
  /**
   * The comparable groups of its numbers: the same images, crop and protocol. One where all compare. Cells say which
   * is theirs; numbers of two groups are never ranked together, nor subtracted.
   */
  readonly groups: readonly { readonly description: string }[];
  /** Why it has several groups, a sentence; null where it has not. */
  readonly warning: string | null;
}

export interface ComparisonMetric {
  /** `psnr`, `ssim`, `lpips`, `dists`, `niqe`, `distance`, or `value` of a scalar. */
  readonly name: string;
  readonly title: string;
  /** Digits after the decimal point. */
  readonly digits: number;
  /** Which way is better; null where that is not known, then nothing is marked as the best. */
  readonly better: 'higher' | 'lower' | null;
}

export interface ComparisonRow {
  /** The same for the same run and choice in every answer. */
  readonly id: string;
  readonly run: string;
  /** Bicubic upscaling: what any model must exceed. Of `run` it has only the images that validation used. */
  readonly isReference: boolean;
  /** Place in the `models` of the query; null for the one row of a run of another trainer, and for references. */
  readonly choice: number | null;
  /** `PSNR`, `ESRGAN`, `interpolated 0.8`, `pretraining 400,000`; `scalars` without a model. */
  readonly label: string;
  /** Steps of the checkpoints that it is made of, by stage. */
  readonly checkpoints: readonly { readonly stage: Stage; readonly step: number }[];
  readonly model: ModelReference | null;
  /** One for each column. */
  readonly cells: readonly ComparisonCell[];
}

/**
 * `computed`: as the file says. `missing`: not measured; can be where the column has a test set. `stale`: measured of
 * weights that the checkpoint no longer has, or of images that the test set no longer has; shown, never ranked. `none`:
 * a row that cannot have this number.
 */
export type ComparisonCell =
  | { readonly state: 'computed'; readonly result: ComparisonResult }
  | { readonly state: 'stale'; readonly result: ComparisonResult; readonly reason: string }
  | { readonly state: 'missing' }
  | { readonly state: 'none' };

export interface ComparisonResult {
  /** Place in the column's `groups`. */
  readonly group: number;
  /** By the metric's name: the means over the images; null is infinite, of equal images. */
  readonly values: Readonly<Record<string, number | null>>;
  /** Lowest and highest of the images; null where only the mean is known. */
  readonly range: Readonly<Record<string, readonly [number | null, number | null]>> | null;
  /** What it is beyond the same model of the baseline; a metric is missing where the baseline has no such number. */
  readonly delta: Readonly<Record<string, number>>;
  /** The metrics of which it is the best of its group; empty where the group has one row only. */
  readonly best: readonly string[];
  /** The metrics in which bicubic upscaling is better on the same images. */
  readonly belowBicubic: readonly string[];
  readonly images: number | null;
  /** The file in the run's `evaluations` for `esrgan/evaluation`; null where it was measured otherwise. */
  readonly file: string | null;
}

/** What the original program published of one of its runs: the best single image of a set, no mean. */
export interface PublishedRow {
  readonly title: string;
  /** What these numbers are and what they compare with, a sentence. */
  readonly note: string;
  readonly data: string;
  readonly protocol: string;
  readonly psnr: number;
  readonly ssim: number;
}

/** An evaluation, image by image. */
export interface EvaluationDetail {
  readonly model: string;
  readonly data: string;
  readonly protocol: string;
  readonly time: number | null;
  readonly images: readonly {
    readonly name: string;
    readonly values: Readonly<Record<string, number | null>>;
  }[];
}

/** Images with which models are measured. */
export interface TestSetSummary {
  readonly name: string;
  readonly folder: string;
  /** HR images, in the order of their names. */
  readonly images: readonly string[];
}

/** Where run files differ. */
export interface ConfigDifference {
  /** The resolved run file of each run, for a diff editor; null where a run has none. */
  readonly files: readonly (string | null)[];
  /** All keys in the order of their names, dotted. */
  readonly keys: readonly {
    readonly key: string;
    /** Whether runs with a run file disagree on it; values are of a type: 1 is not "1", null is not a missing key. */
    readonly differs: boolean;
    /** In the order of the runs; null: the run lacks the key. */
    readonly values: readonly ({ readonly value: unknown } | null)[];
  }[];
}

/** What curves need besides points: how steps become epochs and images seen, and which checkpoints to mark. */
export interface CurveScale {
  readonly stages: readonly {
    readonly stage: Stage;
    /** Position of its step 0 among the steps of the points. */
    readonly firstStep: number;
    /** Images of a mini-batch; null where not known. */
    readonly imagesPerStep: number | null;
    readonly stepsPerEpoch: number | null;
    /** Steps of the stage, to be added to `firstStep`; null where there is none. */
    readonly best: number | null;
    readonly last: number | null;
  }[];
}

/** An image that models upscale. */
export interface ImageQuery {
  readonly path: string;
  /**
   * `hr`: an HR image of a test set; its LR is the test set's own or made as MATLAB does, and results compare with
   * it. `lr`: the image itself is upscaled.
   */
  readonly role: 'hr' | 'lr';
  /** What of the LR image is upscaled, in its pixels; null: all. */
  readonly box: Rect | null;
}

/** What there is of an image's results; all files are PNG, of the same size but `lr`. */
export interface ImageResults {
  readonly scale: number;
  /** Of the results, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Null while the job has not made them. `hr` also where none is known. */
  readonly lr: string | null;
  readonly bicubic: string | null;
  readonly hr: string | null;
  /** One for each requested model; null while it is missing. */
  readonly results: readonly (string | null)[];
  /** The job that makes what is missing; null where nothing is. Ask again when it is finished. */
  readonly job: string | null;
}

/** What changed between two files of weights of one model. */
export interface WeightsDifference {
  readonly a: string;
  readonly b: string;
  /** Of all tensors together. */
  readonly total: TensorDifference;
  /** In the order of the model. */
  readonly tensors: readonly (TensorDifference & {
    readonly name: string;
    readonly shape: readonly number[];
  })[];
  /** Names of tensors that only one of the files has, or that have another shape in the other. */
  readonly unmatched: readonly string[];
}

/** Over the values that are finite in both files. */
export interface TensorDifference {
  /** Euclidean norm of b - a. */
  readonly norm: number;
  /** `norm` over the norm of a; null where that is 0. */
  readonly relative: number | null;
  /** Largest absolute difference of two values. */
  readonly largest: number;
  /** Values that are not finite, in a and in b. */
  readonly notFinite: readonly [number, number];
  /** How many values there are. */
  readonly count: number;
}

/** A crop upscaled by the interpolation of two checkpoints. */
export interface InterpolationQuery {
  /** Folders of two checkpoints (or files of weights) of one model. */
  readonly a: string;
  readonly b: string;
  /** Weight of `b`, 0 to 1. */
  readonly alpha: number;
  readonly image: ImageQuery;
}

export interface InterpolationResult {
  /** A PNG file, which may go when other results need its room. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** How long it took, in milliseconds. */
  readonly milliseconds: number;
}

/** What of a comparison is exported. */
export interface ExportQuery {
  readonly comparison: ComparisonQuery;
  readonly format: 'csv' | 'markdown' | 'html';
  /** Ids of the rows and columns in the order shown; null: all. */
  readonly rows: readonly string[] | null;
  readonly columns: readonly string[] | null;
  /** Titles of the published results to include. */
  readonly published: readonly string[];
  /** Of a report: the tags of its charts. */
  readonly tags: readonly string[];
  /** Of a report: images with their labels, PNG files of runs or of results. */
  readonly images: readonly {
    readonly title: string;
    readonly tiles: readonly { readonly label: string; readonly path: string }[];
  }[];
}

/** The images that the run of another program has logged at a step: files by tag. */
export interface LoggedStep {
  readonly step: number;
  readonly images: Readonly<Record<string, string>>;
}

/** The requests of the comparison view. */
export interface ComparisonRequests {
  /** The table. Reads files only; computes nothing. */
  'esrgan/comparison': { params: ComparisonQuery; result: Comparison };
  /** One evaluation, image by image. */
  'esrgan/evaluation': { params: { run: string; file: string }; result: EvaluationDetail };
  /** The test sets that are there: of the workspace's data folders, and what these runs are validated on. */
  'esrgan/testSets': { params: { runs: readonly string[] }; result: readonly TestSetSummary[] };
  /** Measures a model on a test set under these protocols in a job; the results are files of the run. */
  'esrgan/evaluate': {
    params: {
      model: ModelReference;
      testSet: string;
      protocols: readonly string[];
    };
    result: { job: string };
  };
  /** Where the run files of these runs differ. */
  'esrgan/configDifference': { params: { runs: readonly string[] }; result: ConfigDifference };
  /** How the steps of a run's points are to be read. */
  'esrgan/curveScale': { params: { run: string }; result: CurveScale };
  /**
   * The results of models on an image: what is there, and a job for what is not. Without models, LR, bicubic and HR at the
   * scale of `run` are made at once; with models, `run` is not looked at.
   */
  'esrgan/imageResults': {
    params: { image: ImageQuery; models: readonly ModelReference[]; run: string | null };
    result: ImageResults;
  };
  /** The images in the event files of a run of another program, by rising step; they are in `esrgan/resultsFolder`. */
  'esrgan/loggedImages': { params: { run: string }; result: readonly LoggedStep[] };
  /** What changed between two checkpoints (folders, or files of weights). */
  'esrgan/weightsDifference': { params: { a: string; b: string }; result: WeightsDifference };
  /**
   * The mean of two checkpoints on a crop, from a process that stays for the next alpha. Ask one at a time; it ends
   * with `esrgan/closeInterpolation` or after a minute without a question.
   */
  'esrgan/interpolate': { params: InterpolationQuery; result: InterpolationResult };
  'esrgan/closeInterpolation': { params: null; result: null };
  /** The folder with all files of `esrgan/imageResults` and `esrgan/interpolate`, which a page must be allowed to load. */
  'esrgan/resultsFolder': { params: null; result: { folder: string } };
  /** A comparison as the text of a file; `name` is what to call it. */
  'esrgan/exportComparison': { params: ExportQuery; result: { name: string; content: string } };
}

/** Sample images that a comparison opens at. */
export interface SamplePlace {
  /** Key of the image; null: any. */
  readonly sample: string | null;
  /** Global step, which continues from stage to stage. */
  readonly step: number;
}
