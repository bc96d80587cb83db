import { writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { discardSync } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import type { Stage } from '../run-state/run-state.ts';
import { diskError, temporaryPath } from './atomic-file.ts';
import { claimColor } from './color.ts';

/** The paths of a run's files; docs/run-directory.md describes each. */
export interface RunPaths {
  readonly root: string;
  /** The last part of the path. */
  readonly name: string;
  readonly config: string;
  /** The run files that the stages were last trained with; missing in runs of older versions. */
  readonly stageConfigs: Readonly<Record<Stage, string>>;
  readonly manifest: string;
  readonly status: string;
  readonly lock: string;
  readonly control: string;
  readonly samples: string;
  readonly checkpoints: string;
  readonly evaluations: string;
  readonly launch: string;
  readonly mirror: string;
  readonly log: string;
}

/** The paths of the run directory `root`; does not access the disk. */
export function runPaths(root: string): RunPaths {
  const absolute = resolve(root);
  return {
    root: absolute,
    name: basename(absolute),
    config: join(absolute, 'run.esrgan.yaml'),
    stageConfigs: {
      pretraining: join(absolute, 'pretraining.esrgan.yaml'),
      training: join(absolute, 'training.esrgan.yaml'),
    },
    manifest: join(absolute, 'run.json'),
    status: join(absolute, 'status.json'),
    lock: join(absolute, 'lock'),
    control: join(absolute, 'control'),
    samples: join(absolute, 'samples'),
    checkpoints: join(absolute, 'checkpoints'),
    evaluations: join(absolute, 'evaluations'),
    launch: join(absolute, 'launch'),
    mirror: join(absolute, 'mirror'),
    log: join(absolute, 'log.txt'),
  };
}

/** Creates the missing folders of a run, and saves its color. Throws a `disk` error. */
export function createRunDirectory(root: string): RunPaths {
  const paths = runPaths(root);
  for (const folder of [paths.control, paths.samples, paths.checkpoints, paths.evaluations]) {
    try {
      createFolderSync(folder);
    } catch (error) {
      throw diskError(folder, error);
    }
  }
  claimColor(paths);
  return paths;
}

/**
 * Announces to all programs that list a folder of runs that something begins in this run, by a change of the time of that
 * folder: they look at finished runs only then. Never throws; unannounced changes are seen late.
 */
export function announce({ root }: RunPaths): void {
  const temporary = temporaryPath(root);
  try {
    writeFileSync(temporary, '');
  } catch {
    return;
  }
  discardSync(temporary);
}

/** The folder of the sample images of one step. */
export function samplesFolder(paths: RunPaths, stage: Stage, step: number): string {
  return join(paths.samples, stage, paddedStep(step));
}

/** A step in file names, with at least 8 digits, so that they sort by step. */
export function paddedStep(step: number): string {
  return String(step).padStart(8, '0');
}
