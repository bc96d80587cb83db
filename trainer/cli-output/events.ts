import {
  type Guarded,
  isBoolean,
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isString,
  isUnion,
} from '../guards/guards.ts';
import type { Score, Values } from '../metrics/metrics.ts';
import type { RunState, Stage } from '../run-state/run-state.ts';

/** An event of any command: with `--json`, one object a line on standard output. */
export type CliEvent =
  | TrainEvent
  | UpscaleEvent
  | EvaluateEvent
  | DownloadEvent
  | PreparationEvent
  | ConvertEvent
  | InterpolateEvent
  | MirrorEvent
  | NewEvent
  | WarningEvent;

/** `esrgan train`, `upscale` and, on standard error, `evaluate`: a checkpoint is damaged, and another one is used. */
export interface WarningEvent {
  readonly event: 'warning';
  readonly message: string;
}

/** `esrgan new`: a network was measured; the run file was written. */
export type NewEvent =
  | { readonly event: 'measured'; readonly network: string; readonly secondsPerStep: number }
  | { readonly event: 'done'; readonly file: string };

/** `esrgan train` */
export type TrainEvent =
  | {
      readonly event: 'step';
      readonly stage: Stage;
      readonly step: number;
      readonly steps: number;
      readonly epoch: number;
      /** Steps per second. */
      readonly rate: number;
      /** The scalars of the step by name: losses, the learning rate. */
      readonly [scalar: string]: string | number;
    }
  | {
      readonly event: 'validation';
      readonly stage: Stage;
      readonly step: number;
      /** JSON writes an infinite PSNR as null. */
      readonly rgb: Score;
      readonly 'paper-y': Score;
      /** Those of `validation.metrics`. */
      readonly perceptual: Values;
      readonly isBest: boolean;
    }
  | WarningEvent
  /** `run` is the run directory. */
  | { readonly event: 'end'; readonly reason: string; readonly step: number; readonly run: string };

/**
 * `esrgan upscale`: with `--dry-run`, `planned` for each image, and nothing else. Otherwise `plan` after the headers of all images were read; for each image `begin`, `progress` after every
 * tile, and `done` or `failed`. A skipped image has `done` only. An unreadable image has `failed` only, before `plan`.
 */
export type UpscaleEvent = Guarded<typeof isUpscaleEvent>;
export const isUpscaleEvent = isUnion(
  isObject({
    event: isOneOf(['plan']),
    model: isString,
    scale: isCount,
    /** Number of images to upscale. */
    pictures: isCount,
    /** Images that are skipped because their results exist. */
    kept: isList(isString),
    failed: isCount,
  }),
  /** Sizes are `[width, height]`: of the image, after the model, of the result. */
  isObject({
    event: isOneOf(['planned']),
    input: isString,
    output: isString,
    sizes: isList(isList(isCount)),
    kept: isBoolean,
    notes: isList(isString),
  }),
  /** `picture` counts from 1. */
  isObject({
    event: isOneOf(['begin']),
    input: isString,
    picture: isCount,
    pictures: isCount,
    sizes: isList(isList(isCount)),
  }),
  isObject({
    event: isOneOf(['progress']),
    input: isString,
    tile: isCount,
    tiles: isCount,
    megapixelsPerSecond: isNumber,
    etaSeconds: isNumber,
    batchEtaSeconds: isNumber,
  }),
  isObject({
    event: isOneOf(['done']),
    input: isString,
    output: isString,
    width: isCount,
    height: isCount,
    kept: isBoolean,
    notes: isList(isString),
    seconds: isNumber,
  }),
  /** `code` is the code of a `WorkbenchError`. */
  isObject({ event: isOneOf(['failed']), input: isString, code: isString, message: isString }),
);

/** `esrgan evaluate --progress`, on standard error. */
export type EvaluateEvent = Guarded<typeof isEvaluateEvent>;
export const isEvaluateEvent = isUnion(
  /** Before each image; `image` counts from 1. */
  isObject({
    event: isOneOf(['progress']),
    model: isString,
    data: isString,
    image: isCount,
    images: isCount,
  }),
  /** The run cannot store the result of a model on a test set. */
  isObject({ event: isOneOf(['unsaved']), model: isString, data: isString, message: isString }),
);

/** `esrgan data download` and `esrgan weights download`; sizes in bytes. */
export type DownloadEvent = Guarded<typeof isDownloadEvent>;
export const isDownloadEvent = isUnion(
  /** The archives that are not extracted yet; null: size not published. */
  isObject({
    event: isOneOf(['plan']),
    archives: isList(isObject({ archive: isString, bytes: isNullable(isCount) })),
  }),
  isObject({
    event: isOneOf(['progress']),
    archive: isString,
    phase: isOneOf(['download', 'check', 'unpack']),
    done: isCount,
    total: isNullable(isCount),
  }),
  isObject({ event: isOneOf(['progress']), net: isString, done: isCount, total: isNullable(isCount) }),
  isObject({ event: isOneOf(['line']), text: isString }),
  isObject({ event: isOneOf(['done']), name: isString, to: isString }),
  isObject({ event: isOneOf(['done']), net: isString, to: isString }),
);

/** `esrgan data tiles`, `downscale`, `check` and `select`. Paths are of images, except that of a report. */
export type PreparationEvent = Guarded<typeof isPreparationEvent>;
export const isPreparationEvent = isUnion(
  /** Images, the results to make of them, those that exist, and the images of which nothing can be made. */
  isObject({
    event: isOneOf(['plan']),
    images: isCount,
    results: isCount,
    existing: isCount,
    skipped: isCount,
  }),
  /** Images done; `rate` is images per second. */
  isObject({
    event: isOneOf(['progress']),
    done: isCount,
    total: isCount,
    path: isString,
    rate: isNumber,
    etaSeconds: isNumber,
  }),
  isObject({ event: isOneOf(['failed']), path: isString, message: isString }),
  /** Of `check`; `other` is the image that it is compared with, or null. */
  isObject({
    event: isOneOf(['finding']),
    kind: isString,
    path: isString,
    other: isNullable(isString),
    message: isString,
  }),
  /** Of `select`: why an image is not selected; null if it is. */
  isObject({
    event: isOneOf(['candidate']),
    path: isString,
    detail: isNumber,
    blur: isNumber,
    noise: isNumber,
    blockiness: isNumber,
    rejection: isNullable(isString),
  }),
  isObject({ event: isOneOf(['report']), path: isString }),
  /** Findings of `check`; of the others, images of which nothing was made. */
  isObject({ event: isOneOf(['done']), images: isCount, findings: isCount }),
);

/** `esrgan mirror`; `run` is the run directory. */
type MirrorEvent =
  /** `link` is the page of the run. */
  | { readonly event: 'begin'; readonly run: string; readonly link: string }
  /** What is uploaded: events with scalars, and steps with sample images. */
  | {
      readonly event: 'progress';
      readonly run: string;
      readonly events: number;
      readonly samples: number;
      readonly state: RunState;
    }
  | { readonly event: 'end'; readonly run: string; readonly state: RunState };

/** `esrgan convert` */
interface ConvertEvent {
  readonly event: 'done';
  readonly input: string;
  readonly output: string;
  readonly tensors: number;
  readonly bytes: number;
}

/** `esrgan interpolate`; the models are files of weights. */
interface InterpolateEvent {
  readonly event: 'done';
  readonly psnr: string;
  readonly esrgan: string;
  readonly alpha: number;
  readonly output: string;
}
