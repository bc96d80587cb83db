import { join } from 'node:path';
import type { RunConfig } from '../../schemas/run-config.ts';
import { cacheFolder } from '../files/user-folders.ts';
import { type VggType, vggTypes } from '../models/vgg/shapes.ts';

/** Weights that `esrgan weights download` knows: those of losses and metrics. */
export type WeightsName = VggType | 'lpips' | 'dists' | 'niqe';

export const weightsNames: readonly WeightsName[] = [...vggTypes, 'lpips', 'dists', 'niqe'];

export function isWeightsName(name: unknown): name is WeightsName {
  return weightsNames.some((each) => each === name);
}

/** Where `esrgan weights download` stores weights, and where runs look for them if they do not name a file. */
export function defaultWeightsFile(name: WeightsName): string {
  return join(cacheFolder(), `${name}.safetensors`);
}

/** The weights that each metric of `validation.metrics` needs. */
export const metricWeights: Readonly<
  Record<RunConfig['validation']['metrics'][number], readonly WeightsName[]>
> = { lpips: ['lpips', 'vgg16'], dists: ['dists', 'vgg16'], niqe: ['niqe'] };
