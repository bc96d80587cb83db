import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointState } from './checkpoints.ts';

/** The generator in a checkpoint's folder, and its running average where the run keeps one. */
export const generatorFile = 'generator.safetensors';
export const emaFile = 'generator-ema.safetensors';

/** A checkpoint's generator: the running average where the run keeps one. */
export function generatorOf(checkpoint: string): string {
  const average = join(checkpoint, emaFile);
  return existsSync(average) ? average : join(checkpoint, generatorFile);
}

/** SHA-256 in hex of what `generatorOf` names, as it was written; undefined where the checkpoint has none. */
export function generatorSha256({ files }: CheckpointState): string | undefined {
  return (files[emaFile] ?? files[generatorFile])?.sha256;
}
