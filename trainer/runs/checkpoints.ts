import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { discardSync, moveSync, removeFileSync, removeFolderSync } from '../files/change-files.ts';
import { type FileContent, failureOf, readJsonFile, readLocked } from '../files/small-file.ts';
import {
  type Guarded,
  isCount,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isRecord,
  isString,
} from '../guards/guards.ts';
import {
  isBetter,
  type Metric,
  metricNames,
  perceptualMetricNames,
  type Score,
  type ValidationMetric,
} from '../metrics/metrics.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import {
  diskError,
  namesIn,
  readNames,
  removeFolderAtomic,
  removeTemporaries,
  writeFileAtomic,
  writeFileDurably,
  writeFolderAtomic,
} from './atomic-file.ts';
import { emaFile, generatorFile } from './checkpoint-files.ts';
import { paddedStep, type RunPaths } from './run-directory.ts';
import { sha256OfFile } from './sha256.ts';

/** Everything besides tensors that an exact resume needs (`state.json` of a checkpoint). */
export interface CheckpointState {
  readonly format: 1;
  readonly stage: Stage;
  /** Steps (mini-batches) of the stage done. */
  readonly step: number;
  /** Epochs done. */
  readonly epoch: number;
  /** Mini-batches of the current epoch done. */
  readonly batch: number;
  /** Updates of the generator. */
  readonly adamStep: number;
  readonly seed: number;
  /** Of the resolved run file, SHA-256 in hex. */
  readonly configHash: string;
  readonly toolVersion: string;
  readonly engine: string;
  /** The best validation so far, at whatever step; null before the first. An infinite PSNR is the highest. */
  readonly best: BestValidation | null;
  /** Of the validation at this step, such as `psnr` (Infinity for equal images) and `ssim`. Empty if there was none. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Missing in checkpoints of earlier versions. */
  readonly progress?: ValidationProgress | undefined;
  readonly nonFinite: NonFiniteSteps;
  readonly files: Readonly<Record<string, FileFingerprint>>;
}

/** The metrics of a validation, and its step. */
export type BestValidation = Score &
  Readonly<Partial<Record<ValidationMetric, number>>> & { readonly step: number };

/** By metric: its best value (Infinity for equal images), the step of it, and the number of validations since. */
export type ValidationProgress = Readonly<
  Record<string, { readonly best: number; readonly step: number; readonly since: number }>
>;

/** The steps of a stage whose loss or gradients were not finite. */
export interface NonFiniteSteps {
  /** That were skipped, since the last one that was not. */
  readonly inRow: number;
  /** That were skipped, of all that lead to the state. */
  readonly skipped: number;
  /** Factor of the learning rates, from rollbacks. */
  readonly learningRateFactor: number;
}

export const noNonFiniteSteps: NonFiniteSteps = { inRow: 0, skipped: 0, learningRateFactor: 1 };

