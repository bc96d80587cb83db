import { basename, dirname, join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import type { Measure } from '../measures/measure.ts';
import type { Metric } from '../metrics/metrics.ts';
import { isRunDirectory } from '../runs/list.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import { openParts, savedValues } from './parts.ts';
import type { Evaluation } from './results/evaluation.ts';
import { type EvaluationFile, findEvaluation, saveEvaluation } from './results/evaluation-files.ts';
import type { KnownTestSet } from './results/test-set.ts';

/** A model to measure. It is opened only if a result is missing. */
export interface Subject {
  readonly name: string;
  /** SHA-256 in hex of the weights, or of a text that identifies a model without weights. */
  readonly weights: string;
  /** The run that stores the results; undefined if the model does not belong to a run. */
  readonly run: RunPaths | undefined;
  /** Names of its checkpoints in the run: one, or the two that are interpolated. */
  readonly checkpoints?: readonly string[];
  /** Weight of the second checkpoint. */
  readonly alpha?: number;
  open(): Promise<Upscaler>;
}

export interface EvaluateOnceOptions extends Omit<EvaluateOptions, 'measured'> {
  /** Measures again even if results are saved. */
  readonly again?: boolean;
  /** Folder of the parts that shares save; by default a folder of the run. */
  readonly parts?: string;
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
 * With a share, only its images are measured, and saved as a part; the results are complete, and saved in the run, as soon
 * as the parts of all shares are. Until then those that are not saved are missing.
 *
 * @throws WorkbenchError as `evaluate`; `usage` for a share of a model that does not belong to a run, without `parts`;
 * `disk` if a part cannot be saved
 */
export async function evaluateOnce(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  { again = false, parts: folder = partsOf(subject), onUnsaved, ...options }: EvaluateOnceOptions,
): Promise<Evaluation[]> {
  const results = new Map<Measure, Evaluation>();
  for (const measure of again ? [] : measures) {
    const found = readSaved(subject, testSet, measure);
    if (found) results.set(measure, found);
  }
  const missing = measures.filter((measure) => !results.has(measure));
  if (missing.length > 0) {
    const { share } = options;
    if (share && folder === undefined) {
      throw new WorkbenchError(
        'usage',
        `The results of shares are saved in a run, but ${subject.name} belongs to none. Name a folder for them with --parts.`,
      );
    }
    const factsOf = (measure: Measure) => factsOfFile(subject, testSet, measure);
    const parts =
      folder === undefined || again ? undefined : openParts({ folder, measures: missing, factsOf, share });
    const measured = { ...options, ...(parts && { measured: parts }) };
    const upscaler = await subject.open();
    try {
      for (const [m, evaluation] of (await evaluate(upscaler, testSet, missing, measured)).entries()) {
        results.set(missing[m]!, { ...evaluation, model: subject.name });
      }
    } finally {
      await upscaler.close();
    }
    try {
      for (const measure of missing) save(subject, testSet, measure, results.get(measure));
      if (subject.run !== undefined && results.size === measures.length) parts?.discard();
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      onUnsaved(error.message);
    }
  }
  return measures.flatMap((measure) => results.get(measure) ?? []);
}

/** The folder of the parts of shares; undefined if the model does not belong to a run. */
function partsOf({ run }: Subject): string | undefined {
  return run && join(run.evaluations, 'parts');
}

function readSaved(
  { name, weights, run }: Subject,
  { name: data, sha256: dataSha256 }: KnownTestSet,
  measure: Measure,
): Evaluation | undefined {
  if (run === undefined) return undefined;
  const { protocol, net } = measure;
  const file = findEvaluation(run, { weights, dataSha256, protocol, net });
  const means = file && savedValues(file, measure);
  if (means === undefined) return undefined;
  const images =
    file?.images.map((image) => ({ name: image.name, values: savedValues(image, measure) })) ?? [];
  if (images.some(({ values }) => values === undefined)) return undefined;
  return {
    model: name,
    data,
    protocol,
    ...means,
    images: images.map(({ name: image, values }) => ({ name: image, ...values })),
  };
}

function save(
  subject: Subject,
  testSet: KnownTestSet,
  measure: Measure,
  evaluation: Evaluation | undefined,
): void {
  if (subject.run === undefined || evaluation === undefined) return;
  const { model, data, protocol, images, ...means } = evaluation;
  saveEvaluation(subject.run, { ...factsOfFile(subject, testSet, measure), ...means, images });
}

function factsOfFile(
  { name, weights, checkpoints, alpha }: Subject,
  { name: data, sha256: dataSha256 }: KnownTestSet,
  { protocol, net }: Measure,
): Omit<EvaluationFile, 'images' | Metric> {
  const time = new Date().toISOString();
  return {
    format: 1,
    model: name,
    weights,
    checkpoints,
    alpha,
    data,
    dataSha256,
    protocol,
    net,
    toolVersion,
    time,
  };
}
