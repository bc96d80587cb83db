import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRun } from '../../server/comparison/compared-run.ts';
import { compareOpened } from '../../server/comparison/comparison.ts';
import { configDifference } from '../../server/comparison/config-difference.ts';
import { curveScale } from '../../server/comparison/curve-scale.ts';
import { createFingerprints, testSetSummary } from '../../server/comparison/test-sets.ts';
import { createPointStore, type PointStore } from '../../server/experiments/points.ts';
import { readRunDetail } from '../../server/experiments/run-detail.ts';
import { summaryOf } from '../../server/experiments/summary.ts';
import type {
  ComparisonRequests,
  ImageResults,
  WeightsDifference,
} from '../../server/protocol/comparison.ts';
import type { Job } from '../../server/protocol/jobs.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import type { WebviewRequestName } from '../../server/protocol/webview.ts';
import { encodePng } from '../../trainer/data/decode.ts';
import type { Image } from '../../trainer/data/image.ts';
import { saveEvaluation } from '../../trainer/evaluate/results/evaluation-files.ts';
import { generatorSha256 } from '../../trainer/runs/checkpoint-files.ts';
import { bestCheckpoint, listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import { createEventWriter } from '../../trainer/runs/event-writer.ts';
import { readRun } from '../../trainer/runs/list.ts';
import { type RunPaths, samplesFolder } from '../../trainer/runs/run-directory.ts';
import { comparisonWorkspace, writeRun } from '../unit/server/comparison/real-runs.ts';
import { noise, scenery } from '../unit/trainer/data/images.ts';
import { type Answers, addressOfFile } from './harness.ts';

/** How large the images are that the runs have upscaled. */
export const side = 48;

/** Samples were drawn at these steps. */
export const sampleSteps = [10, 20] as const;

/** Run directories of four runs with real models, samples and points; the server's own functions read them. */
export interface ComparedRuns {
  readonly runs: readonly string[];
  readonly testSet: string;
  readonly answers: Answers;
  /** For the harness. */
  readonly onRequest: (name: WebviewRequestName, params: unknown) => void;
  /** The requests of the page, in order. */
  readonly requests: readonly { readonly name: WebviewRequestName; readonly params: unknown }[];
  /** The pixels of what a run made at a step, and of what it should have made. */
  pixelsOf(run: number, step: number): { readonly sr: Image; readonly hr: Image };
  /** Keeps an evaluation of the best model of a run's pretraining, as the command does; of these weights of it. */
  evaluate(run: number, protocol: string, psnr: number, weights?: string): void;
  /** A job about an evaluation, as the server tells of it. */
  job(evaluation: ComparisonRequests['esrgan/evaluate']['params'], change: Partial<Job>): Job;
  remove(): void;
}

/** Four runs: their models have 1 to 4 blocks, the results of the later ones are noisier, and the last has other crops. */
export async function comparedRuns(): Promise<ComparedRuns> {
  const { folder, testSet, remove } = await comparisonWorkspace();
  const names = ['amber', 'birch', 'cedar', 'dune'];
  const made = names.map((name, i) => {
    const lines = [
      `generator: { num_basic_blocks: ${i + 1} }`,
      ...(i === 3 ? ['validation: { crop_size: [32, 32] }'] : []),
    ];
    return writeRun(
      folder,
      name,
      [
        { stage: 'pretraining', step: 10, psnr: 20 + i },
        { stage: 'pretraining', step: 20, psnr: 21 + i },
        { stage: 'training', step: 10, psnr: 19 + i },
      ],
      lines,
    );
  });
  for (const [i, paths] of made.entries()) {
    await drawSamples(paths, i);
    logPoints(paths, i);
  }
  const runs = made.map(({ root }) => root);
  const fingerprint = createFingerprints();
  const known = await fingerprint({ name: 'tiny', dir: testSet });
  const stores = new Map<string, PointStore>();
  const points = async (run: string) => {
    const store = stores.get(run) ?? createPointStore(run);
    stores.set(run, store);
    await store.update();
    return store;
  };
  const requests: { name: WebviewRequestName; params: unknown }[] = [];
  let jobs = 0;

  const answers: Answers = {
    'esrgan/run': ({ run }) => detailOf(run, runs.indexOf(run)),
    'esrgan/follow': () => null,
    'esrgan/jobs': () => [],
    'esrgan/comparison': (query) =>
      compareOpened(
        query,
        query.runs.map(openRun),
        query.runs.map((run) => ({ color: runs.indexOf(run), scalars: {} })),
        [known],
      ),
    'esrgan/testSets': () => [testSetSummary({ name: 'tiny', dir: testSet })],
    'esrgan/evaluate': () => ({ job: String(++jobs) }),
    'esrgan/cancelJob': () => null,
    'esrgan/evaluation': ({ file }) => ({
      model: file,
      data: 'tiny',
      protocol: 'paper-y',
      time: 0,
      images: [
        { name: '1', values: { psnr: 25, ssim: 0.5 } },
        { name: '2', values: { psnr: null, ssim: 1 } },
      ],
    }),
    'esrgan/configDifference': (query) => configDifference(query.runs.map(openRun)),
    'esrgan/curveScale': ({ run }) => curveScale(openRun(run), detailOf(run, runs.indexOf(run))),
    'esrgan/newestPoints': async ({ run, count }) => (await points(run)).newest(count),
    'esrgan/points': async ({ run, after }) => (await points(run)).after(after),
    'esrgan/imageResults': ({ models }) => imageResults(made[0]!, models.length),
    'esrgan/weightsDifference': ({ a, b }) => weightsDifference(a, b),
    'esrgan/interpolate': ({ alpha }) => ({
      path: join(samplesFolder(made[alpha < 0.5 ? 0 : 3]!, 'pretraining', 20), '00-waves.sr.png'),
      width: side,
      height: side,
      milliseconds: 120,
    }),
    'esrgan/closeInterpolation': () => null,
    'esrgan/exportComparison': ({ format }) => ({ name: `comparison.${format}`, content: format }),
    'host/uris': ({ paths }) => Object.fromEntries(paths.map((path) => [path, addressOfFile(path)])),
    'host/save': ({ name }) => ({ path: `/saved/${name}` }),
    'host/command': () => null,
    'host/diff': () => null,
    'host/setRuns': () => null,
    'host/pickRuns': () => ({ runs: runs.slice(0, 2) }),
    'host/runsOf': () => ({ runs: runs.slice(2, 3) }),
  };
  return {
    runs,
    testSet,
    requests,
    answers,
    onRequest: (name, params) => requests.push({ name, params }),
    pixelsOf: (run, step) => ({ sr: resultOf(run, step), hr: truth }),
    evaluate(run, protocol, psnr, weights) {
      const paths = made[run]!;
      saveEvaluation(paths, {
        format: 1,
        model: paths.name,
        weights: weights ?? weightsOfBest(paths),
        checkpoints: ['pretraining-00000020'],
        alpha: undefined,
        data: 'tiny',
        dataSha256: known.sha256,
        protocol,
        net: undefined,
        toolVersion: '0',
        time: '2030-01-31T12:00:00.000Z',
        psnr,
        ssim: psnr / 50,
        distance: undefined,
        images: ['1', '2'].map((name) => ({ name, psnr, ssim: psnr / 50, distance: undefined })),
      });
    },
    job: ({ model, testSet: set, protocols }, change) => ({
      job: String(jobs),
      task: { kind: 'evaluation', model, testSet: set, protocols },
      state: 'running',
      detail: 'tiny, image 1 of 2',
      done: 0,
      total: 2,
      rate: null,
      etaSeconds: null,
      message: null,
      ...change,
    }),
    remove,
  };
}

/** What the images should be. */
const truth = scenery(side, side, 3, 5);

/** The truth with noise: more of it in later runs and at earlier steps. */
function resultOf(run: number, step: number): Image {
  const grain = noise(side, side, 3, 100 * run + step).data;
  const amount = (run + 1) * (step === sampleSteps[0] ? 2 : 1);
  const data = truth.data.map((value, i) =>
    Math.min(255, Math.max(0, Math.round(value + (amount * (grain[i]! - 128)) / 32))),
  );
  return { ...truth, data };
}

async function drawSamples(paths: RunPaths, run: number): Promise<void> {
  const write = async (folder: string, kind: string, image: Image) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `00-waves.${kind}.png`), await encodePng(image));
  };
  const reference = join(paths.samples, 'pretraining', 'reference');
  await write(reference, 'hr', truth);
  await write(reference, 'lr', scenery(side / 4, side / 4, 3, 5));
  await write(reference, 'bicubic', noise(side, side, 3, 9));
  for (const step of sampleSteps) {
    await write(samplesFolder(paths, 'pretraining', step), 'sr', resultOf(run, step));
  }
}

