import { type Shape, sameShape, sizeOf } from './graph.ts';

/**
 * Order of a tensor's dimensions in memory: dimension `i` in memory is dimension `layout[i]` of the graph's value.
 * The graph has TensorFlow's order; ONNX's convolutions take maps as `[N, C, H, W]` and filters as `[O, I, kh, kw]`.
 */
export type Layout = readonly number[];
export const channelsFirst: Layout = [0, 3, 1, 2];
export const filterLayout: Layout = [3, 2, 0, 1];
/** A filter with its channels exchanged, `[I, O, kh, kw]`, as gradients by the map need it. */
export const exchangedFilterLayout: Layout = [2, 3, 0, 1];

export function identity(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Entries per dimension of the graph's value, in the order of a layout. */
export function arranged(entries: readonly number[], layout: Layout): number[] {
  return layout.map((axis) => entries[axis]!);
}

/** The elements of a tensor of `shape`, transposed to `layout`. */
export function permuted(data: Float32Array, shape: Shape, layout: Layout): Float32Array {
  if (sameShape(layout, identity(shape.length))) return data;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = arranged(shape, layout);
  const steps = arranged(strides, layout);
  const result = new Float32Array(data.length);
  const position = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      position[axis] = position[axis]! + 1;
      if (position[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

/** A filter in the order of files, `[O, I, kh, kw]`, to TensorFlow's `[kh, kw, I, O]`. */
export function filterFromFile(data: Float32Array, shape: Shape): { data: Float32Array; shape: Shape } {
  return { data: permuted(data, shape, [2, 3, 1, 0]), shape: arranged(shape, [2, 3, 1, 0]) };
}

/** The inverse of {@link filterFromFile}. */
export function filterToFile(data: Float32Array, shape: Shape): { data: Float32Array; shape: Shape } {
  return { data: permuted(data, shape, filterLayout), shape: arranged(shape, filterLayout) };
}
