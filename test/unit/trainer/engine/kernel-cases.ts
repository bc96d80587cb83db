import * as tf from '@tensorflow/tfjs-core';
import type { Shapes, Step } from '../../../../trainer/engine/engine.ts';

/** One use of TensorFlow.js that every engine must compute alike. */
export interface KernelCase {
  readonly name: string;
  readonly inputs: Shapes;
  /** Numbers of the inputs lie in this range; -1 to 1 by default. */
  readonly range?: readonly [number, number];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
}

const map = [2, 5, 6, 4] as const;
const single = [1, 5, 6, 4] as const;
const filter = [3, 3, 4, 3] as const;

const unary = (
  name: string,
  run: (x: tf.Tensor) => tf.Tensor,
  range: readonly [number, number] = [-1, 1],
): KernelCase => ({ name, inputs: { x: map }, range, run });

const binary = (name: string, run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): KernelCase[] => [
  { name, inputs: { a: map, b: map }, run },
  { name: `${name}, a vector along channels`, inputs: { a: map, b: [4] }, run },
  { name: `${name}, a scalar first`, inputs: { a: [], b: map }, run },
];

/** The gradient of the mean square of what `run` gives, by all its inputs. */
const gradients =
  (run: (...inputs: tf.Tensor[]) => tf.Tensor) =>
  (...inputs: tf.Tensor[]): tf.Tensor[] =>
    tf.grads((...values: tf.Tensor[]) => tf.mean(tf.square(run(...values))))(inputs);

const conv = (stride: number, pad: 'same' | 'valid') => (x: tf.Tensor, w: tf.Tensor) =>
  tf.conv2d<tf.Tensor4D>(rank4(x), rank4(w), stride, pad);

function rank4(x: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape;
  return tf.reshape<tf.Rank.R4>(x, [a, b, c, d]);
}

const double = (x: tf.Tensor) => tf.image.resizeNearestNeighbor(rank4(x), [x.shape[1]! * 2, x.shape[2]! * 2]);

const pool = (x: tf.Tensor) => tf.maxPool(rank4(x), 2, 2, 'valid');

const mish = (x: tf.Tensor) => tf.mul(x, tf.tanh(tf.softplus(x)));

const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));

const groupNormalized = (x: tf.Tensor, groups: number): tf.Tensor => {
  const [n = 1, height = 1, width = 1, channels = 1] = x.shape;
  const grouped = tf.reshape(x, [n, height * width, groups, channels / groups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  return tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5))), x.shape);
};

/** A dense block in small: the form that is rewritten for CPUs. */
const dense = (x: tf.Tensor, ...parameters: tf.Tensor[]): tf.Tensor => {
  const maps = [rank4(x)];
  for (let k = 0; k < 3; k++) {
    const sum = tf.add(conv(1, 'same')(tf.concat(maps, 3), parameters[2 * k]!), parameters[2 * k + 1]!);
    maps.push(rank4(k < 2 ? tf.leakyRelu(sum, 0.2) : sum));
  }
  return tf.add(tf.mul(maps[3]!, 0.2), x);
};
const denseInputs: Shapes = {
  x: map,
  w1: [3, 3, 4, 2],
  b1: [2],
  w2: [3, 3, 6, 2],
  b2: [2],
  w3: [3, 3, 8, 4],
  b3: [4],
};

