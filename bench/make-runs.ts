import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readRunFile, serializeResolved } from '../trainer/config/index.ts';
import { createEventWriter } from '../trainer/runs/event-writer.ts';
import { launchPaths, recordExit, recordProcess } from '../trainer/runs/launch.ts';
import { createManifest, recordStart, recordStop } from '../trainer/runs/manifest.ts';
import { changeNotes } from '../trainer/runs/notes.ts';
import { createRunDirectory, type RunPaths, runPaths } from '../trainer/runs/run-directory.ts';
import { writeStatus } from '../trainer/runs/status.ts';

const hourMs = 3_600_000;

const stage = 'pretraining';

/** Makes a folder of finished runs, each an hour older than the one before, with files of the real shape. */
export function makeRuns(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const template = mkdtempSync(join(folder, '.template-'));
  const files = readTree(fillRun(template).root);
  rmSync(template, { recursive: true });
  const now = Date.now();
  for (let index = 0; index < count; index++) {
    const root = join(folder, `run-${index}`);
    const time = new Date(now - (index + 1) * hourMs);
    for (const [path, content] of files) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    const manifest = join(root, 'run.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(
      manifest,
      text.replace(/"created": ".*"/, `"created": ${JSON.stringify(time.toISOString())}`),
    );
    for (const each of [join(root, 'launch'), root]) utimesSync(each, time, time);
  }
}

/** Makes the directory of a run that finished its pretraining, with its records only. */
export function recordFinishedRun(root: string): RunPaths {
  const paths = createRunDirectory(root);
  createManifest(paths, { seed: 1, configHash: 'a'.repeat(64), data: {}, ancestry: [] });
  recordStart(paths, { stage, step: 0, toolVersion: '1', engine: 'cpu', device: 'CPU' });
  recordStop(paths, { stage, step: 100, reason: 'finished' });
  const numbers = {
    epoch: 1,
    epochs: 1,
    step: 100,
    steps: 100,
    rate: null,
    etaSeconds: null,
    loss: 0.01,
    psnr: 25,
  };
  writeStatus(paths, { state: 'finished', stage, ...numbers, message: null });
  return paths;
}

function fillRun(root: string): RunPaths {
  const paths = recordFinishedRun(root);
  const launch = launchPaths(paths);
  mkdirSync(paths.lock);
  mkdirSync(paths.launch);
  recordProcess(paths, { pid: process.pid, stage });
  recordExit(paths, { pid: process.pid, code: 0, signal: null });
  writeFileSync(launch.output, 'Finished.\n');
  writeFileSync(launch.runFile, 'name: run\n'.repeat(50));
  writeFileSync(join(paths.lock, 'free'), '');
  writeFileSync(paths.config, 'name: run\n'.repeat(50));
  writeFileSync(paths.log, 'A line of the log.\n'.repeat(50));
  mkdirSync(join(paths.checkpoints, `${stage}-00000100`));
  writeFileSync(join(paths.checkpoints, `${stage}-00000100`, 'state.json'), '{}');
  const events = createEventWriter(root);
  for (let step = 1; step <= 100; step++) events.scalars(step, { 'train/content_loss': 0.02 });
  events.close();
  return paths;
}

/** The files below a folder, by their relative paths. */
function readTree(folder: string): readonly (readonly [string, Buffer])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path)] as const;
    });
}

const types = ['rrdb', 'compact', 'span', 'realplksr'] as const;
const rates = [1e-4, 2e-4, 5e-4, 1e-3] as const;

/** Makes a folder of finished runs of a sweep: as `makeRuns`, with run files that differ, validations and a few tags. */
export function makeSweep(folder: string, count: number): void {
  makeRuns(folder, count);
  for (let index = 0; index < count; index++) {
    const paths = runPaths(join(folder, `run-${index}`));
    const [type = 'rrdb', lr = 1e-4] = [types[index % 4], rates[Math.floor(index / 4) % 4]];
    const text = `name: run-${index}\ngenerator: { type: ${type} }\npretraining: { lr: ${lr}, num_step: ${1000 * (1 + (index % 3))} }\nseed: ${index % 5}\n`;
    const { config } = readRunFile(text, { file: paths.config });
    if (config === undefined) throw new Error(`The run file of ${paths.name} has errors.`);
    writeFileSync(paths.config, serializeResolved(config));
    // A quantity that looks like a result: better networks and rates, and some scatter.
    const scatter = ((index * 7919) % 1000) / 1000;
    const psnr = 26 + types.indexOf(type) * 0.4 + Math.log10(lr / 1e-4) * 0.5 + scatter;
    const metrics = { psnr, ssim: 0.6 + psnr / 200, psnr_y: psnr + 1.3, bicubic_psnr: 25.7 };
    const state = {
      ...{ format: 1, stage, step: 100, epoch: 1, batch: 0, adamStep: 100, seed: 1, configHash: '' },
      ...{ toolVersion: '1', engine: 'cpu', metrics, files: {} },
      best: { psnr: psnr + 0.05, ssim: metrics.ssim, step: 90 },
      progress: { psnr_y: { best: psnr + 1.4, step: 90, since: 1 } },
    };
    writeFileSync(
      join(paths.checkpoints, `${stage}-00000100`, 'state.json'),
      `${JSON.stringify(state, null, 2)}\n`,
    );
    writeStatus(paths, { ...sweepStatus, loss: 0.01 + scatter / 100, psnr });
    if (index % 10 === 0) changeNotes(paths, { addTags: ['paper'], group: `sweep-${index % 3}` });
  }
}

const sweepStatus = {
  state: 'finished',
  stage,
  epoch: 1,
  epochs: 1,
  step: 100,
  steps: 100,
  rate: null,
  etaSeconds: null,
  message: null,
} as const;