interface FileFingerprint {
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

/** `state.json`: null is an infinite PSNR, because JSON has no infinite numbers. */
const isSavedState = isObject({
  format: isOneOf([1]),
  stage: isOneOf(stages),
  step: isCount,
  epoch: isCount,
  batch: isCount,
  adamStep: isCount,
  seed: isNumber,
  configHash: isString,
  toolVersion: isString,
  engine: isString,
  best: isNullable(
    isObject({
      psnr: isNullable(isNumber),
      ssim: isNumber,
      psnr_y: isOptional(isNullable(isNumber)),
      ssim_y: isOptional(isNumber),
      lpips: isOptional(isNumber),
      dists: isOptional(isNumber),
      niqe: isOptional(isNumber),
      step: isCount,
    }),
  ),
  metrics: isRecord(isNullable(isNumber)),
  progress: isOptional(isRecord(isObject({ best: isNullable(isNumber), step: isCount, since: isCount }))),
  nonFinite: isOptional(
    isObject<NonFiniteSteps>({ inRow: isCount, skipped: isCount, learningRateFactor: isNumber }),
  ),
  files: isRecord(isObject<FileFingerprint>({ bytes: isCount, sha256: isString })),
});

function fromSaved(saved: Guarded<typeof isSavedState>): CheckpointState {
  const { best, progress, ...others } = saved;
  const number = (value: number | null) => value ?? Number.POSITIVE_INFINITY;
  return {
    ...others,
    best: best && bestOfSaved(best),
    metrics: Object.fromEntries(Object.entries(saved.metrics).map(([name, value]) => [name, number(value)])),
    ...(progress && {
      progress: Object.fromEntries(
        Object.entries(progress).map(([name, each]) => [name, { ...each, best: number(each.best) }]),
      ),
    }),
    // Earlier versions did not save it: they skipped no step.
    nonFinite: saved.nonFinite ?? noNonFiniteSteps,
  };
}

function bestOfSaved({
  psnr,
  ssim,
  psnr_y,
  ssim_y,
  step,
  ...others
}: NonNullable<Guarded<typeof isSavedState>['best']>): BestValidation {
  const values = perceptualMetricNames.flatMap((metric) => {
    const value = others[metric];
    return value === undefined ? [] : [[metric, value] as const];
  });
  return {
    psnr: psnr ?? Number.POSITIVE_INFINITY,
    ssim,
    ...(psnr_y !== undefined && { psnr_y: psnr_y ?? Number.POSITIVE_INFINITY }),
    ...(ssim_y !== undefined && { ssim_y }),
    ...Object.fromEntries(values),
    step,
  };
}

/** A checkpoint whose state is readable; its files may still be damaged. */
export interface Checkpoint {
  readonly path: string;
  /** `<stage>-<step>`. */
  readonly name: string;
  readonly state: CheckpointState;
}

/** A file to write to a checkpoint. */
export interface CheckpointFile {
  readonly name: string;
  readonly chunks: Iterable<Uint8Array>;
}

const stateFile = 'state.json';

/** An empty file in a checkpoint that is never deleted with old ones. */
const keptFile = 'kept';

/** Prefix of a checkpoint while a new one of the same name replaces it. */
const replacedPrefix = '.replaced-';

/** The name of a checkpoint; names sort by step. */
export function checkpointName(stage: Stage, step: number): string {
  return `${stage}-${paddedStep(step)}`;
}

/**
 * Writes a checkpoint. If the process is killed, the checkpoint is complete or does not exist, and a previous one of
 * that name exists or can be restored by `recoverCheckpoints`. Throws a `disk` error; then the previous one exists.
 *
 * @param assertWritable is called when the files are written, before they get their place; it throws if another process
 * writes to the run now
 */
export function writeCheckpoint(
  paths: RunPaths,
  files: Iterable<CheckpointFile>,
  state: Omit<CheckpointState, 'format' | 'files'>,
  assertWritable: () => void = () => {},
): Checkpoint {
  const name = checkpointName(state.stage, state.step);
  const path = join(paths.checkpoints, name);
  const replaced = join(paths.checkpoints, replacedPrefix + name);
  const fingerprints: Record<string, FileFingerprint> = {};
  const whole: CheckpointState = { format: 1, ...state, files: fingerprints };
  assertReadable(whole);
  let isReplacing = false;
  try {
    writeFolderAtomic(path, (temporary) => {
      for (const file of files) {
        fingerprints[file.name] = writeFingerprinted(join(temporary, file.name), file.chunks);
      }
      writeFileDurably(join(temporary, stateFile), [Buffer.from(stateText(whole))]);
      assertWritable();
      if (existsSync(path)) {
        if (isKept(path)) writeFileDurably(join(temporary, keptFile), []);
        isReplacing = true;
        removeFolderSync(replaced);
        moveSync(path, replaced);
      }
    });
  } catch (error) {
    try {
      if (isReplacing) restoreReplaced(paths);
    } catch {
      // The next session restores it.
    }
    throw error;
  }
  discardSync(replaced);
  return { path, name, state: whole };
}

/**
 * Adds the validation at its step to a checkpoint that was written before. If the process is killed, the checkpoint has
 * the validation or has none. Throws a `disk` error.
 */
export function recordValidation(
  { path, name, state }: Checkpoint,
  validation: Pick<CheckpointState, 'best' | 'metrics' | 'progress'>,
): Checkpoint {
  const whole = { ...state, ...validation };
  assertReadable(whole);
  writeFileAtomic(join(path, stateFile), stateText(whole));
  return { path, name, state: whole };
}

function stateText(state: CheckpointState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}

/** Fails now instead of at a resume, for example if a number is NaN and becomes null. */
function assertReadable(state: CheckpointState): void {
  const readBack: unknown = JSON.parse(stateText(state));
  if (!isSavedState(readBack) || !isDeepStrictEqual(fromSaved(readBack), state))
    throw new RangeError(
      `the state of ${checkpointName(state.stage, state.step)} is not valid: ${JSON.stringify(state)}`,
    );
}

function writeFingerprinted(path: string, chunks: Iterable<Uint8Array>): FileFingerprint {
  const hash = createHash('sha256');
  let bytes = 0;
  function* hashed(): Generator<Uint8Array> {
    for (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  writeFileDurably(path, hashed());
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Deletes the incomplete checkpoints of a killed process, and restores a checkpoint that it was replacing. Only for
 * the holder of the run's lock. Throws a `disk` error.
 */
export function recoverCheckpoints(paths: RunPaths): void {
  removeTemporaries(paths.checkpoints, 0);
  for (const name of checkpointNames(readNames(paths.checkpoints), undefined))
    removeTemporaries(join(paths.checkpoints, name), 0);
  restoreReplaced(paths);
}

function restoreReplaced(paths: RunPaths): void {
  for (const name of readNames(paths.checkpoints)) {
    if (!name.startsWith(replacedPrefix)) continue;
    const replaced = join(paths.checkpoints, name);
    const path = join(paths.checkpoints, name.slice(replacedPrefix.length));
    if (existsSync(path)) {
      discardSync(replaced);
      continue;
    }
    try {
      moveSync(replaced, path);
    } catch (error) {
      throw diskError(path, error);
    }
  }
}

/**
 * The checkpoints of a run (or one stage), the oldest first: by stage, then step; without those whose state is not
 * readable. Never throws.
 */
export function listCheckpoints(paths: RunPaths, stage?: Stage): Checkpoint[] {
  return checkpointNames(readNames(paths.checkpoints), stage).flatMap((name) => {
    const path = join(paths.checkpoints, name);
    const state = readState(path, name);
    return state.state === 'read' ? [{ path, name, state: state.value }] : [];
  });
}

/** The newest checkpoint of the latest stage whose state is readable; undefined without one. Never throws. */
export function newestCheckpoint(paths: RunPaths): Checkpoint | undefined {
  for (const name of checkpointNames(readNames(paths.checkpoints), undefined).reverse()) {
    const path = join(paths.checkpoints, name);
    const state = readState(path, name);
    if (state.state === 'read') return { path, name, state: state.value };
  }
  return undefined;
}

/** Whether a checkpoint is never deleted with old ones. */
export function isKept(path: string): boolean {
  return existsSync(join(path, keptFile));
}

/** Decides whether a checkpoint is never deleted with old ones, also while a trainer runs. Throws a `disk` error. */
export function setKept(path: string, kept: boolean): void {
  const file = join(path, keptFile);
  try {
    if (kept) writeFileAtomic(file, '');
    else removeFileSync(file);
  } catch (error) {
    throw diskError(file, error);
  }
}

/** The step of the newest checkpoint of a stage, whole or not; 0 without one. Throws a `disk` error. */
export function newestStep(paths: RunPaths, stage: Stage): number {
  return stepOf(checkpointNames(namesIn(paths.checkpoints), stage).at(-1) ?? '0');
}

/** The checkpoint that was looked for, if there is one, and what is wrong with each that would have been preferred. */
export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint | undefined;
  /** Sentences, the most preferred checkpoint first. */
  readonly problems: readonly string[];
}

/** The files of a checkpoint that matter: all for a resume, the generator to upscale. */
type CheckedFiles = 'all' | 'generator';

/**
 * The newest checkpoint of a run (or one stage) whose files are as they were written; reads every byte of them. Throws a
 * `disk` error if one cannot be read, perhaps only now: no earlier one takes its place.
 */
export function latestCheckpoint(
  paths: RunPaths,
  stage?: Stage,
  checked: CheckedFiles = 'all',
): FoundCheckpoint {
  const problems: string[] = [];
  for (const name of checkpointNames(namesIn(paths.checkpoints), stage).reverse()) {
    const path = join(paths.checkpoints, name);
    const state = openState(path, name);
    const damage =
      state === undefined ? `${stateFile} is missing or damaged` : findDamage(path, state, checked);
    if (state !== undefined && damage === undefined) return { checkpoint: { path, name, state }, problems };
    problems.push(`Checkpoint ${path} is not whole: ${damage}.`);
  }
  return { checkpoint: undefined, problems };
}

/**
 * The best checkpoint of a stage by the metric of the run file (`checkpoints.best`); if that one was deleted, the one
 * with the highest PSNR; undefined if none was validated.
 *
 * @param checkpoints of the stage, the oldest first
 */
export function bestCheckpoint(checkpoints: readonly Checkpoint[]): Checkpoint | undefined {
  const step = checkpoints.at(-1)?.state.best?.step;
  return checkpoints.find(({ state }) => state.step === step) ?? bestOf(checkpoints, 'psnr');
}

/** The best checkpoint of a stage, by `bestCheckpoint`, whose generator is as it was written. Throws as `latestCheckpoint`. */
export function bestWholeCheckpoint(paths: RunPaths, stage: Stage): FoundCheckpoint {
  const problems: string[] = [];
  let candidates = checkpointNames(namesIn(paths.checkpoints), stage).flatMap((name) => {
    const path = join(paths.checkpoints, name);
    const state = openState(path, name);
    return state === undefined ? [] : [{ path, name, state }];
  });
  for (;;) {
    const best = bestCheckpoint(candidates);
    const damage = best && findDamage(best.path, best.state, 'generator');
    if (damage === undefined) return { checkpoint: best, problems };
    problems.push(`Checkpoint ${best?.path} is not whole: ${damage}.`);
    candidates = candidates.filter((each) => each !== best);
  }
}

/**
 * The checkpoint to use of a stage: the last of the training, whose quality PSNR does not measure; the best of the
 * pretraining, or its last if none was validated. Its generator is as it was written. Throws as
 * `latestCheckpoint`.
 */
export function stageResult(paths: RunPaths, stage: Stage): FoundCheckpoint {
  const best = stage === 'pretraining' ? bestWholeCheckpoint(paths, stage) : undefined;
  if (best?.checkpoint) return best;
  const latest = latestCheckpoint(paths, stage, 'generator');
  return { ...latest, problems: [...new Set([...(best?.problems ?? []), ...latest.problems])] };
}

/** The checkpoint to use of a run: that of its training, else that of its pretraining. Throws as `latestCheckpoint`. */
export function resultCheckpoint(paths: RunPaths): FoundCheckpoint {
  const training = stageResult(paths, 'training');
  if (training.checkpoint) return training;
  const { checkpoint, problems } = stageResult(paths, 'pretraining');
  return { checkpoint, problems: [...training.problems, ...problems] };
}

function bestOf(checkpoints: readonly Checkpoint[], metric: Metric): Checkpoint | undefined {
  let best: { readonly checkpoint: Checkpoint; readonly value: number } | undefined;
  for (const checkpoint of checkpoints) {
    const value = checkpoint.state.metrics[metric];
    if (value === undefined) continue;
    if (best === undefined || isBetter(metric, value, best.value)) best = { checkpoint, value };
  }
  return best?.checkpoint;
}

/**
 * Renames the checkpoints of a stage after `step`, so that they neither count nor are deleted: the training that goes on
 * at `step` writes its own. Throws a `disk` error.
 *
 * @returns the new paths
 */
export function setAsideAfter(paths: RunPaths, stage: Stage, step: number): string[] {
  const names = checkpointNames(namesIn(paths.checkpoints), stage).filter((name) => stepOf(name) > step);
  return names.map((name) => {
    const path = join(paths.checkpoints, name);
    let aside = join(paths.checkpoints, `aside-${name}`);
    for (let copy = 2; existsSync(aside); copy++) aside = join(paths.checkpoints, `aside-${name}-${copy}`);
    try {
      moveSync(path, aside);
    } catch (error) {
      throw diskError(path, error);
    }
    return aside;
  });
}

/**
 * Deletes the checkpoints of a stage before `newest`, the step of the one that was just written, except the newest
 * `keep` (at least 1, with that one), the best by each metric and by `checkpoints`
 * of the run file, and those that are kept (`setKept`). Never rejects:
 * what cannot be deleted is deleted with the next ones.
 *
 * @param needed the path of one more that remains
 * @returns why checkpoints could not be deleted
 */
export async function pruneCheckpoints(
  paths: RunPaths,
  stage: Stage,
  keep: number,
  newest: number,
  needed?: string,
): Promise<string[]> {
  const checkpoints = listCheckpoints(paths, stage).filter(({ state }) => state.step <= newest);
  const best = [bestCheckpoint(checkpoints), ...metricNames.map((metric) => bestOf(checkpoints, metric))];
  const problems: string[] = [];
  for (const checkpoint of checkpoints.slice(0, -Math.max(1, keep))) {
    if (best.includes(checkpoint) || checkpoint.path === needed || isKept(checkpoint.path)) continue;
    try {
      await removeFolderAtomic(checkpoint.path);
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  return problems;
}

/** Those of the names that checkpoints have, the oldest first. */
function checkpointNames(names: readonly string[], stage: Stage | undefined): string[] {
  return (stage === undefined ? stages : [stage]).flatMap((each) =>
    names.filter((name) => name === checkpointName(each, stepOf(name))).sort((a, b) => stepOf(a) - stepOf(b)),
  );
}

function stepOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

/** The state in the folder of a checkpoint. Never throws. */
function readState(path: string, name: string): FileContent<CheckpointState> {
  const saved = readJsonFile(join(path, stateFile), isSavedState);
  if (saved.state !== 'read') return saved;
  return checkpointName(saved.value.stage, saved.value.step) === name
    ? { state: 'read', value: fromSaved(saved.value) }
    : { state: 'invalid', reason: 'it is of another checkpoint' };
}

/** As `readState`; undefined if it is missing or damaged. Throws a `disk` error if it cannot be read, perhaps only now. */
function openState(path: string, name: string): CheckpointState | undefined {
  const read = readLocked(() => readState(path, name));
  if (read.state === 'unreadable') throw unreadableCheckpoint(path, read.reason);
  return read.state === 'read' ? read.value : undefined;
}

function unreadableCheckpoint(path: string, reason: string): WorkbenchError {
  return new WorkbenchError(
    'disk',
    `Checkpoint ${path} cannot be read: ${reason}. Check your permission to read it and that no other program has its files open, then try again. To do without it, move its folder away.`,
  );
}

/**
 * What is wrong with the generator in the folder of a checkpoint, or with another of its files, in words; undefined if it
 * is whole, or if nothing is known about it because the folder has no `state.json`. Throws as `latestCheckpoint`.
 */
export function findWeightsDamage(folder: string, file?: string): string | undefined {
  const saved = readLocked(() => readJsonFile(join(folder, stateFile), isSavedState));
  if (saved.state === 'absent') return undefined;
  if (saved.state === 'unreadable') throw unreadableCheckpoint(folder, saved.reason);
  return saved.state === 'invalid'
    ? `${stateFile} is damaged`
    : findDamage(folder, saved.value, file ?? 'generator');
}

/**
 * What is wrong with the first damaged file, in words; undefined if none is damaged. Throws a `disk` error if one cannot be
 * read, perhaps only now.
 *
 * @param checked as `CheckedFiles`, or the name of a file
 */
function findDamage(
  path: string,
  { files }: Pick<CheckpointState, 'files'>,
  checked: CheckedFiles | string,
): string | undefined {
  const used = emaFile in files ? emaFile : generatorFile;
  const isChecked = (name: string) =>
    checked === 'all' || name === (checked === 'generator' ? used : checked);
  for (const [name, written] of Object.entries(files)) {
    if (!isChecked(name)) continue;
    if (basename(name) !== name)
      return `${stateFile} names a file outside of the checkpoint, ${JSON.stringify(name)}`;
    const damage = readLocked(() => readDamage(path, name, written));
    if (damage.state === 'absent') return `${name} is missing`;
    if (damage.state === 'unreadable') throw unreadableCheckpoint(path, damage.reason);
    if (damage.state === 'invalid') return `${name} cannot be used: ${damage.reason}`;
    if (damage.value !== undefined) return damage.value;
  }
  return undefined;
}

/** How a file differs from what was written, in words. Never throws. */
function readDamage(path: string, name: string, written: FileFingerprint): FileContent<string | undefined> {
  try {
    const { size } = statSync(join(path, name));
    if (size !== written.bytes)
      return { state: 'read', value: `${name} has ${size} bytes instead of ${written.bytes}` };
    const isSame = sha256OfFile(join(path, name)) === written.sha256;
    return { state: 'read', value: isSame ? undefined : `the content of ${name} has changed` };
  } catch (error) {
    return failureOf(error);
  }
}
