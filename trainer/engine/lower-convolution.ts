import type { Shape, Window } from './graph.ts';
import { arranged, exchangedFilterLayout, filterLayout } from './layout.ts';
import type { OnnxBuilder } from './onnx-builder.ts';

/**
 * Convolutions and their gradients as ONNX nodes. Maps are `[N, C, H, W]` and filters `[O, I, kh, kw]` in the model;
 * shapes are the graph's, `[N, H, W, C]` and `[kh, kw, I, O]`.
 */

/** What ONNX's `Conv` reads (a map, a filter and perhaps a bias) and how the filter slides. */
export interface Convolution {
  readonly inputs: readonly string[];
  readonly window: Window;
}

/** A map or filter of the model, with the shape that it has in the graph. */
export interface Rank4 {
  readonly name: string;
  readonly shape: Shape;
}

/** @param addend a map to which the convolution is added */
export function convolution(
  model: OnnxBuilder,
  { inputs, window: { strides, pads } }: Convolution,
  addend?: string,
): string {
  if (addend === undefined) return model.node('Conv', inputs, { strides, pads });
  const [x = '', filter = '', bias = ''] = inputs;
  return model.node('FusedConv', [x, filter, bias, addend], { strides, pads }, 'com.microsoft');
}

/**
 * The filter by which dy is convolved for dx, where the convolution has stride 1: turned by 180 degrees, with its
 * channels exchanged.
 *
 * @param exchanged the filter as `[I, O, kh, kw]`
 * @param shape of the filter
 */
export function turnedFilter(model: OnnxBuilder, exchanged: string, shape: Shape): string {
  const [kernelHeight = 0, kernelWidth = 0] = shape;
  const taps = kernelHeight * kernelWidth;
  const flat = model.reshape(exchanged, [-1, taps]);
  // Turning by 180 degrees reverses the taps. A product with a constant does that on all threads.
  const reversal = Float32Array.from({ length: taps ** 2 }, (_, index) =>
    Math.floor(index / taps) + (index % taps) === taps - 1 ? 1 : 0,
  );
  const turned = model.node('MatMul', [flat, model.floats(reversal, [taps, taps])]);
  return model.reshape(turned, arranged(shape, exchangedFilterLayout));
}

/** How {@link turnedFilter} slides over dy. */
export function turnedWindow([kernelHeight = 0, kernelWidth = 0]: Shape, { pads }: Window): Window {
  const [top, left, bottom, right] = pads;
  const [rows, columns] = [kernelHeight - 1, kernelWidth - 1];
  return { strides: [1, 1], pads: [rows - top, columns - left, rows - bottom, columns - right] };
}

/** dx, of shape `xShape`, of a convolution with strides. */
export function stridedInputGradient(
  model: OnnxBuilder,
  dy: Rank4,
  filter: Rank4,
  { strides, pads }: Window,
  [, height = 0, width = 0]: Shape,
): string {
  const [kernelHeight = 0, kernelWidth = 0] = filter.shape;
  const [top, left, bottom, right] = pads;
  const [, outHeight = 0, outWidth = 0] = dy.shape;
  // Rows and columns at the end that no window reached get a gradient of zero.
  const output_padding = [
    height + top + bottom - kernelHeight - (outHeight - 1) * strides[0],
    width + left + right - kernelWidth - (outWidth - 1) * strides[1],
  ];
  return model.node('ConvTranspose', [dy.name, filter.name], { strides, pads, output_padding });
}

/**
 * The filter by which dy is convolved for the gradient of a 3x3 convolution of a map upsampled by 2 (nearest), by the
 * small map. Row Y of the convolution reads row floor((Y + r - 1) / 2) of the small map by tap r, so dx at row i is made
 * of rows 2i - 1 to 2i + 2 of dy: a 4x4 convolution with {@link summedWindow}, whose taps are sums of the filter's.
 *
 * @param exchanged the filter as `[I, O, 3, 3]`
 * @param shape of the filter
 */
export function summedFilter(
  model: OnnxBuilder,
  exchanged: string,
  [, , inputs = 0, outputs = 0]: Shape,
): string {
  const flat = model.reshape(exchanged, [-1, 9]);
  const weights = Float32Array.from({ length: 9 * 16 }, (_, index) =>
    summedWeight(Math.floor(index / 16), index % 16),
  );
  const summed = model.node('MatMul', [flat, model.floats(weights, [9, 16])]);
  return model.reshape(summed, [inputs, outputs, 4, 4]);
}

export const summedWindow: Window = { strides: [2, 2], pads: [1, 1, 1, 1] };

/** Weight of tap (r, q) of a 3x3 filter in tap (u, v) of the 4x4 filter on the small map. */
function summedWeight(tap: number, part: number): number {
  const counts = (r: number, u: number) => (r + u === 2 || r + u === 3 ? 1 : 0);
  return counts(Math.floor(tap / 3), Math.floor(part / 4)) * counts(tap % 3, part % 4);
}

/** For tap (r, q) of a filter: dy `[N, O, pixels]` and the x that the tap read `[N, I, pixels]`. */
type TapOperands = (r: number, q: number) => [dy: string, x: string];

