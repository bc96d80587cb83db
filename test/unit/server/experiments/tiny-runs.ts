import { existsSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discardSync } from '../../../../trainer/files/change-files.ts';
import { readLock } from '../../../../trainer/runs/lock.ts';
import { isProcessAlive } from '../../../../trainer/runs/processes.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { writeWaves } from '../../trainer/cli/waves.ts';

/** A folder of a workspace with a few tiny images. */
export interface TinyWorkspace {
  readonly folder: string;
  readonly runsDir: string;
  /** Writes a run file for a net that takes milliseconds a step; gives its path. */
  runFile(name: string, options?: { readonly epochs?: number; readonly lines?: readonly string[] }): string;
  /** Ends what still trains or uploads in the folder, and deletes it. */
  remove(): void;
}

/** More epochs than any test waits for. */
export const endless = 1_000_000;

export async function tinyWorkspace(): Promise<TinyWorkspace> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'esrgan-server-')));
  await writeWaves(folder, { train: 4, val: 1 });
  return {
    folder,
    runsDir: join(folder, 'runs'),
    runFile(name, { epochs = endless, lines = [] } = {}) {
      const path = join(folder, `${name}.esrgan.yaml`);
      const text = [
        `name: ${name}`,
        'engine: cpu',
        'scale_factor: 2',
        'batch_size: 2',
        'datasets: { waves: { hr: { train: train, val: val } } }',
        'generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }',
        'samples: { every_steps: 1000000, count: 1, crop_size: [32, 32] }',
        'validation: { every_steps: 1000000, crop_size: [32, 32] }',
        'checkpoints: { every_steps: 1000000, keep: 3 }',
        'log_every_steps: 1',
        `pretraining: { num_epoch: ${epochs}, cr_patch_size: [16, 16], lr: 1.0e-3, train_datasets: [waves], val_datasets: [waves] }`,
        'training: { num_epoch: 2, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves] }',
        'perceptual_loss: false',
        ...lines,
        '',
      ];
      writeFileSync(path, text.join('\n'));
      return path;
    },
    // The launcher of a run ends after the run, and writes how the run ended.
    remove() {
      // A run that starts has no lock yet. On Windows the folder cannot be deleted before such a run ends or has one.
      for (let attempt = 0; attempt < 6 && existsSync(folder); attempt++) {
        endProcesses(join(folder, 'runs'));
        discardSync(folder);
      }
    },
  };
}

/** Ends the trainers and mirrors that a failed test left behind. */
function endProcesses(runsDir: string): void {
  for (const name of existsSync(runsDir) ? readdirSync(runsDir) : []) {
    const run = runPaths(join(runsDir, name));
    for (const lock of [readLock(run), readLock(runPaths(run.mirror))]) {
      if (lock !== undefined && isProcessAlive(lock.pid, lock.startTime)) process.kill(lock.pid, 'SIGKILL');
    }
  }
}
