import { basename, dirname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import type { Values } from '../metrics/metrics.ts';
import { isRunDirectory } from '../runs/list.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import type { Measure } from './measure.ts';
import type { Evaluation } from './results/evaluation.ts';
import { findEvaluation, type SavedValues, saveEvaluation } from './results/evaluation-files.ts';
import type { KnownTestSet } from './results/test-set.ts';

/** A model to measure. It is opened only if a result is missing. */
export interface Subject {
  readonly name: string;
  /** SHA-256 of the weights in hex; null without weights, such as bicubic. */
  readonly weights: string | null;
  /** The run that stores the results; undefined if the model does not belong to a run. */
  readonly run: RunPaths | undefined;
  /** Names of its checkpoints in the run: one, or the two that are interpolated. */
  readonly checkpoints?: readonly string[];
  /** Weight of the second checkpoint. */
  readonly alpha?: number;
  open(): Promise<Upscaler>;
}

export interface EvaluateOnceOptions extends EvaluateOptions {
  /** Measures again even if the run stores the result. */
  readonly again?: boolean;
  /** Called if the run cannot store the results, with the reason. */
  readonly onUnsaved: (reason: string) => void;
}

/** The run that has a file of weights in one of its checkpoints; undefined if there is none. */
export function runOfWeights(path: string): RunPaths | undefined {
  const checkpoints = dirname(dirname(path));
  const root = dirname(checkpoints);
  const isOfRun = basename(checkpoints) === 'checkpoints' && isRunDirectory(root);
  return isOfRun ? runPaths(root) : undefined;
}

/**
 * The results of a model on a test set, one for each measure. Results that the run stores for the same weights and images
 * are used again; the others are measured and saved.
 *
 * @throws WorkbenchError as `evaluate`
 */
export async function evaluateOnce(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  { again = false, onUnsaved, ...options }: EvaluateOnceOptions,
): Promise<Evaluation[]> {
  const results = new Map<Measure, Evaluation>();
  for (const measure of again ? [] : measures) {
    const found = readSaved(subject, testSet, measure);
    if (found) results.set(measure, found);
  }
  const missing = measures.filter((measure) => !results.has(measure));
  if (missing.length > 0) {
    const upscaler = await subject.open();
    try {
      for (const [m, evaluation] of (await evaluate(upscaler, testSet, missing, options)).entries()) {
        results.set(missing[m]!, { ...evaluation, model: subject.name });
      }
    } finally {
      await upscaler.close();
    }
    try {
      for (const measure of missing) save(subject, testSet, measure, results.get(measure)!);
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      onUnsaved(error.message);
    }
  }
  return measures.flatMap((measure) => results.get(measure) ?? []);
}

function readSaved(
  { name, weights, run }: Subject,
  { name: data, sha256: dataSha256 }: KnownTestSet,
  measure: Measure,
): Evaluation | undefined {
  if (run === undefined || weights === null) return undefined;
  const { protocol, net } = measure;
  const file = findEvaluation(run, { weights, dataSha256, protocol, net });
  if (file === undefined) return undefined;
  const isWhole = [file, ...file.images].every((values) =>
    measure.metrics.every((metric) => values[metric] !== undefined),
  );
  if (!isWhole) return undefined;
  const images = file.images.map((image) => ({ name: image.name, ...valuesIn(image, measure) }));
  return { model: name, data, protocol, ...valuesIn(file, measure), images };
}

function valuesIn(saved: SavedValues, { metrics }: Measure): Values {
  return Object.fromEntries(metrics.map((metric) => [metric, saved[metric] ?? Number.POSITIVE_INFINITY]));
}

function save(
  { weights, run, checkpoints, alpha }: Subject,
  { sha256: dataSha256 }: KnownTestSet,
  measure: Measure,
  { model, data, protocol, images, ...values }: Evaluation,
): void {
  if (run === undefined || weights === null) return;
  saveEvaluation(run, {
    format: 1,
    model,
    weights,
    checkpoints,
    alpha,
    data,
    dataSha256,
    protocol,
    net: measure.net,
    ...values,
    toolVersion,
    time: new Date().toISOString(),
    images,
  });
}
