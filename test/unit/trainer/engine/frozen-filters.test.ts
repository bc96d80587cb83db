import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createRandom } from '../../../../trainer/data/random.ts';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import type { Engine, HostTensor, Step } from '../../../../trainer/engine/engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';
import { hasGpu, needsGpu, useTestGpu } from './test-gpu.ts';
import '@tensorflow/tfjs-backend-cpu';

useTestGpu();

const eager = createEagerEngine({ name: 'tensorflow', device: 'TensorFlow.js on the CPU', backend: 'cpu' });
const onnx = createOnnxEngine({ name: 'cpu', device: 'CPU' });

/** A convolution of x by a filter that stays as it is, and the gradient of its square by x. */
const step: Step = (inputs, state) => {
  const convolve = (x: tf.Tensor) =>
    tf.add<tf.Tensor4D>(tf.conv2d(rank4(x), rank4(state.filter!), 1, 'same'), state.bias!);
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.square(convolve(x))));
  return { outputs: { y: convolve(inputs.x!), dx: gradient(inputs.x!) } };
};

async function run(engine: Engine, x: HostTensor, state: ReadonlyMap<string, HostTensor>) {
  const names = [...state.keys()];
  const signature = { inputs: { x: x.shape }, state: names, frozen: names };
  const program = await engine.compile(step, signature, engine.state(state));
  return program.run({ x: x.data });
}

const cases = [
  { what: 'few channels: the filter is only turned', shape: [2, 9, 7, 5], outputs: 4 },
  { what: 'many channels in one direction only', shape: [1, 8, 8, 3], outputs: 128 },
  { what: 'Winograd on whole tiles', shape: [2, 8, 4, 128], outputs: 136 },
  { what: 'Winograd on tiles that stick out', shape: [1, 7, 10, 136], outputs: 128 },
  { what: 'Winograd in one direction after the other', shape: [1, 18, 31, 128], outputs: 128 },
  { what: 'a map too large for Winograd', shape: [1, 3, 34, 128], outputs: 128 },
];

async function compare(engine: Engine, shape: readonly number[], outputs: number): Promise<void> {
  const random = createRandom(7);
  const numbers = (size: readonly number[], scale: number): HostTensor => ({
    shape: size,
    data: Float32Array.from({ length: size.reduce((a, b) => a * b) }, () => scale * (2 * random.next() - 1)),
  });
  const inputs = shape.at(-1)!;
  const x = numbers(shape, 1);
  const state = new Map([
    ['filter', numbers([outputs, inputs, 3, 3], 1 / Math.sqrt(9 * inputs))],
    ['bias', numbers([outputs], 0.1)],
  ]);
  const [expected, found] = [await run(eager, x, state), await run(engine, x, state)];
  for (const name of ['y', 'dx']) {
    const largest = expected[name]!.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const worst = expected[name]!.reduce((a, b, i) => Math.max(a, Math.abs(b - found[name]![i]!)), 0);
    expect(found[name]!.length).toBe(expected[name]!.length);
    // Winograd's sums cancel more than those of a plain convolution.
    expect(worst / largest, name).toBeLessThan(3e-5);
  }
}

test.each(cases)('a frozen filter: $what', ({ shape, outputs }) => compare(onnx, shape, outputs));

test.each(cases)('a frozen filter as a constant, as with CUDA: $what', ({ shape, outputs }) =>
  compare(createOnnxEngine({ name: 'cpu', device: 'CPU', hasConstants: true }), shape, outputs),
);

test.skipIf(!hasGpu)(needsGpu('a frozen filter on WebGPU'), () =>
  compare(createOnnxEngine({ name: 'webgpu', device: 'GPU' }), [2, 9, 7, 5], 4),
);
