import { fileURLToPath } from 'node:url';
import type { HostTensor } from '../../../../trainer/engine/engine.ts';
import { readSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import type { Metadata } from '../../../../trainer/tensor-files/tensors.ts';

/** A file of tensors that a script in scripts/fixtures made with PyTorch. */
export interface Fixture {
  readonly metadata: Metadata;
  get(name: string): HostTensor;
  /** The tensors under a prefix, by the rest of their names. */
  under(prefix: string): Map<string, HostTensor>;
}

/** @param path below test/fixtures, without `.safetensors` */
export function readFixture(path: string): Fixture {
  const file = fileURLToPath(new URL(`../../../fixtures/${path}.safetensors`, import.meta.url));
  const { tensors, metadata } = readSafetensors(file);
  return {
    metadata,
    get(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`${file} has no tensor ${name}.`);
      return tensor;
    },
    under: (prefix) =>
      new Map(
        [...tensors]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
      ),
  };
}

/** `[N, C, H, W]`, as PyTorch has it, in TensorFlow's order. */
export function channelsLast({ shape, data }: HostTensor): { shape: number[]; data: Float32Array } {
  const [n = 0, channels = 0, height = 0, width = 0] = shape;
  const moved = new Float32Array(data.length);
  let from = 0;
  for (let image = 0; image < n; image++)
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          moved[((image * height + y) * width + x) * channels + c] = data[from++]!;
  return { shape: [n, height, width, channels], data: moved };
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers against ${b.length}.`);
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index]!)), 0);
}