function logPoints(paths: RunPaths, run: number): void {
  const writer = createEventWriter(paths.root);
  for (let step = 1; step <= 30; step++) {
    writer.scalars(step, { 'train/content_loss': (run + 1) / step }, 1_900_000_000 + step);
  }
  writer.scalars(20, { 'validation/psnr_y': 20 + run }, 1_900_000_020);
  writer.close();
}

function detailOf(run: string, color: number): RunDetail {
  const found = readRun(run, Date.now());
  if (!found) throw new Error(`${run} is no run.`);
  return readRunDetail(summaryOf({ ...found, color }, { created: 0, queuePosition: null }), null);
}

function weightsOfBest(paths: RunPaths): string {
  const best = bestCheckpoint(listCheckpoints(paths, 'pretraining'));
  return (best && generatorSha256(best.state)) ?? '';
}

function imageResults(paths: RunPaths, models: number): ImageResults {
  const reference = (kind: string) => join(paths.samples, 'pretraining', 'reference', `00-waves.${kind}.png`);
  const result = join(samplesFolder(paths, 'pretraining', 20), '00-waves.sr.png');
  return {
    scale: 4,
    width: side,
    height: side,
    lr: reference('lr'),
    bicubic: reference('bicubic'),
    hr: reference('hr'),
    results: Array.from({ length: models }, () => result),
    job: null,
  };
}

function weightsDifference(a: string, b: string): WeightsDifference {
  const change = { norm: 3, relative: 0.25, largest: 0.5, notFinite: [0, 0] as const, count: 9 };
  return {
    a,
    b,
    total: { ...change, count: 20 },
    tensors: [
      { name: 'conv_first.weight', shape: [4, 3, 3, 3], ...change, relative: 0.1 },
      { name: 'conv_last.weight', shape: [3, 4, 3, 3], ...change, norm: 9, notFinite: [0, 2] },
    ],
    unmatched: [],
  };
}
