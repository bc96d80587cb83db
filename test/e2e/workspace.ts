import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readLock, whyStale } from '../../trainer/runs/lock.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { writeWaves } from '../unit/trainer/cli/waves.ts';

/** A temporary folder with run files and images. */
export interface Workspace {
  readonly folder: string;
  /** Absolute path of a name in the folder. */
  path(name: string): string;
  write(name: string, text: string): void;
  read(name: string): string;
  /** Stops its trainers and deletes the folder. */
  remove(): Promise<void>;
}

/**
 * Makes a workspace with 6 training and 2 validation images of 48x40 in `train` and `val`.
 *
 * @param files texts by name
 * @param settings of `.vscode/settings.json`
 */
export async function createWorkspace(
  files: Readonly<Record<string, string>> = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Workspace> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'esrgan-workspace-')));
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
  };
  await writeWaves(folder, { train: 6, val: 2 });
  write('.vscode/settings.json', JSON.stringify(settings));
  for (const [name, text] of Object.entries(files)) write(name, text);
  return {
    folder,
    path,
    write,
    read: (name) => readFileSync(path(name), 'utf8'),
    async remove() {
      endTrainers(path('runs'));
      // The launcher of an ended trainer still writes how it ended.
      for (let attempt = 1; existsSync(folder); attempt++) {
        try {
          rmSync(folder, { recursive: true, force: true });
        } catch (error) {
          if (attempt === 100) throw error;
          await delay(100);
        }
      }
    },
  };
}

/** Process id of a run's trainer, if it runs. */
export function trainerOf(run: string): number | undefined {
  const holder = readLock(runPaths(run));
  return holder && !whyStale(holder, Date.now()) ? holder.pid : undefined;
}

/** Stops the trainers of a runs folder, which may not exist. */
export function endTrainers(folder: string): void {
  for (const run of existsSync(folder) ? readdirSync(folder) : []) {
    const trainer = trainerOf(join(folder, run));
    if (trainer !== undefined) process.kill(trainer, 'SIGKILL');
  }
}

/**
 * A run file for a tiny model and the workspace's images.
 *
 * @param steps length of pre-training
 * @param lines of YAML that come last
 */
export function tinyRunFile(steps: number, lines: readonly string[] = []): string {
  return [
    'engine: cpu',
    'scale_factor: 2',
    'batch_size: 2',
    'datasets:',
    '  waves: { hr: { train: train, val: val } }',
    'generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }',
    'pretraining:',
    `  num_step: ${steps}`,
    '  num_epoch: 1000000',
    '  cr_patch_size: [16, 16]',
    '  lr: 1.0e-3',
    '  train_datasets: [waves]',
    '  val_datasets: [waves]',
    'validation: { every_steps: 200, crop_size: [32, 32] }',
    'samples: { every_steps: 200, count: 2, crop_size: [32, 32] }',
    'checkpoints: { every_steps: 200, keep: 3 }',
    'log_every_steps: 10',
    ...lines,
    '',
  ].join('\n');
}
