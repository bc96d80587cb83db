import { existsSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type EngineName, engineNames } from '../engine/engine.ts';
import { openEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { bestCheckpoint, latestCheckpoint } from '../runs/checkpoints.ts';
import { runPaths } from '../runs/run-directory.ts';
import { averageFile, generatorFile } from '../stages/pretraining.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import { networkUpscaler } from '../upscale/network-upscaler.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { readGenerator } from '../weights/generator-file.ts';
import { findRun } from './find-run.ts';

/** The engine that `--engine` names. */
export function parseEngine(text: string): EngineName | 'auto' {
  const name = [...engineNames, 'auto' as const].find((known) => known === text);
  if (name) return name;
  throw new WorkbenchError('usage', `There is no engine ${text}: choose ${engineNames.join(', ')} or auto.`);
}

/**
 * Opens what a command calls a model: `bicubic`, a `.safetensors` file, a checkpoint's folder, or a run by
 * its folder or by its name in ./runs, of which the best checkpoint is taken, or the newest where none was
 * validated.
 */
export async function openModel(
  name: string,
  { engine, scale = 4 }: { engine: string; scale?: number },
): Promise<Upscaler> {
  const asked = parseEngine(engine);
  if (name === 'bicubic') return bicubicUpscaler(scale);
  const path = weightsOf(name);
  const { options, parameters } = readGenerator(path);
  return networkUpscaler(await openEngine(asked), relative('', path), options, parameters);
}

/** The file of weights that a model's name stands for. Throws a `run` error where there is none. */
export function weightsOf(name: string): string {
  if (existsSync(name) && statSync(name).isFile()) return name;
  if (existsSync(join(name, generatorFile))) return generatorOf(name);
  const { paths } = existsSync(join(name, 'run.json')) ? { paths: runPaths(name) } : findRun('runs', name);
  const best = bestCheckpoint(paths, 'psnr');
  const { checkpoint } = best ? { checkpoint: best } : latestCheckpoint(paths);
  if (!checkpoint) {
    throw new WorkbenchError(
      'run',
      `The run ${name} has no checkpoint yet. \`esrgan checkpoint ${name}\` asks for one.`,
    );
  }
  return generatorOf(checkpoint.path);
}

/** A checkpoint's generator: the running average where the run keeps one. */
export function generatorOf(checkpoint: string): string {
  const average = join(checkpoint, averageFile);
  return existsSync(average) ? average : join(checkpoint, generatorFile);
}
