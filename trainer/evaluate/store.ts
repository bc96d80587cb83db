import { basename, dirname } from 'node:path';
import type { Values } from '../metrics/metrics.ts';
import { readNames } from '../runs/atomic-file.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import type { Measure } from './measure.ts';
import type { Evaluation } from './results/evaluation.ts';
import { findEvaluation, type SavedValues, saveEvaluation } from './results/evaluation-files.ts';
import type { KnownTestSet } from './results/test-set.ts';

/** What is measured: a net that is opened only if something has to be computed. */
export interface Subject {
  readonly name: string;
  /** Of its weights, SHA-256 in hex; null for what has none. */
  readonly weights: string | null;
  /** The run that keeps the results; undefined for what belongs to none. */
  readonly run: RunPaths | undefined;
  /** Names of the run's checkpoints that it is made of; the second's share where there are two. */
  readonly checkpoints?: readonly string[];
  readonly alpha?: number;
  open(): Promise<Upscaler>;
}

export interface EvaluateOnceOptions extends EvaluateOptions {
  /** Computes also what the run keeps. */
  readonly again?: boolean;
}

/** The run to whose checkpoints a file of weights belongs; undefined where it belongs to none. */
export function runOfWeights(path: string): RunPaths | undefined {
  const checkpoints = dirname(dirname(path));
  const root = dirname(checkpoints);
  const isOfRun = basename(checkpoints) === 'checkpoints' && readNames(root).includes('run.json');
  return isOfRun ? runPaths(root) : undefined;
}

/**
 * The results of a subject on a test set, one for each measure: those that its run keeps, if they are of the same
 * weights and images, else computed and kept.
 *
 * @throws WorkbenchError as `evaluate`; `disk` where the run cannot be written to
 */
export async function evaluateOnce(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  { again = false, ...options }: EvaluateOnceOptions = {},
): Promise<Evaluation[]> {
  const kept = new Map<Measure, Evaluation>();
  for (const measure of again ? [] : measures) {
    const found = readKept(subject, testSet, measure);
    if (found) kept.set(measure, found);
  }
  const missing = measures.filter((measure) => !kept.has(measure));
  if (missing.length > 0) {
    const upscaler = await subject.open();
    try {
      for (const [m, evaluation] of (await evaluate(upscaler, testSet, missing, options)).entries()) {
        const named = { ...evaluation, model: subject.name };
        keep(subject, testSet, missing[m]!, named);
        kept.set(missing[m]!, named);
      }
    } finally {
      await upscaler.close();
    }
  }
  return measures.flatMap((measure) => kept.get(measure) ?? []);
}

function readKept(
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

function keep(
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
