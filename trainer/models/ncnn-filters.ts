import type { Tensor } from '../tensor-files/tensors.ts';

/** A 1x1 filter `[N, N, 1, 1]` that multiplies each channel by a number. */
export function diagonal(values: readonly number[]): Tensor {
  return filter(values.length, (output, input) => (output === input ? values[output]! : 0));
}

/** A 1x1 filter `[N, N, 1, 1]` from its entries. */
export function filter(channels: number, entry: (output: number, input: number) => number): Tensor {
  return {
    shape: [channels, channels, 1, 1],
    data: Float32Array.from({ length: channels ** 2 }, (_, index) =>
      entry(Math.floor(index / channels), index % channels),
    ),
  };
}
