import {
  type Guarded,
  isBoolean,
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isRecord,
  isString,
  isUnion,
} from '../guards/guards.ts';

/** `esrgan doctor --json` */
export type EnginesReport = Guarded<typeof isEnginesReport>;
export const isEnginesReport = isObject({
  engines: isList(
    isObject({
      name: isString,
      title: isString,
      available: isBoolean,
      /** The device, or why the engine is not available. */
      detail: isString,
      needed: isString,
    }),
  ),
  /** The name of the engine that `auto` chooses. */
  auto: isString,
  /** The GPUs among which runs can be divided, in the order of `device` in run files. */
  devices: isList(isObject({ name: isString, memoryBytes: isCount })),
});

/** Width and height in pixels; null without readable images. */
const isSize = isNullable(isList(isCount));

/** `esrgan data list --json`: the folders of the predefined data sets. */
export type DatasetsReport = Guarded<typeof isDatasetsReport>;
export const isDatasetsReport = isList(
  isObject({
    name: isString,
    split: isOneOf(['train', 'val']),
    kind: isOneOf(['HR', 'LR']),
    folder: isString,
    /** 0 where the folder does not exist. */
    images: isCount,
    /** The images with the fewest and the most pixels. */
    smallest: isSize,
    largest: isSize,
    /** `bytes` is null where the authors do not publish it; without an address, the archives must be at hand. */
    download: isObject({ bytes: isNullable(isCount), hasAddress: isBoolean }),
  }),
);

/** `esrgan weights list --json`; `bytes` is null where the file does not exist. */
export type WeightsListReport = Guarded<typeof isWeightsListReport>;
export const isWeightsListReport = isList(
  isObject({ name: isString, path: isString, bytes: isNullable(isCount) }),
);

/** `esrgan models search --json`; `license` is null where none is named. */
export type PublishedModelsReport = Guarded<typeof isPublishedModelsReport>;
export const isPublishedModelsReport = isList(
  isObject({
    id: isString,
    name: isString,
    authors: isList(isString),
    license: isNullable(isString),
    architecture: isString,
    scale: isCount,
    tags: isList(isString),
    type: isString,
    bytes: isNullable(isCount),
  }),
);

/** `esrgan inspect --json`: a file of weights. */
export type WeightsReport = Guarded<typeof isWeightsReport>;
export const isWeightsReport = isObject({
  path: isString,
  bytes: isCount,
  sha256: isString,
  format: isString,
  /** Null where the file holds no generator that we know; then `reason` says what it is. */
  architecture: isNullable(isString),
  reason: isNullable(isString),
  /** The program whose tensor names the file uses. */
  layout: isNullable(isString),
  /** Hyper-parameters, by the keys of a run file. */
  options: isNullable(isRecord(isUnion(isNumber, isBoolean, isString))),
  /** Parts before all names in the file. */
  wrapper: isList(isString),
  /** Prefixes of further generators in the file. */
  others: isList(isString),
  /** Tensors with values that are infinite or NaN, and how many. */
  notFinite: isList(isObject({ name: isString, count: isCount })),
  parameters: isCount,
  dtypes: isList(isString),
  metadata: isRecord(isString),
  tensors: isList(isObject({ name: isString, dtype: isString, shape: isList(isCount) })),
});

/** `esrgan inspect --brief --json`: one for each file, also for a file that cannot be read. */
export type BriefReport = Guarded<typeof isBriefReport>;
export const isBriefReport = isObject({
  /** As given on the command line. */
  path: isString,
  bytes: isCount,
  format: isNullable(isString),
  architecture: isNullable(isString),
  /** Upscaling factor; null where only running the model shows it (ONNX), or the file holds no generator. */
  scale: isNullable(isCount),
  blocks: isNullable(isCount),
  channels: isNullable(isCount),
  metadata: isRecord(isString),
  /** Why it cannot upscale images; null where it can, as far as the header shows. */
  problem: isNullable(isString),
});

/** `esrgan inspect --values --json`: one for each tensor; statistics of its finite values, null where there are none. */
export type TensorReport = Guarded<typeof isTensorReport>;
export const isTensorReport = isObject({
  name: isString,
  count: isCount,
  /** How many are infinite or NaN. */
  notFinite: isCount,
  mean: isNullable(isNumber),
  /** Standard deviation. */
  deviation: isNullable(isNumber),
  least: isNullable(isNumber),
  largest: isNullable(isNumber),
  /** Euclidean norm. */
  norm: isNumber,
});

/** `esrgan displayable`: an image in a format and size that a browser can show. */
export type DisplayableImage = Guarded<typeof isDisplayableImage>;
export const isDisplayableImage = isObject({
  /** The image itself or its copy. */
  path: isString,
  /** Size of the image itself in pixels, upright, and of its file. */
  width: isCount,
  height: isCount,
  bytes: isCount,
});
