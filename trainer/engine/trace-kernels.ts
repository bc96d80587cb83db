import * as tf from '@tensorflow/tfjs-core';
import type { BinaryFunction, Graph, ReduceFunction, Shape, UnaryFunction, Value, Window } from './graph.ts';

/** Attributes of a TensorFlow.js kernel, as its API gives them. */
export type Attributes = Readonly<Record<string, unknown>>;
type Inputs = Readonly<Record<string, Value>>;
type Kernel = (
  graph: Graph,
  inputs: Inputs,
  attributes: Attributes,
  list: readonly Value[],
) => Value | Value[];

function unary(fn: UnaryFunction): Kernel {
  return (graph, inputs) => graph.unary(fn, need(inputs, 'x'));
}

function binary(fn: BinaryFunction): Kernel {
  return (graph, inputs) => graph.binary(fn, need(inputs, 'a'), need(inputs, 'b'));
}

function reduce(fn: ReduceFunction): Kernel {
  return (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const axis = attributes.axis ?? attributes.reductionIndices;
    const asked = axis === undefined || axis === null ? x.shape.map((_, index) => index) : [axis].flat();
    const axes = tf.util.parseAxisParam(asked.map(toNumber), [...x.shape]);
    return graph.reduce(fn, x, axes, attributes.keepDims === true);
  };
}

/**
 * The kernels of TensorFlow.js that a compiled function may use, as nodes of the graph; also those that only its
 * automatic differentiation calls.
 */
