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
import { stages } from '../run-state/run-state.ts';

const isStage = isOneOf(stages);

/** What was done to a patch: an operation of the degradation, or of the augmentation, with the parameters that it drew. */
export type AppliedOperation = Guarded<typeof isApplied>;
const isApplied = isObject({
  /** Index in `degradation`; null for the augmentation. */
  index: isNullable(isCount),
  op: isString,
  drawn: isRecord(isUnion(isNumber, isString)),
});

/** `esrgan data preview --json`: the patches of a step. */
export type TrainingPatches = Guarded<typeof isTrainingPatches>;
export const isTrainingPatches = isObject({
  stage: isStage,
  /** Counts from 1 within the stage. */
  step: isCount,
  /** Of the stage. */
  steps: isCount,
  epoch: isCount,
  scale: isCount,
  /** Width and height of the LR patches. */
  width: isCount,
  height: isCount,
  /** Patches in the whole batch. */
  batchSize: isCount,
  /** The operations of `degradation`, and which of them were left out. */
  operations: isList(isObject({ op: isString, isOff: isBoolean })),
  patches: isList(
    isObject({
      /** The HR image. */
      image: isString,
      applied: isList(isApplied),
      /** A file, or the bytes of a PNG file as base64; null if not asked for. */
      lr: isNullable(isString),
      hr: isNullable(isString),
    }),
  ),
});

/** A line of the input of `esrgan patches`. A newer request cancels the one before. */
export type PatchesRequest = Guarded<typeof isPatchesRequest>;
export const isPatchesRequest = isObject({
  id: isCount,
  /** Path of the run file, and its text, which may not be saved. */
  file: isString,
  text: isString,
  stage: isStage,
  step: isCount,
  /** How many patches of the batch, from its first one. */
  count: isCount,
  /** Indices of operations to leave out. */
  without: isList(isCount),
});

/** The end of a request. */
export type PatchesDone = Guarded<typeof isPatchesDone>;
export const isPatchesDone = isObject({
  id: isCount,
  event: isOneOf(['done']),
  patches: isTrainingPatches,
});

/** A line of its output. */
export type PatchesEvent =
  | PatchesDone
  | { readonly id: number; readonly event: 'failed'; readonly message: string };
