import '@tensorflow/tfjs-backend-cpu';
import { describe, test } from 'vitest';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { kernelCases } from './kernel-cases.ts';
import { expectClose, runCase } from './run-case.ts';

const reference = createEagerEngine({
  name: 'tensorflow',
  device: 'TensorFlow.js on the CPU',
  backend: 'cpu',
});
const compiled = createOnnxEngine({ name: 'cpu', device: 'CPU' });

describe('compiled operations equal TensorFlow.js', () => {
  test.each(kernelCases)('$name', async (kernelCase) => {
    expectClose(await runCase(compiled, kernelCase), await runCase(reference, kernelCase), 1e-5);
  });
});
