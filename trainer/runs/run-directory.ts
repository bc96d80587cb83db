import { existsSync, mkdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import type { Stage } from '../run-state/run-state.ts';
import { diskError } from './atomic-file.ts';

/** Where everything of a run stands; docs/run-directory.md describes each. */
export interface RunPaths {
  readonly root: string;
  /** The last part of the path. */
  readonly name: string;
  readonly config: string;
  readonly manifest: string;
  readonly status: string;
  readonly lock: string;
  readonly control: string;
  readonly samples: string;
  readonly checkpoints: string;
  readonly evaluations: string;
  readonly launch: string;
  readonly log: string;
}

/** The paths of the run directory `root`; looks at nothing on the disk. */
export function runPaths(root: string): RunPaths {
  const absolute = resolve(root);
  return {
    root: absolute,
    name: basename(absolute),
    config: join(absolute, 'run.esrgan.yaml'),
    manifest: join(absolute, 'run.json'),
    status: join(absolute, 'status.json'),
    lock: join(absolute, 'lock'),
    control: join(absolute, 'control'),
    samples: join(absolute, 'samples'),
    checkpoints: join(absolute, 'checkpoints'),
    evaluations: join(absolute, 'evaluations'),
    launch: join(absolute, 'launch'),
    log: join(absolute, 'log.txt'),
  };
}

/**
 * Makes the folders of a run, those that are not there yet. Whether the run is new is for the manifest to say,
 * once the lock is held. Throws a `disk` error.
 */
export function createRunDirectory(root: string): RunPaths {
  const paths = runPaths(root);
  for (const folder of [paths.control, paths.samples, paths.checkpoints, paths.evaluations]) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw diskError(folder, error);
    }
  }
  return paths;
}

/** The paths of a run that was started before. Throws a `run` error where there is none. */
export function openRunDirectory(root: string): RunPaths {
  const paths = runPaths(root);
  if (!existsSync(paths.manifest)) {
    throw new WorkbenchError(
      'run',
      `${paths.root} is not a run: it has no run.json. \`esrgan runs\` lists the runs; \`esrgan train\` starts one.`,
    );
  }
  return paths;
}

/** The folder of the sample images of one step. */
export function samplesFolder(paths: RunPaths, stage: Stage, step: number): string {
  return join(paths.samples, stage, paddedStep(step));
}

/** A step as it stands in names, so that they sort as the steps do: at least 8 digits. */
export function paddedStep(step: number): string {
  return String(step).padStart(8, '0');
}
