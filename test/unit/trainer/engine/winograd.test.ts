import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../trainer/data/random.ts';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import type { Engine, HostTensor, Shapes } from '../../../../trainer/engine/engine.ts';
import { sizeOf, topologicalOrder } from '../../../../trainer/engine/graph.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { rewriteForInference } from '../../../../trainer/engine/rewrite.ts';
import { trace } from '../../../../trainer/engine/trace.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';
import { expectClose, runCase } from './run-case.ts';

const reference = createEagerEngine({
  name: 'tensorflow',
  device: 'TensorFlow.js on the CPU',
  backend: 'cpu',
});
const compiled = createOnnxEngine({ name: 'cpu', device: 'CPU' });

/** Dense blocks as the generator has them, one after the other, with the same parameters. */
const denseBlocks = (blocks: number, x: tf.Tensor, parameters: readonly tf.Tensor[]): tf.Tensor => {
  let map = rank4(x);
  for (let block = 0; block < blocks; block++) {
    const maps = [map];
    for (let k = 0; k < 3; k++) {
      const convolved = tf.conv2d(tf.concat(maps, 3), rank4(parameters[2 * k]!), 1, 'same');
      const sum = tf.add<tf.Tensor4D>(convolved, parameters[2 * k + 1]!);
      maps.push(k < 2 ? tf.leakyRelu(sum, 0.2) : sum);
    }
    map = tf.add(tf.mul(maps[3]!, 0.2), map);
  }
  return map;
};

/** Their result and all gradients. */
const withGradients =
  (blocks: number) =>
  (...all: tf.Tensor[]): tf.Tensor[] => {
    const run = (...[x, ...parameters]: tf.Tensor[]) => denseBlocks(blocks, x!, parameters);
    return [run(...all), ...tf.grads((...values) => tf.mean(tf.square(run(...values))))(all)];
  };

const denseInputs = (shape: readonly number[], growth: number): Shapes => {
  const channels = shape[3]!;
  return {
    x: shape,
    w1: [3, 3, channels, growth],
    b1: [growth],
    w2: [3, 3, channels + growth, growth],
    b2: [growth],
    w3: [3, 3, channels + 2 * growth, channels],
    b3: [channels],
  };
};

describe('in the Winograd domain, dense blocks equal TensorFlow.js', () => {
  test.each([
    { what: 'whole tiles', shape: [2, 8, 12, 16], growth: 16, blocks: 1 },
    { what: 'two blocks', shape: [2, 8, 8, 16], growth: 16, blocks: 2 },
    { what: 'one image, tiles that stick out', shape: [1, 7, 10, 16], growth: 16, blocks: 1 },
    { what: 'one pixel', shape: [3, 1, 1, 16], growth: 16, blocks: 1 },
    { what: 'one row', shape: [1, 1, 9, 16], growth: 16, blocks: 1 },
    { what: 'one direction after the other', shape: [1, 18, 17, 16], growth: 16, blocks: 2 },
    { what: 'the same with whole tiles', shape: [2, 16, 20, 16], growth: 16, blocks: 1 },
    { what: 'too few channels', shape: [2, 8, 8, 16], growth: 5, blocks: 1 },
    { what: 'too large', shape: [1, 2, 65, 16], growth: 16, blocks: 1 },
  ])('$what: $shape, growth $growth, blocks $blocks', async ({ shape, growth, blocks }) => {
    const denseCase = {
      name: 'dense',
      inputs: denseInputs(shape, growth),
      range: [-0.3, 0.3] as const,
      run: withGradients(blocks),
    };
    // Winograd's sums cancel more than those of a plain convolution.
    expectClose(await runCase(compiled, denseCase), await runCase(reference, denseCase), 3e-5);
  });
});

