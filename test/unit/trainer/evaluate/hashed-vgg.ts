import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type VggType, vggConvolutions } from '../../../../trainer/models/vgg/shapes.ts';
import { encodeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import type { Tensor } from '../../../../trainer/tensor-files/tensors.ts';
import { temporaryFolder } from '../data/images.ts';

/** Writes a file of VGG's weights by the formula of scripts/fixtures/distances.py. */
export function hashedVgg(type: VggType, layers?: readonly string[]): string {
  const tensors = new Map<string, Tensor>();
  for (const { name, inputs, outputs } of vggConvolutions(type, layers)) {
    const place = Number(name.slice('features.'.length));
    tensors.set(`${name}.weight`, {
      shape: [outputs, inputs, 3, 3],
      data: hashed(outputs * inputs * 9, place + 1, Math.sqrt(6 / (inputs * 9))),
    });
    tensors.set(`${name}.bias`, { shape: [outputs], data: hashed(outputs, place + 101, 0.05) });
  }
  const path = join(temporaryFolder(), `${type}.safetensors`);
  writeFileSync(path, Buffer.concat(encodeSafetensors(tensors)));
  return path;
}

/** Numbers in -bound..bound: the finaliser of MurmurHash3, applied to 0, 1, 2, ... moved by the seed. */
export function hashed(count: number, seed: number, bound: number): Float32Array {
  const start = Math.imul(seed, 0x9e3779b1);
  return Float32Array.from({ length: count }, (_, index) => {
    let x = index + start;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    return Math.fround((x >>> 0) / 2 ** 31 - 1) * bound;
  });
}
