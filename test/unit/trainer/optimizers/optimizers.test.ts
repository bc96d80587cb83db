import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type OptimizerSettings, tensorsPerParameter } from '../../../../trainer/config/index.ts';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import type { Engine } from '../../../../trainer/engine/engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import {
  applyGradients,
  factorInputs,
  factorShapes,
  initialSlots,
  trainingWeights,
} from '../../../../trainer/optimizers/apply.ts';
import { createOptimizer } from '../../../../trainer/optimizers/create-optimizer.ts';
import { readFixture } from '../models/fixture.ts';

const fixture = readFixture('optimizers/steps');
const cases: Record<string, OptimizerSettings> = JSON.parse(fixture.metadata.cases ?? '');
const rates: number[] = JSON.parse(fixture.metadata.rates ?? '');
const compiled = createOnnxEngine({ name: 'cpu', device: 'CPU' });
const eager = createEagerEngine({ name: 'tensorflow', device: 'TensorFlow.js on the CPU', backend: 'cpu' });

/** The parameter of the fixture after its updates, and those of two sessions if it is saved and read after `half`. */
async function trained(engine: Engine, settings: OptimizerSettings, resumeAfter?: number) {
  const start = fixture.get('start');
  let optimizer = createOptimizer(settings);
  const tensors = new Map([['w', start], ...initialSlots(optimizer, new Map([['w', start]]))]);
  let state = engine.state(tensors);
  const open = () =>
    engine.compile(
      (inputs, values) => {
        const weights = trainingWeights(optimizer, values, ['w']).w!;
        const { curvature, target, noise } = inputs;
        const gradient = tf.add(tf.mul(curvature!, tf.sub(weights, target!)), noise!);
        return { outputs: {}, state: applyGradients(optimizer, values, { w: gradient }, inputs) };
      },
      {
        inputs: {
          curvature: start.shape,
          target: start.shape,
          noise: start.shape,
          ...factorShapes(optimizer),
        },
        state: Object.keys(state.shapes),
      },
      state,
    );
  let program = await open();
  const size = start.data.length;
  const noise = fixture.get('noise').data;
  for (const index of rates.keys()) {
    if (index === resumeAfter) {
      const saved = await state.read();
      await program.close();
      await state.close();
      optimizer = createOptimizer(settings);
      state = engine.state(saved);
      program = await open();
    }
    await program.run({
      curvature: fixture.get('curvature').data,
      target: fixture.get('target').data,
      noise: noise.slice(index * size, (index + 1) * size),
      ...factorInputs(optimizer, (step) => rates[step - 1]!, index + 1),
    });
  }
  const after = await state.read();
  await program.close();
  await state.close();
  return after;
}

const norm = (values: Iterable<number>) => Math.hypot(...values);

test.each(Object.entries(cases))(
  '100 steps of %s as PyTorch or the paper’s formula in double precision',
  async (name, settings) => {
    const { data: expected } = fixture.get(`end.${name}`);
    const { data: start } = fixture.get('start');
    const { data: found } = (await trained(compiled, settings)).get('w')!;
    const change = norm(expected.map((value, i) => value - start[i]!));
    expect(norm(found.map((value, i) => value - expected[i]!)) / change).toBeLessThan(1e-5);
  },
);

test.each(Object.entries(cases))('%s holds as many tensors as estimates of memory count', (_, settings) => {
  expect(Object.keys(createOptimizer(settings).slots)).toHaveLength(tensorsPerParameter(settings));
});

test.each(Object.entries(cases))('%s is the same in TensorFlow.js', async (_, settings) => {
  const [a, b] = [await trained(compiled, settings), await trained(eager, settings)];
  const found = b.get('w')!.data;
  expect(a.get('w')!.data.every((value, i) => Math.abs(value - found[i]!) < 1e-5)).toBe(true);
});

test.each(Object.entries(cases))('%s resumes exactly', async (_, settings) => {
  expect(await trained(compiled, settings, 37)).toEqual(await trained(compiled, settings));
});
