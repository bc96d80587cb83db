import { basename, dirname, relative } from 'node:path';
import { portablePath } from '../files/paths.ts';
import { formatCount } from '../format/format.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { sha256OfWeights } from '../weights/weights-sha256.ts';
import { bicubicSha256, interpolationSha256 } from './results/evaluation-files.ts';
import { runOfWeights, type Subject } from './store.ts';

/** Opens models on an engine. */
export interface ModelOpener {
  open(file: string): Promise<Upscaler>;
  /** Interpolates two models; `alpha` is the weight of the second. */
  openInterpolated(first: string, second: string, alpha: number): Promise<Upscaler>;
}

/** The model of a file of weights. Throws the errors of the file system. */
export function fileSubject(
  file: string,
  open: ModelOpener['open'],
  name: string = modelName(file),
): Subject {
  const run = runOfWeights(file);
  return {
    name,
    weights: sha256OfWeights(file),
    run,
    ...(run ? { checkpoints: [basename(dirname(file))] } : {}),
    open: () => open(file),
  };
}

/** `photos training 300,000` of a checkpoint of a run, else the path of the file. */
function modelName(file: string): string {
  const path = portablePath(relative('', file));
  const run = runOfWeights(file);
  const [, stage, step] = /^(pretraining|training)-(\d+)$/.exec(basename(dirname(file))) ?? [];
  if (run === undefined || stage === undefined) return path;
  return `${run.name} ${stage} ${formatCount(Number(step))}`;
}

/** Bicubic upscaling, the reference of every model; a run stores its results. */
export function bicubicSubject(scale: number, run: RunPaths | undefined): Subject {
  return {
    name: 'bicubic',
    weights: bicubicSha256(scale),
    run,
    open: async () => bicubicUpscaler(scale),
  };
}

/** The interpolation of two files of weights; it belongs to a run if both do. Throws as `fileSubject`. */
export function interpolatedSubject(
  files: readonly [string, string],
  alpha: number,
  open: ModelOpener['openInterpolated'],
  name: string = files.map(modelName).join(` and ${alpha} of `),
): Subject {
  const [first, second] = [runOfWeights(files[0]), runOfWeights(files[1])];
  const run = first?.root === second?.root ? first : undefined;
  return {
    name,
    weights: interpolationSha256(alpha, [sha256OfWeights(files[0]), sha256OfWeights(files[1])]),
    run,
    ...(run ? { checkpoints: files.map((file) => basename(dirname(file))), alpha } : {}),
    open: () => open(...files, alpha),
  };
}
