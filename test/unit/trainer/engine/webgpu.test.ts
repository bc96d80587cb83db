import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { kernelCases } from './kernel-cases.ts';
import { expectClose, runCase } from './run-case.ts';
import { hasGpu, needsGpu, useTestGpu } from './test-gpu.ts';

useTestGpu();

const reference = createEagerEngine({
  name: 'tensorflow',
  device: 'TensorFlow.js on the CPU',
  backend: 'cpu',
});

describe.skipIf(!hasGpu)(needsGpu('on WebGPU'), () => {
  const compiled = createOnnxEngine({ name: 'webgpu', device: 'GPU' });

  test.each(kernelCases)('$name', async (kernelCase) => {
    expectClose(await runCase(compiled, kernelCase), await runCase(reference, kernelCase), 1e-4);
  });

  test('state stays on the GPU between steps and can be read', async () => {
    const held = compiled.state(new Map([['weight', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const program = await compiled.compile(
      (_, { weight }) => ({ outputs: { sum: tf.sum(weight!) }, state: { weight: tf.mul(weight!, 2) } }),
      { inputs: {}, state: ['weight'] },
      held,
    );
    const sums: number[] = [];
    for (let step = 0; step < 3; step++) sums.push((await program.run({})).sum![0]!);
    expect(sums).toEqual([3, 6, 12]);
    expect((await held.read()).get('weight')!.data).toEqual(Float32Array.of(8, 16));
    held.write(new Map([['weight', { shape: [2], data: Float32Array.of(5, 5) }]]));
    expect((await program.run({})).sum![0]).toBe(10);
    await program.close();
    await held.close();
  });
});
