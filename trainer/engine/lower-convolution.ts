import type { Shape, Window } from './graph.ts';
import { arranged, exchangedFilterLayout, filterLayout, type Layout } from './layout.ts';
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

/** A tensor of the model, with the shape that it has in the graph. */
export interface NamedTensor {
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

/** Filters of more taps are not handled tap by tap: that takes hundreds of nodes. */
const mostTaps = 49;

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
  if (taps > mostTaps) {
    const [starts, ends] = [model.integers([-1, -1]), model.integers([-taps - 1, -taps - 1])];
    return model.node('Slice', [exchanged, starts, ends, model.integers([2, 3]), model.integers([-1, -1])]);
  }
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
  dy: NamedTensor,
  filter: NamedTensor,
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

/** For tap (r, q) of a filter: dy `[N, O, pixels]` and the x that the tap read `[N, I, pixels]`. */
type TapOperands = (r: number, q: number) => [dy: string, x: string];

/**
 * The gradient of a convolution by its filter of `shape`: for each tap, the product of dy with the x that it read. Where
 * the taps share one of the two, as with few channels of the other, one product computes all of them.
 */
export function filterGradient(
  model: OnnxBuilder,
  x: NamedTensor,
  dy: NamedTensor,
  window: Window,
  shape: Shape,
): { readonly name: string; readonly layout: Layout } {
  const [kernelHeight = 0, kernelWidth = 0, inputs = 0, outputs = 0] = shape;
  const [n = 0] = x.shape;
  const isStrided = window.strides.some((stride) => stride !== 1);
  if (!isStrided && kernelHeight * kernelWidth > mostTaps)
    return { name: filterGradientOfLargeKernel(model, x, dy, window), layout: filterLayout };
  const operands = (isStrided ? stridedTaps : shiftedTaps)(model, x, dy, window, shape);
  const taps = Array.from({ length: kernelHeight * kernelWidth }, (_, tap) =>
    operands(Math.floor(tap / kernelWidth), tap % kernelWidth),
  );
  const product = (a: string, b: string) =>
    model.matmul({ name: a, rank: 3, isTransposed: false }, { name: b, rank: 3, isTransposed: true });
  const [firstGradient, firstMap] = operands(0, 0);
  const sharesMap = taps.every(([, map]) => map === firstMap);
  const sharesGradient = taps.every(([gradient]) => gradient === firstGradient);
  const together = (side: 0 | 1) =>
    model.concat(
      taps.map((tap) => tap[side]),
      1,
    );
  let stacked: string;
  if (sharesMap) stacked = product(together(0), firstMap);
  else if (sharesGradient) stacked = product(together(1), firstGradient);
  else
    stacked = model.concat(
      taps.map(([gradient, map]) => product(gradient, map)),
      0,
    );
  // One more product adds up the images and moves the taps to the innermost dimension.
  const isTapInner = sharesMap || sharesGradient;
  const selection = Float32Array.from({ length: taps.length ** 2 * n }, (_, index) => {
    const row = Math.floor(index / taps.length);
    return (isTapInner ? row % taps.length : Math.floor(row / n)) === index % taps.length ? 1 : 0;
  });
  const sum = model.matmul(
    {
      name: model.reshape(stacked, [taps.length * n, outputs * inputs]),
      rank: 2,
      isTransposed: true,
    },
    { name: model.floats(selection, [taps.length * n, taps.length]), rank: 2, isTransposed: false },
  );
  const layout = sharesGradient && !sharesMap ? exchangedFilterLayout : filterLayout;
  return { name: model.reshape(sum, arranged(shape, layout)), layout };
}

/**
 * The gradient by a large filter is one convolution with dy as the filter: the images are its input channels, and the
 * channels of x its images.
 */
function filterGradientOfLargeKernel(
  model: OnnxBuilder,
  x: NamedTensor,
  dy: NamedTensor,
  { pads }: Window,
): string {
  const exchange = (name: string) => model.node('Transpose', [name], { perm: [1, 0, 2, 3] });
  const gradient = model.node('Conv', [exchange(x.name), exchange(dy.name)], { strides: [1, 1], pads });
  return exchange(gradient);
}

/**
 * With stride 1 the columns of x are shifted and the rows of dy, so that three copies of each serve all nine taps of a
 * 3x3 filter. Where one of the two has few channels, it alone is shifted both ways.
 */
function shiftedTaps(
  model: OnnxBuilder,
  x: NamedTensor,
  dy: NamedTensor,
  { pads }: Window,
  shape: Shape,
): TapOperands {
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
  x: NamedTensor,
  dy: NamedTensor,
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
  { name, shape: [, fromHeight = 0, fromWidth = 0] }: NamedTensor,
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