export const kernels: Readonly<Record<string, Kernel>> = {
  Abs: unary('Abs'),
  Ceil: unary('Ceil'),
  Erf: unary('Erf'),
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  Identity: unary('Identity'),
  Log: unary('Log'),
  LogicalNot: unary('Not'),
  Neg: unary('Neg'),
  Reciprocal: unary('Reciprocal'),
  Relu: unary('Relu'),
  Round: unary('Round'),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Softplus: unary('Softplus'),
  Sqrt: unary('Sqrt'),
  Tanh: unary('Tanh'),
  Rsqrt: (graph, inputs) => graph.unary('Reciprocal', graph.unary('Sqrt', need(inputs, 'x'))),
  Square: (graph, inputs) => graph.binary('Mul', need(inputs, 'x'), need(inputs, 'x')),
  Log1p: (graph, inputs) => {
    const x = need(inputs, 'x');
    return graph.unary('Log', graph.binary('Add', x, graph.fill(1, [])));
  },
  LeakyRelu: (graph, inputs, attributes) => graph.leakyRelu(need(inputs, 'x'), number(attributes, 'alpha')),
  Prelu: (graph, inputs) => graph.prelu(need(inputs, 'x'), need(inputs, 'alpha')),
  ClipByValue: (graph, inputs, attributes) =>
    graph.clip(need(inputs, 'x'), number(attributes, 'clipValueMin'), number(attributes, 'clipValueMax')),
  Step: (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const positive = graph.binary('Greater', x, graph.fill(0, []));
    return graph.select(positive, graph.fill(1, []), graph.fill(number(attributes, 'alpha'), []));
  },

  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  Equal: binary('Equal'),
  Greater: binary('Greater'),
  GreaterEqual: binary('GreaterOrEqual'),
  Less: binary('Less'),
  LessEqual: binary('LessOrEqual'),
  LogicalAnd: binary('And'),
  LogicalOr: binary('Or'),
  SquaredDifference: (graph, inputs) => {
    const difference = graph.binary('Sub', need(inputs, 'a'), need(inputs, 'b'));
    return graph.binary('Mul', difference, difference);
  },
  AddN: (graph, _inputs, _attributes, list) => list.reduce((sum, value) => graph.binary('Add', sum, value)),
  Select: (graph, inputs) => graph.select(need(inputs, 'condition'), need(inputs, 't'), need(inputs, 'e')),
  Cast: (graph, inputs, attributes) => {
    const to = attributes.dtype;
    if (to !== 'float32' && to !== 'int32' && to !== 'bool') throw new Error(`Cannot cast to ${String(to)}.`);
    return graph.cast(need(inputs, 'x'), to);
  },

  Fill: (graph, _inputs, attributes) => graph.fill(number(attributes, 'value'), numbers(attributes, 'shape')),
  ZerosLike: (graph, inputs) => graph.fill(0, need(inputs, 'x').shape),
  OnesLike: (graph, inputs) => graph.fill(1, need(inputs, 'x').shape),

  Sum: reduce('Sum'),
  Mean: reduce('Mean'),
  Max: reduce('Max'),
  Min: reduce('Min'),
  Prod: reduce('Prod'),
  All: reduce('Min'),

  Reshape: (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const size = x.shape.reduce((product, dimension) => product * dimension, 1);
    return graph.reshape(x, tf.util.inferFromImplicitShape(numbers(attributes, 'shape'), size));
  },
  ExpandDims: (graph, inputs, attributes) => {
    const x = need(inputs, 'input');
    const dim = number(attributes, 'dim');
    const shape = [...x.shape];
    shape.splice(dim < 0 ? x.shape.length + dim + 1 : dim, 0, 1);
    return graph.reshape(x, shape);
  },
  Transpose: (graph, inputs, attributes) => graph.transpose(need(inputs, 'x'), numbers(attributes, 'perm')),
  Concat: (graph, _inputs, attributes, list) => {
    const axis = number(attributes, 'axis');
    return graph.concat(list, axis < 0 ? axis + list[0]!.shape.length : axis);
  },
  Pack: (graph, _inputs, attributes, list) => {
    const axis = number(attributes, 'axis');
    const expanded = list.map((value) => {
      const shape = [...value.shape];
      shape.splice(axis, 0, 1);
      return graph.reshape(value, shape);
    });
    return graph.concat(expanded, axis);
  },
  Unpack: (graph, inputs, attributes) => {
    const x = need(inputs, 'value');
    const axis = number(attributes, 'axis');
    const shape = x.shape.filter((_, index) => index !== axis);
    return Array.from({ length: x.shape[axis]! }, (_, index) =>
      graph.reshape(graph.sliceAxis(x, axis, index, 1), shape),
    );
  },
  Slice: (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const begin = numbers(attributes, 'begin');
    const size = numbers(attributes, 'size').map((length, axis) =>
      length < 0 ? x.shape[axis]! - (begin[axis] ?? 0) : length,
    );
    return graph.slice(x, begin, size);
  },
  SplitV: (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const asked = number(attributes, 'axis');
    const axis = asked < 0 ? asked + x.shape.length : asked;
    const split = attributes.numOrSizeSplits;
    const length = x.shape[axis]!;
    const sizes =
      typeof split === 'number'
        ? Array.from({ length: split }, () => length / split)
        : numbers(attributes, 'numOrSizeSplits');
    let begin = 0;
    return sizes.map((size) => {
      const part = graph.sliceAxis(x, axis, begin, size);
      begin += size;
      return part;
    });
  },
  PadV2: (graph, inputs, attributes) => {
    const paddings = attributes.paddings;
    if (!Array.isArray(paddings)) throw new Error('Pad needs its paddings.');
    const pairs = paddings.map((pair: unknown) => (Array.isArray(pair) ? pair.map(toNumber) : []));
    const value = number(attributes, 'constantValue');
    return graph.pad(
      need(inputs, 'x'),
      pairs.map((pair) => pair[0] ?? 0),
      pairs.map((pair) => pair[1] ?? 0),
      value,
    );
  },
  Tile: (graph, inputs, attributes) => graph.tile(need(inputs, 'x'), numbers(attributes, 'reps')),
  BroadcastTo: (graph, inputs, attributes) =>
    graph.broadcast(need(inputs, 'x'), numbers(attributes, 'shape')),

  BatchMatMul: (graph, inputs, attributes) =>
    graph.matmul(
      need(inputs, 'a'),
      need(inputs, 'b'),
      attributes.transposeA === true,
      attributes.transposeB === true,
    ),

  Conv2D: (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const filter = need(inputs, 'filter');
    return graph.convolution(x, filter, window(x.shape, filter.shape, attributes));
  },
  Conv2DBackpropInput: (graph, inputs, attributes) => {
    const filter = need(inputs, 'filter');
    const shape = numbers(attributes, 'inputShape');
    const slides = window(shape, filter.shape, attributes);
    return graph.convolutionInputGradient(need(inputs, 'dy'), filter, slides, shape);
  },
  Conv2DBackpropFilter: (graph, inputs, attributes) => {
    const x = need(inputs, 'x');
    const shape = numbers(attributes, 'filterShape');
    const slides = window(x.shape, shape, attributes);
    return graph.convolutionFilterGradient(x, need(inputs, 'dy'), slides, shape);
  },
  ResizeNearestNeighbor: (graph, inputs, attributes) => {
    const x = need(inputs, 'images');
    return graph.upsampleNearest(x, wholeFactor(x.shape, numbers(attributes, 'size'), attributes));
  },
  ResizeNearestNeighborGrad: (graph, inputs, attributes) => {
    const dy = need(inputs, 'dy');
    const factor = wholeFactor(need(inputs, 'images').shape, dy.shape.slice(1, 3), attributes);
    return graph.sumBlocks(dy, factor);
  },
  MaxPool: (graph, inputs, attributes) => {
    const factor = blockSize(attributes);
    return graph.maxBlocks(wholeBlocks(graph, need(inputs, 'x'), factor), factor);
  },
  MaxPoolGrad: (graph, inputs, attributes) => {
    const factor = blockSize(attributes);
    const x = need(inputs, 'input');
    const blocks = wholeBlocks(graph, x, factor);
    // Equal maxima each get the whole gradient. After a ReLU only zeros are equal, and ReLU stops their gradient.
    const isLargest = graph.binary('Equal', blocks, graph.upsampleNearest(need(inputs, 'output'), factor));
    const dy = graph.upsampleNearest(need(inputs, 'dy'), factor);
    const dx = graph.select(isLargest, dy, graph.fill(0, []));
    const rest = x.shape.map((dimension, axis) => dimension - blocks.shape[axis]!);
    return graph.pad(dx, [0, 0, 0, 0], rest);
  },
};