/** The gradient of a convolution by its filter of `shape`: for each tap, the product of dy with the x that it read. */
export function filterGradient(
  model: OnnxBuilder,
  x: Rank4,
  dy: Rank4,
  window: Window,
  shape: Shape,
): string {
  const [kernelHeight = 0, kernelWidth = 0, inputs = 0, outputs = 0] = shape;
  const [n = 0] = x.shape;
  const isStrided = window.strides.some((stride) => stride !== 1);
  const operands = (isStrided ? stridedTaps : shiftedTaps)(model, x, dy, window, shape);
  const taps: string[] = [];
  for (let r = 0; r < kernelHeight; r++) {
    for (let q = 0; q < kernelWidth; q++) {
      const [a, b] = operands(r, q);
      taps.push(
        model.matmul({ name: a, rank: 3, isTransposed: false }, { name: b, rank: 3, isTransposed: true }),
      );
    }
  }
  // One more product adds up the images and moves the taps from the outermost dimension to the innermost.
  const stacked = model.reshape(model.concat(taps, 0), [taps.length * n, outputs * inputs]);
  const selection = Float32Array.from({ length: taps.length ** 2 * n }, (_, index) =>
    Math.floor(index / (taps.length * n)) === index % taps.length ? 1 : 0,
  );
  const selected = model.floats(selection, [taps.length * n, taps.length]);
  const product = model.matmul(
    { name: stacked, rank: 2, isTransposed: true },
    { name: selected, rank: 2, isTransposed: false },
  );
  return model.reshape(product, arranged(shape, filterLayout));
}

/**
 * With stride 1 the columns of x are shifted and the rows of dy, so that three copies of each serve all nine taps of a
 * 3x3 filter. Where one of the two has few channels, it alone is shifted both ways.
 */
function shiftedTaps(model: OnnxBuilder, x: Rank4, dy: Rank4, { pads }: Window, shape: Shape): TapOperands {
  const [kernelHeight = 0, kernelWidth = 0, inputs = 0, outputs = 0] = shape;
  const [n = 0, height = 0, width = 0] = x.shape;
  const [, outHeight = 0, outWidth = 0] = dy.shape;
  const [top, left] = pads;
  // Channels that each way copies.
  const both = (kernelWidth - 1) * inputs + (kernelHeight - 1) * outputs;
  const shifts = kernelHeight * kernelWidth - 1;
  const onGradient = shifts * outputs < both && outputs <= inputs;
  const onMap = shifts * inputs < both && !onGradient;
  const size = [onMap ? outHeight : height, onGradient ? width : outWidth] as const;
  const pixels = size[0] * size[1];
  return (r, q) => [
    model.reshape(shifted(model, dy, [onMap ? 0 : r - top, onGradient ? q - left : 0], size), [
      n,
      outputs,
      pixels,
    ]),
    model.reshape(shifted(model, x, [onMap ? top - r : 0, onGradient ? 0 : left - q], size), [
      n,
      inputs,
      pixels,
    ]),
  ];
}

/**
 * With stride 2, a tap reads every second row and column: one of four phases of the map, from its first pixel or the
 * next. Each phase is cut out once, and dy, which is small, is shifted instead of the map.
 */
function stridedTaps(
  model: OnnxBuilder,
  x: Rank4,
  dy: Rank4,
  { strides: [strideHeight, strideWidth], pads: [top, left] }: Window,
  [kernelHeight = 0, kernelWidth = 0, inputs = 0, outputs = 0]: Shape,
): TapOperands {
  const [n = 0, height = 0, width = 0] = x.shape;
  const [, outHeight = 0, outWidth = 0] = dy.shape;
  const phaseHeight = outHeight + Math.floor((kernelHeight - 1) / strideHeight);
  const phaseWidth = outWidth + Math.floor((kernelWidth - 1) / strideWidth);
  const padded = model.pad(x.name, [
    ...[0, 0, top, left, 0, 0],
    phaseHeight * strideHeight - height - top,
    phaseWidth * strideWidth - width - left,
  ]);
  const pixels = phaseHeight * phaseWidth;
  return (r, q) => {
    const by = [Math.floor(r / strideHeight), Math.floor(q / strideWidth)] as const;
    const gradient = shifted(model, dy, by, [phaseHeight, phaseWidth]);
    const phase = model.node('Slice', [
      padded,
      model.integers([r % strideHeight, q % strideWidth]),
      model.integers([phaseHeight * strideHeight, phaseWidth * strideWidth]),
      model.integers([2, 3]),
      model.integers([strideHeight, strideWidth]),
    ]);
    return [model.reshape(gradient, [n, outputs, pixels]), model.reshape(phase, [n, inputs, pixels])];
  };
}

/**
 * A map shifted by whole pixels, filled with zeros, of another height and width. Small maps are shifted by a product
 * with a constant, which all threads share; padding runs on one thread.
 */
function shifted(
  model: OnnxBuilder,
  { name, shape: [, fromHeight = 0, fromWidth = 0] }: Rank4,
  [down, across]: readonly [number, number],
  [height, width]: readonly [number, number],
): string {
  const isDown = down !== 0 || height !== fromHeight;
  const isAcross = across !== 0 || width !== fromWidth;
  if (isDown !== isAcross && Math.max(height, width) <= 64) {
    const [by, size, fromSize] = isDown ? [down, height, fromHeight] : [across, width, fromWidth];
    const matrix = Float32Array.from({ length: size * fromSize }, (_, index) => {
      const [row, column] = isDown
        ? [Math.floor(index / fromSize), index % fromSize]
        : [index % size, Math.floor(index / size)];
      return row === column + by ? 1 : 0;
    });
    return isDown
      ? model.node('MatMul', [model.floats(matrix, [size, fromSize]), name])
      : model.node('MatMul', [name, model.floats(matrix, [fromSize, size])]);
  }
  return model.pad(name, [0, 0, down, across, 0, 0, height - fromHeight - down, width - fromWidth - across]);
}
