import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isPlainObject,
  isString,
} from '../../guards/guards.ts';
import type { Share } from '../../image-files/share.ts';
import { type Metric, metricNames } from '../../metrics/metrics.ts';
import { readNames, writeJsonAtomic } from '../../runs/atomic-file.ts';
import { readJson } from '../../runs/read-json.ts';
import { announce, type RunPaths } from '../../runs/run-directory.ts';
import { sha256OfText } from '../../runs/sha256.ts';

/** Values in a file; null is infinite (the PSNR of equal images). */
export type SavedValues = Readonly<Partial<Record<Metric, number | null | undefined>>>;

/** An evaluation in the `evaluations` folder of a run. */
export interface EvaluationFile extends SavedValues {
  readonly format: 1;
  readonly model: string;
  /** SHA-256 in hex of the file of weights, or `interpolationSha256`. */
  readonly weights: string;
  /** Names of the model's checkpoints in the run; missing in files of older versions. */
  readonly checkpoints: readonly string[] | undefined;
  /** Weight of the second of two interpolated checkpoints. */
  readonly alpha: number | undefined;
  readonly data: string;
  readonly dataSha256: string;
  readonly protocol: string;
  /** SHA-256 in hex over the tensors of the network that measures a distance. */
  readonly net: string | undefined;
  readonly toolVersion: string;
  readonly time: string;
  readonly images: readonly ({ readonly name: string } & SavedValues)[];
}

/** Identifies an evaluation in its run. */
export type EvaluationKey = Pick<EvaluationFile, 'weights' | 'dataSha256' | 'protocol' | 'net'>;

const isSavedValue = isOptional(isNullable(isNumber));

function hasSavedValues(value: unknown): value is SavedValues {
  return isPlainObject(value) && metricNames.every((metric) => isSavedValue(value[metric]));
}

const hasFacts = isObject<Omit<EvaluationFile, Metric>>({
  format: isOneOf([1]),
  model: isString,
  weights: isString,
  checkpoints: isOptional(isList(isString)),
  alpha: isOptional(isNumber),
  data: isString,
  dataSha256: isString,
  protocol: isString,
  net: isOptional(isString),
  toolVersion: isString,
  time: isString,
  images: isList(isImage),
});

function isImage(value: unknown): value is EvaluationFile['images'][number] {
  return isObject({ name: isString })(value) && hasSavedValues(value);
}

function isEvaluationFile(value: unknown): value is EvaluationFile {
  return hasFacts(value) && hasSavedValues(value);
}

/** SHA-256 in hex that identifies the interpolation of two models with these weights; `alpha` is the weight of the second. */
export function interpolationSha256(alpha: number, weights: readonly [string, string]): string {
  return createHash('sha256')
    .update(`interpolated ${alpha} ${weights.join(' ')}`)
    .digest('hex');
}

/** SHA-256 in hex that identifies bicubic upscaling by a factor among the weights of models. */
export function bicubicSha256(scale: number): string {
  return sha256OfText(`bicubic x${scale}`);
}

/** The name of the file of an evaluation, without its extension. */
function evaluationName({ weights, dataSha256, protocol, net }: EvaluationKey): string {
  return [weights.slice(0, 16), dataSha256.slice(0, 16), protocol, ...(net ? [net.slice(0, 16)] : [])].join(
    '-',
  );
}

/** The path of an evaluation in a run. */
function evaluationPath(run: RunPaths, key: EvaluationKey): string {
  return join(run.evaluations, `${evaluationName(key)}.json`);
}

function isEvaluationOf(key: EvaluationKey, file: EvaluationFile | undefined): file is EvaluationFile {
  return (
    file?.weights === key.weights &&
    file.dataSha256 === key.dataSha256 &&
    file.protocol === key.protocol &&
    file.net === key.net
  );
}

/** The saved evaluation of a run; undefined if there is none. */
export function findEvaluation(run: RunPaths, key: EvaluationKey): EvaluationFile | undefined {
  const file = readEvaluation(evaluationPath(run, key));
  return isEvaluationOf(key, file) ? file : undefined;
}

/** Reads an evaluation; undefined if the file does not exist or is not valid. */
export function readEvaluation(path: string): EvaluationFile | undefined {
  return readJson(path, isEvaluationFile);
}

/** All saved evaluations of a run with their paths, sorted by name. Invalid files are skipped. */
export function listEvaluations(
  run: RunPaths,
): { readonly path: string; readonly evaluation: EvaluationFile }[] {
  return readNames(run.evaluations)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .sort()
    .flatMap((name) => {
      const path = join(run.evaluations, name);
      const evaluation = readEvaluation(path);
      return evaluation === undefined ? [] : [{ path, evaluation }];
    });
}

/** Saves an evaluation. Throws a `disk` error. */
export function saveEvaluation(run: RunPaths, file: EvaluationFile): void {
  writeJsonAtomic(evaluationPath(run, file), file);
  announce(run);
}

/**
 * A part of an evaluation: the images that a share has measured. A part has no means, and its names are paths with their
 * extensions.
 */
export interface EvaluationPart {
  readonly path: string;
  readonly part: EvaluationFile;
}

/** The path of a share's part of an evaluation. */
export function partPath(folder: string, key: EvaluationKey, { number, count }: Share): string {
  return join(folder, `${evaluationName(key)}-${number}-of-${count}.json`);
}

/** All parts of an evaluation in a folder. Invalid files are skipped. */
export function listParts(folder: string, key: EvaluationKey): EvaluationPart[] {
  const start = `${evaluationName(key)}-`;
  return readNames(folder)
    .filter((name) => name.startsWith(start) && /^\d+-of-\d+\.json$/.test(name.slice(start.length)))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const part = readEvaluation(path);
      return isEvaluationOf(key, part) ? [{ path, part }] : [];
    });
}