function need(inputs: Inputs, name: string): Value {
  const value = inputs[name];
  if (value === undefined) throw new Error(`The operation has no input ${name}.`);
  return value;
}

function toNumber(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`Expected a number, found ${String(value)}.`);
  return value;
}

function number(attributes: Attributes, name: string): number {
  return toNumber(attributes[name]);
}

function numbers(attributes: Attributes, name: string): number[] {
  const value = attributes[name];
  if (typeof value === 'number') return [value];
  // Shapes can be typed arrays.
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(Object.values(value), toNumber);
  throw new Error(`The attribute ${name} should be a list of numbers.`);
}

/** Strides and explicit padding of a convolution of `x` by `filter`, from TensorFlow.js's attributes. */
function window(x: Shape, filter: Shape, attributes: Attributes): Window {
  if (attributes.dataFormat !== undefined && attributes.dataFormat !== 'NHWC') {
    throw new Error(
      `Only the data format NHWC is supported for convolutions, not ${String(attributes.dataFormat)}.`,
    );
  }
  const [strideHeight = 1, strideWidth = strideHeight] = numbers(attributes, 'strides');
  const dilations = attributes.dilations === undefined ? [1] : numbers(attributes, 'dilations');
  if (dilations.some((dilation) => dilation !== 1))
    throw new Error('Dilated convolutions are not supported.');
  const pad = attributes.pad;
  const [, height = 0, width = 0] = x;
  const [kernelHeight = 0, kernelWidth = 0] = filter;
  const strides = [strideHeight, strideWidth] as const;
  if (pad === 'valid') return { strides, pads: [0, 0, 0, 0] };
  if (typeof pad === 'number') return { strides, pads: [pad, pad, pad, pad] };
  if (Array.isArray(pad)) {
    const [, rows, columns] = pad;
    if (!Array.isArray(rows) || !Array.isArray(columns)) throw new Error('Explicit padding needs pairs.');
    const [top = 0, bottom = 0] = rows.map(toNumber);
    const [left = 0, right = 0] = columns.map(toNumber);
    return { strides, pads: [top, left, bottom, right] };
  }
  const [top, bottom] = samePadding(height, kernelHeight, strideHeight);
  const [left, right] = samePadding(width, kernelWidth, strideWidth);
  return { strides, pads: [top, left, bottom, right] };
}

/** TensorFlow's "same": the result has `ceil(size / stride)` entries, and odd padding is larger at the end. */
function samePadding(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Height and width of the windows of a pooling without overlap. */
function blockSize(attributes: Attributes): readonly [number, number] {
  const [height = 1, width = height] = numbers(attributes, 'filterSize');
  const [strideHeight = 1, strideWidth = strideHeight] = numbers(attributes, 'strides');
  if (height !== strideHeight || width !== strideWidth || attributes.pad !== 'valid') {
    throw new Error('Only pooling without overlap is supported: stride = size, padding "valid".');
  }
  return [height, width];
}

/** Crops the last rows and columns that do not fill a window. */
function wholeBlocks(graph: Graph, x: Value, [height, width]: readonly [number, number]): Value {
  const [n = 0, rows = 0, columns = 0, channels = 0] = x.shape;
  const size = [n, rows - (rows % height), columns - (columns % width), channels];
  return graph.slice(x, [0, 0, 0, 0], size);
}

function wholeFactor(from: Shape, size: Shape, attributes: Attributes): readonly [number, number] {
  const [, height = 1, width = 1] = from;
  const [newHeight = 0, newWidth = 0] = size;
  const factor = [newHeight / height, newWidth / width] as const;
  const whole = factor.every((value) => Number.isInteger(value) && value >= 1);
  if (!whole || attributes.alignCorners === true || attributes.halfPixelCenters === true) {
    throw new Error(
      `Only whole factors are supported for nearest-neighbor resizing, not from ${height}x${width} to ${newHeight}x${newWidth}.`,
    );
  }
  return factor;
}