export const kernelCases: readonly KernelCase[] = [
  unary('abs', tf.abs),
  unary('neg', tf.neg),
  unary('sign', tf.sign),
  unary('exp', tf.exp),
  unary('log', tf.log, [0.1, 3]),
  unary('log1p', tf.log1p, [-0.5, 3]),
  unary('sqrt', tf.sqrt, [0.01, 3]),
  unary('rsqrt', tf.rsqrt, [0.1, 3]),
  unary('square', tf.square),
  unary('reciprocal', tf.reciprocal, [0.2, 3]),
  unary('sigmoid', tf.sigmoid, [-5, 5]),
  unary('softplus', tf.softplus, [-5, 5]),
  unary('tanh', tf.tanh),
  unary('erf', tf.erf),
  unary('relu', tf.relu),
  unary('floor', tf.floor, [-3, 3]),
  unary('ceil', tf.ceil, [-3, 3]),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.2)),
  { name: 'prelu', inputs: { x: map, slopes: [4] }, run: (x, slopes) => tf.prelu(x, slopes) },
  {
    name: 'gradients of prelu',
    inputs: { x: map, slopes: [4] },
    run: gradients((x, slopes) => tf.prelu(x, slopes)),
  },
  unary('step', (x) => tf.step(x, -1)),
  unary('clip', (x) => tf.clipByValue(x, -0.3, 0.5)),
  ...binary('add', tf.add),
  ...binary('sub', tf.sub),
  ...binary('mul', tf.mul),
  ...binary('maximum', tf.maximum),
  ...binary('minimum', tf.minimum),
  ...binary('squaredDifference', tf.squaredDifference),
  { name: 'div', inputs: { a: map, b: map }, range: [0.5, 2], run: (a, b) => tf.div(a, b) },
  { name: 'pow', inputs: { a: map, b: map }, range: [0.5, 2], run: (a, b) => tf.pow(a, b) },
  {
    name: 'comparisons',
    inputs: { a: map, b: map },
    run: (a, b) => [
      tf.cast(tf.greater(a, b), 'float32'),
      tf.cast(tf.greaterEqual(a, b), 'float32'),
      tf.cast(tf.less(a, b), 'float32'),
      tf.cast(tf.lessEqual(a, b), 'float32'),
      tf.cast(tf.equal(a, b), 'float32'),
      tf.cast(tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)), 'float32'),
      tf.cast(tf.logicalNot(tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))), 'float32'),
    ],
  },
  { name: 'where', inputs: { a: map, b: map }, run: (a, b) => tf.where(tf.greater(a, 0), a, b) },
  { name: 'addN', inputs: { a: map, b: map, c: map }, run: (a, b, c) => tf.addN([a, b, c]) },
  { name: 'fill', inputs: { a: map }, run: (a) => tf.add(a, tf.fill([...map], 0.5)) },
  { name: 'constants alone', inputs: { a: [1] }, run: (a) => [tf.add(tf.ones([2, 3]), tf.ones([2, 3])), a] },
  { name: 'a constant', inputs: { a: [2, 2] }, run: (a) => tf.add(a, tf.tensor2d([1, 2, 3, 4], [2, 2])) },
  ...[undefined, 0, 3, [1, 2], [0, 1, 2]].flatMap((axis) => [
    unary(`sum over ${axis ?? 'all'}`, (x) => tf.sum(x, axis)),
    unary(`mean over ${axis ?? 'all'}, keeping`, (x) => tf.mean(x, axis, true)),
    unary(`max over ${axis ?? 'all'}`, (x) => tf.max(x, axis)),
  ]),
  unary('sum of a map from a convolution', (x) =>
    tf.sum(conv(1, 'same')(x, tf.fill([3, 3, 4, 2], 0.1)), [1]),
  ),
  unary('reshape', (x) => tf.reshape(x, [2, 30, 4])),
  unary('expandDims', (x) => tf.expandDims(x, 1)),
  unary('transpose', (x) => tf.transpose(x, [0, 2, 3, 1])),
  unary('transpose of a map from a convolution', (x) =>
    tf.transpose(conv(1, 'same')(x, tf.fill([3, 3, 4, 2], 0.1)), [3, 0, 2, 1]),
  ),
  { name: 'concat', inputs: { a: map, b: map }, run: (a, b) => tf.concat([a, b], -1) },
  { name: 'stack', inputs: { a: map, b: map }, run: (a, b) => tf.stack([a, b], 1) },
  { name: 'gradient of stack', inputs: { x: map, y: map }, run: gradients((x, y) => tf.stack([x!, y!], 1)) },
  unary('split', (x) => tf.concat(tf.split(x, [1, 3], 3).toReversed(), 3)),
  unary('slice', (x) => tf.slice(x, [0, 1, 2, 1], [2, 3, -1, 2])),
  unary('pad', (x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ],
      0.5,
    ),
  ),
  unary('tile', (x) => tf.tile(x, [1, 2, 1, 3])),
  { name: 'broadcastTo', inputs: { a: [4] }, run: (a) => tf.broadcastTo(a, [2, 3, 4]) },
  { name: 'matMul', inputs: { a: [3, 4], b: [4, 5] }, run: (a, b) => tf.matMul(a, b) },
  {
    name: 'matMul, both transposed',
    inputs: { a: [4, 3], b: [5, 4] },
    run: (a, b) => tf.matMul(a, b, true, true),
  },
  {
    name: 'matMul in batches',
    inputs: { a: [2, 3, 4], b: [2, 5, 4] },
    run: (a, b) => tf.matMul(a, b, false, true),
  },
  ...[1, 2].flatMap((stride) =>
    (['same', 'valid'] as const).flatMap((pad): KernelCase[] => [
      { name: `conv2d, stride ${stride}, ${pad}`, inputs: { x: map, w: filter }, run: conv(stride, pad) },
      {
        name: `gradients of conv2d, stride ${stride}, ${pad}`,
        inputs: { x: map, w: filter },
        run: gradients(conv(stride, pad)),
      },
    ]),
  ),
  {
    name: 'gradients of conv2d, one image',
    inputs: { x: [1, 4, 7, 2], w: [3, 3, 2, 5] },
    run: gradients(conv(1, 'same')),
  },
  { name: 'gradients of conv2d, 1x1', inputs: { x: map, w: [1, 1, 4, 2] }, run: gradients(conv(1, 'same')) },
  {
    name: 'gradients of conv2d, 17x17',
    inputs: { x: [2, 7, 9, 2], w: [17, 17, 2, 3] },
    run: gradients(conv(1, 'same')),
  },
  { name: 'gradients of conv2d, 5x3', inputs: { x: map, w: [5, 3, 4, 2] }, run: gradients(conv(1, 'same')) },
  unary('resizeNearestNeighbor', double),
  // One image: TensorFlow.js 4.22's own CPU kernel reads the wrong rows of every further one.
  { name: 'gradient of resizeNearestNeighbor', inputs: { x: single }, run: gradients(double) },
  {
    name: 'conv2d of an upscaled map',
    inputs: { x: map, w: filter, b: [3] },
    run: (x, w, b) => tf.add(conv(1, 'same')(double(x), w), b!),
  },
  {
    name: 'gradients of conv2d of an upscaled map',
    inputs: { x: single, w: filter, b: [3] },
    run: gradients((x, w, b) => tf.add(conv(1, 'same')(double(x!), w!), b!)),
  },
  unary('maxPool of odd sizes', pool),
  { name: 'gradient of maxPool', inputs: { x: [2, 4, 6, 3] }, run: gradients((x) => pool(x!)) },
  { name: 'gradient of maxPool of odd sizes', inputs: { x: [2, 5, 7, 3] }, run: gradients((x) => pool(x!)) },
  {
    name: 'gradient of maxPool behind relu',
    inputs: { x: map, w: filter },
    run: gradients((x, w) => pool(tf.relu(conv(1, 'same')(x!, w!)))),
  },
  {
    name: 'gradients of conv2d, stride 2, padding 1',
    inputs: { x: [2, 6, 8, 4], w: filter },
    run: gradients((x, w) => tf.conv2d(rank4(x!), rank4(w!), 2, 1)),
  },
  { name: 'gradient of leakyRelu', inputs: { x: map }, run: gradients((x) => tf.leakyRelu(x!, 0.2)) },
  {
    name: 'gradient of relu and its result',
    inputs: { x: map },
    run: (x) => [tf.relu(x!), ...gradients((y) => tf.relu(y!))(x!)],
  },
  { name: 'gradient of abs', inputs: { x: map }, run: gradients((x) => tf.abs(x!)) },
  { name: 'gradient of sigmoid', inputs: { x: map }, run: gradients((x) => tf.sigmoid(x!)) },
  { name: 'gradient of softplus', inputs: { x: map }, run: gradients((x) => tf.softplus(x!)) },
  { name: 'gradients of mul', inputs: { x: map, y: [4] }, run: gradients((x, y) => tf.mul(x!, y!)) },
  {
    name: 'gradients of matMul',
    inputs: { x: [3, 4], y: [4, 5] },
    run: gradients((x, y) => tf.matMul(x!, y!)),
  },
  { name: 'gradients of mean over an axis', inputs: { x: map }, run: gradients((x) => tf.mean(x!, [0, 3])) },
  { name: 'gradient of clip', inputs: { x: map }, run: gradients((x) => tf.clipByValue(x!, -0.5, 0.5)) },
  { name: 'gradients of mish', inputs: { x: map }, range: [-5, 5], run: gradients((x) => mish(x!)) },
  { name: 'gradients of gelu', inputs: { x: map }, range: [-5, 5], run: gradients((x) => gelu(x!)) },
  {
    name: 'gradients of a group normalization',
    inputs: { x: map, w: filter },
    run: gradients((x, w) => groupNormalized(conv(1, 'same')(x!, w!), 3)),
  },
  { name: 'gradients of split', inputs: { x: map }, run: gradients((x) => tf.split(x!, [1, 3], 3)[1]!) },
  { name: 'a dense block', inputs: denseInputs, run: dense },
  {
    name: 'gradients of a dense block',
    inputs: denseInputs,
    run: gradients((x, ...parameters) => dense(x!, ...parameters)),
  },
  {
    name: 'gradients of two dense blocks',
    inputs: denseInputs,
    run: gradients((x, ...parameters) => dense(dense(x!, ...parameters), ...parameters)),
  },
];

/** The case as a step: its results are outputs `0`, `1`, … */
export function stepOf(kernelCase: KernelCase): Step {
  return (inputs, state) => {
    const given: Readonly<Record<string, tf.Tensor>> = { ...inputs, ...state };
    const names = Object.keys(kernelCase.inputs);
    const result = kernelCase.run(...names.map((name) => given[name]!));
    const results = Array.isArray(result) ? result : [result];
    return { outputs: Object.fromEntries(results.map((tensor, index) => [String(index), tensor])) };
  };
}