test.each([
  { what: 'whole tiles', shape: [1, 60, 64, 16] },
  { what: 'tiles that stick out', shape: [1, 61, 63, 16] },
  { what: 'too large', shape: [1, 4, 129, 16] },
])('a frozen dense block equals TensorFlow.js: $what', async ({ shape }) => {
  const inputs = denseInputs(shape, 16);
  const random = createRandom(1);
  const numbers = (size: number) => Float32Array.from({ length: size }, () => 0.6 * random.next() - 0.3);
  const constants = new Map(
    Object.entries(inputs).map(([name, each]): [string, HostTensor] => {
      const [height = 1, width = 1, i = 1, o = 1] = each;
      const inFile = each.length === 4 ? [o, i, height, width] : each;
      return [name, { shape: inFile, data: numbers(sizeOf(each)) }];
    }),
  );
  constants.delete('x');
  const x = numbers(sizeOf(shape));
  const run = async (engine: Engine) => {
    const program = await engine.freeze(
      (data, parameters) => ({ outputs: { y: denseBlocks(2, data.x!, Object.values(parameters)) } }),
      { x: shape },
      constants,
    );
    const result = await program.run({ x });
    await program.close();
    return result;
  };
  expectClose(await run(compiled), await run(reference), 3e-5);
});

/** Convolutions that each read the result of the one before. */
const chain = (x: tf.Tensor, filters: readonly tf.Tensor[]): tf.Tensor =>
  filters.reduce<tf.Tensor>((map, filter) => tf.conv2d(rank4(map), rank4(filter), 1, 'same'), x);

const dense = (side: number, channels: number) => ({
  inputs: denseInputs([1, side, side, channels], channels),
  run: (x: tf.Tensor, parameters: readonly tf.Tensor[]) => denseBlocks(1, x, parameters),
});
const chained = (side: number, channels: number) => ({
  inputs: { x: [1, side, side, channels], w1: [3, 3, channels, channels], w2: [3, 3, channels, channels] },
  run: chain,
});

test.each([
  { what: 'a dense block', ...dense(128, 16), avx512: false, maps: 3 },
  { what: 'a dense block with AVX-512', ...dense(128, 16), avx512: true, maps: 0 },
  { what: 'a larger dense block', ...dense(129, 16), avx512: false, maps: 0 },
  { what: 'a dense block of few channels', ...dense(64, 8), avx512: false, maps: 0 },
  { what: 'maps of 64 channels with one reader each', ...chained(128, 64), avx512: false, maps: 2 },
  { what: 'maps of fewer channels with one reader each', ...chained(32, 48), avx512: false, maps: 0 },
])('for inference, $maps maps of $what are cut into tiles', ({ inputs, run, maps, avx512 }) => {
  const { x, ...parameters } = inputs;
  const traced = trace(
    (data, state) => ({ outputs: { y: run(data.x!, Object.values(state)) } }),
    { x },
    parameters,
  );
  const { y } = rewriteForInference(traced, avx512).outputs;
  const cut = topologicalOrder([y!]).filter(({ operation }) => operation.kind === 'slide');
  // Rows, then columns.
  expect(cut).toHaveLength(2 * maps);
});

test('two maps that one filter is convolved with equal TensorFlow.js', async () => {
  const twoReaders = {
    name: 'two readers',
    inputs: { x: [1, 8, 8, 16], y: [1, 8, 8, 16], w: [3, 3, 16, 16] },
    range: [-0.3, 0.3] as const,
    run: (...all: tf.Tensor[]): tf.Tensor[] => {
      const run = (x: tf.Tensor, y: tf.Tensor, w: tf.Tensor) => {
        const [a, b] = [x, y].map((map) => tf.conv2d(rank4(map), rank4(w), 1, 'same'));
        return tf.mul(a!, b!);
      };
      const [x, y, w] = all;
      return [run(x!, y!, w!), ...tf.grads((...[a, b, c]) => tf.mean(run(a!, b!, c!)))(all)];
    },
  };
  expectClose(await runCase(compiled, twoReaders), await runCase(reference, twoReaders), 3e-5);
});
