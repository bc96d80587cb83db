import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointState } from './checkpoints.ts';

/** The generator in a checkpoint's folder, and its EMA if the run tracks it. */
export const generatorFile = 'generator.safetensors';
export const emaFile = 'generator-ema.safetensors';

/** File of a checkpoint's generator: the EMA if there is one. */
export function generatorOf(checkpoint: string): string {
  const ema = join(checkpoint, emaFile);
  return existsSync(ema) ? ema : join(checkpoint, generatorFile);
}

/** SHA-256, in hex, of the file `generatorOf`, as it was written; undefined if the checkpoint has none. */
export function generatorSha256({ files }: CheckpointState): string | undefined {
  return (files[emaFile] ?? files[generatorFile])?.sha256;
}
