import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { listImages } from '../image-files/list-images.ts';
import type { ProtocolName } from '../metrics/protocols.ts';
import { isProtocolName } from '../metrics/protocols.ts';
import { readNames, writeJsonAtomic } from '../runs/atomic-file.ts';
import {
  isList,
  isNullable,
  isNumber,
  isObject,
  isString,
  readJson,
  type Shape,
} from '../runs/json-shape.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { type Evaluation, evaluate, type TestSet } from './evaluate.ts';

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

/** An evaluation in the `evaluations` folder of a run. Numbers that are not finite (equal images) are null. */
interface EvaluationFile {
  readonly format: 1;
  readonly model: string;
  readonly weights: string;
  readonly data: string;
  readonly dataSha256: string;
  readonly protocol: ProtocolName;
  readonly toolVersion: string;
  readonly time: string;
  readonly psnr: number | null;
  readonly ssim: number;
  readonly images: readonly { readonly name: string; readonly psnr: number | null; readonly ssim: number }[];
}

const isProtocol: Shape<ProtocolName> = (value): value is ProtocolName =>
  isString(value) && isProtocolName(value);

const isEvaluationFile = isObject<EvaluationFile>({
  format: (value): value is 1 => value === 1,
  model: isString,
  weights: isString,
  data: isString,
  dataSha256: isString,
  protocol: isProtocol,
  toolVersion: isString,
  time: isString,
  psnr: isNullable(isNumber),
  ssim: isNumber,
  images: isList(isObject({ name: isString, psnr: isNullable(isNumber), ssim: isNumber })),
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
 * The results of a subject on a test set, one for each protocol: those that its run keeps, if they are of the same
 * weights and images, else computed and kept. `again` computes all.
 *
 * @throws WorkbenchError as `evaluate`; `disk` where the run cannot be written to
 */
export async function evaluateOnce(
  subject: Subject,
  testSet: KnownTestSet,
  protocolNames: readonly ProtocolName[],
  { again = false, onImage }: { again?: boolean; onImage?: (image: number, images: number) => void } = {},
): Promise<Evaluation[]> {
  const kept = new Map<ProtocolName, Evaluation>();
  for (const protocol of again ? [] : protocolNames) {
    const found = readKept(subject, testSet, protocol);
    if (found) kept.set(protocol, found);
  }
  const missing = protocolNames.filter((protocol) => !kept.has(protocol));
  if (missing.length > 0) {
    const upscaler = await subject.open();
    try {
      for (const evaluation of await evaluate(upscaler, testSet, missing, onImage)) {
        const named = { ...evaluation, model: subject.name };
        keep(subject, testSet, named);
        kept.set(evaluation.protocol, named);
      }
    } finally {
      await upscaler.close();
    }
  }
  return protocolNames.flatMap((protocol) => kept.get(protocol) ?? []);
}

function readKept(subject: Subject, testSet: KnownTestSet, protocol: ProtocolName): Evaluation | undefined {
  const path = keptPath(subject, testSet, protocol);
  const file = path === undefined ? undefined : readJson(path, isEvaluationFile);
  const isSame =
    file?.weights === subject.weights && file?.dataSha256 === testSet.sha256 && file?.protocol === protocol;
  if (!file || !isSame) return undefined;
  const images = file.images.map((image) => ({ ...image, psnr: image.psnr ?? Number.POSITIVE_INFINITY }));
  const { ssim } = file;
  const psnr = file.psnr ?? Number.POSITIVE_INFINITY;
  return { model: subject.name, data: testSet.name, protocol, psnr, ssim, images };
}

function keep(subject: Subject, testSet: KnownTestSet, evaluation: Evaluation): void {
  const path = keptPath(subject, testSet, evaluation.protocol);
  if (path === undefined || subject.weights === null) return;
  const file: EvaluationFile = {
    format: 1,
    ...evaluation,
    weights: subject.weights,
    dataSha256: testSet.sha256,
    toolVersion,
    time: new Date().toISOString(),
  };
  writeJsonAtomic(path, file);
}

function keptPath(
  { weights, run }: Subject,
  { sha256 }: KnownTestSet,
  protocol: ProtocolName,
): string | undefined {
  if (run === undefined || weights === null) return undefined;
  return join(run.evaluations, `${weights.slice(0, 16)}-${sha256.slice(0, 16)}-${protocol}.json`);
}
