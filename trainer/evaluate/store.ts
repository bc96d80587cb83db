import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { listImages } from '../image-files/list-images.ts';
import type { Values } from '../metrics/metrics.ts';
import { readNames, writeJsonAtomic } from '../runs/atomic-file.ts';
import {
  isList,
  isNullable,
  isNumber,
  isObject,
  isOptional,
  isString,
  readJson,
} from '../runs/json-shape.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { type Evaluation, evaluate, type TestSet } from './evaluate.ts';
import type { Measure } from './measure.ts';

/** A test set with what tells it from any other: SHA-256 in hex over names and contents of all its images. */
export interface KnownTestSet extends TestSet {
  readonly sha256: string;
}

/** What is measured: a net that is opened only if something has to be computed. */
export interface Subject {
  readonly name: string;
  /** Of its weights, SHA-256 in hex; null for what has none. */
  readonly weights: string | null;
  /** The run that keeps the results; undefined for what belongs to none. */
  readonly run: RunPaths | undefined;
  open(): Promise<Upscaler>;
}

/** Values in a file; a PSNR that is not finite (of equal images) is null. */
interface KeptValues {
  readonly psnr: number | null | undefined;
  readonly ssim: number | undefined;
  readonly distance: number | undefined;
}

/** An evaluation in the `evaluations` folder of a run. */
interface EvaluationFile extends KeptValues {
  readonly format: 1;
  readonly model: string;
  readonly weights: string;
  readonly data: string;
  readonly dataSha256: string;
  readonly protocol: string;
  /** As `Measure` has it. */
  readonly net: string | undefined;
  readonly toolVersion: string;
  readonly time: string;
  readonly images: readonly ({ readonly name: string } & KeptValues)[];
}

const keptValues = {
  psnr: isOptional(isNullable(isNumber)),
  ssim: isOptional(isNumber),
  distance: isOptional(isNumber),
};

const isEvaluationFile = isObject<EvaluationFile>({
  format: (value): value is 1 => value === 1,
  model: isString,
  weights: isString,
  data: isString,
  dataSha256: isString,
  protocol: isString,
  net: isOptional(isString),
  toolVersion: isString,
  time: isString,
  images: isList(isObject({ name: isString, ...keptValues })),
  ...keptValues,
});

/** The run to whose checkpoints a file of weights belongs; undefined where it belongs to none. */
export function runOfWeights(path: string): RunPaths | undefined {
  const checkpoints = dirname(dirname(path));
  const root = dirname(checkpoints);
  const isOfRun = basename(checkpoints) === 'checkpoints' && readNames(root).includes('run.json');
  return isOfRun ? runPaths(root) : undefined;
}

/** Reads every image of a test set; no such folder counts as empty. */
export async function fingerprintTestSet(testSet: TestSet): Promise<KnownTestSet> {
  const total = createHash('sha256');
  for (const path of listImages(testSet.dir) ?? []) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    total.update(`${relative(testSet.dir, path).replaceAll('\\', '/')}\t${hash.digest('hex')}\n`);
  }
  return { ...testSet, sha256: total.digest('hex') };
}

/**
 * The results of a subject on a test set, one for each measure: those that its run keeps, if they are of the same
 * weights and images, else computed and kept. `again` computes all.
 *
 * @throws WorkbenchError as `evaluate`; `disk` where the run cannot be written to
 */
export async function evaluateOnce(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  { again = false, onImage }: { again?: boolean; onImage?: (image: number, images: number) => void } = {},
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
      for (const [m, evaluation] of (await evaluate(upscaler, testSet, missing, onImage)).entries()) {
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

function readKept(subject: Subject, testSet: KnownTestSet, measure: Measure): Evaluation | undefined {
  const path = keptPath(subject, testSet, measure);
  const file = path === undefined ? undefined : readJson(path, isEvaluationFile);
  if (
    file?.weights !== subject.weights ||
    file?.dataSha256 !== testSet.sha256 ||
    file.protocol !== measure.protocol ||
    file.net !== measure.net
  ) {
    return undefined;
  }
  const isWhole = [file, ...file.images].every((values) =>
    measure.metrics.every((metric) => values[metric] !== undefined),
  );
  if (!isWhole) return undefined;
  const images = file.images.map((image) => ({ name: image.name, ...valuesIn(image, measure) }));
  const { protocol } = measure;
  return { model: subject.name, data: testSet.name, protocol, ...valuesIn(file, measure), images };
}

function valuesIn(kept: KeptValues, { metrics }: Measure): Values {
  return Object.fromEntries(metrics.map((metric) => [metric, kept[metric] ?? Number.POSITIVE_INFINITY]));
}

function keep(subject: Subject, testSet: KnownTestSet, measure: Measure, evaluation: Evaluation): void {
  const path = keptPath(subject, testSet, measure);
  if (path === undefined) return;
  const file = {
    format: 1,
    ...evaluation,
    weights: subject.weights,
    dataSha256: testSet.sha256,
    net: measure.net,
    toolVersion,
    time: new Date().toISOString(),
  };
  writeJsonAtomic(path, file);
}

function keptPath(
  { weights, run }: Subject,
  { sha256 }: KnownTestSet,
  { protocol, net }: Measure,
): string | undefined {
  if (run === undefined || weights === null) return undefined;
  const parts = [weights.slice(0, 16), sha256.slice(0, 16), protocol, ...(net ? [net.slice(0, 16)] : [])];
  return join(run.evaluations, `${parts.join('-')}.json`);
}
