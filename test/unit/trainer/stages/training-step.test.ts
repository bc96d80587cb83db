import { learningRateAt } from '../../../../trainer/config/learning-rate.ts';
import { completeOptimizer } from '../../../../trainer/config/optimizer-settings.ts';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { LossSettings } from '../../../../trainer/config/index.ts';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import type { Engine, HostTensor } from '../../../../trainer/engine/engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import type { GanType } from '../../../../trainer/losses/adversarial.ts';
import type { PerceptualSettings } from '../../../../trainer/losses/perceptual.ts';
import {
  discriminatorOptions,
  discriminatorShapes,
} from '../../../../trainer/models/discriminator/shapes.ts';
import type { GeneratorOptions } from '../../../../trainer/models/shapes.ts';
import { factorInputs, factorShapes, initialSlots } from '../../../../trainer/optimizers/apply.ts';
import { createOptimizer } from '../../../../trainer/optimizers/create-optimizer.ts';
import { lossTensorName } from '../../../../trainer/stages/loss-networks.ts';
import { wholeStep } from '../../../../trainer/stages/step.ts';
import {
  discriminatorName,
  type TrainingOptions,
  trainingGradients,
} from '../../../../trainer/stages/training-step.ts';
import { channelsLast, type Fixture, readFixture } from '../models/fixture.ts';

interface Case {
  readonly generator: GeneratorOptions;
  readonly discriminator: Parameters<typeof discriminatorOptions>[0]['discriminator'];
  readonly gan_type?: GanType;
  readonly perceptual: PerceptualSettings | false;
  readonly feature_matching?: { readonly weight: number; readonly layers: readonly number[] | null };
  readonly r1_factor?: number;
  readonly steps?: number;
  readonly patch: readonly [number, number];
  readonly batch: number;
  readonly content: number;
  readonly adversarial: number;
  readonly rates: {
    readonly g_lr: number;
    readonly d_lr: number;
    readonly g_sched_steps: readonly number[];
    readonly g_sched_gamma: number;
    readonly d_sched_steps: readonly number[];
    readonly d_sched_gamma: number;
  };
}

const compiled = createOnnxEngine({ name: 'cpu', device: 'CPU' });
const eager = createEagerEngine({ name: 'tensorflow', device: 'TensorFlow.js on the CPU', backend: 'cpu' });
const caseOf = ({ metadata }: Fixture): Case => JSON.parse(metadata.case ?? '');
/** Those of the fixture, 20 where it does not say. */
const stepsOf = (fixture: Fixture) => caseOf(fixture).steps ?? 20;

function rateAt(base: number, milestones: readonly number[], gamma: number): (step: number) => number {
  return (step) => learningRateAt(base, { type: 'multi_step', warmup_steps: 0, milestones, gamma }, step);
}

/** Trains the networks of the fixture on its batches: the outputs of each step, and the state after the last. */
async function trained(
  engine: Engine,
  fixture: Fixture,
  count: number,
  changes: Partial<TrainingOptions> = {},
): Promise<{ logs: Record<string, number>[]; state: Map<string, HostTensor> }> {
  const { generator, discriminator, gan_type, feature_matching, r1_factor, perceptual, ...others } =
    caseOf(fixture);
  const { patch, batch, content, adversarial, rates } = others;
  const options = discriminatorOptions({ img_channels: generator.img_channels, discriminator });
  const dNames = [...discriminatorShapes(options).parameters.keys()].map(discriminatorName);
  const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'training'));
  const state = new Map(fixture.under('generator.'));
  const parameters = [...state.keys()];
  for (const [name, tensor] of fixture.under('discriminator.')) state.set(discriminatorName(name), tensor);
  for (const [name, { shape, data }] of [...state]) {
    if (name.startsWith(discriminatorName('')) && !dNames.includes(name)) continue;
    for (const [slot, tensor] of initialSlots(optimizer, new Map([[name, { shape, data }]])))
      state.set(slot, tensor);
  }
  for (const [name, tensor] of fixture.under('vgg.')) state.set(lossTensorName(1, name), tensor);

  const losses: LossSettings[] = [{ type: 'l1', weight: content, name: 'content_loss' }];
  if (perceptual)
    losses.push({ type: 'perceptual', weight: 1, name: 'perceptual_loss', ...perceptual, style_weight: 0 });
  const held = engine.state(state);
  const compute = trainingGradients({
    generator,
    parameters,
    discriminator: options,
    losses,
    ganType: gan_type ?? 'ragan',
    ...(feature_matching && { featureMatching: feature_matching }),
    r1Factor: r1_factor ?? 0,
    adversarialScaling: adversarial,
    generatorOptimizer: optimizer,
    discriminatorOptimizer: optimizer,
    ...changes,
  });
  const step = wholeStep(compute, [
    { prefix: 'g_', optimizer, parameters, hasEma: false },
    { prefix: 'd_', optimizer, parameters: dNames, hasEma: false },
  ]);
  const [lr, hr] = [channelsLast(fixture.get('lr')), channelsLast(fixture.get('hr'))];
  const shapeOf = (scale: number) => [batch, patch[0] / scale, patch[1] / scale, generator.img_channels];
  const scalars = { ...factorShapes(optimizer, 'g_'), ...factorShapes(optimizer, 'd_') };
  const program = await engine.compile(
    step,
    {
      inputs: { lr: shapeOf(generator.scale_factor), hr: shapeOf(1), ...scalars },
      state: [...state.keys()],
      frozen: [...fixture.under('vgg.').keys()].map((name) => lossTensorName(1, name)),
    },
    held,
  );
  const logs: Record<string, number>[] = [];
  const batchOf = ({ data }: { data: Float32Array }, index: number, scale: number) => {
    const length = shapeOf(scale).reduce((product, dimension) => product * dimension, 1);
    return data.slice((index * length) % data.length, ((index * length) % data.length) + length);
  };
  for (let index = 0; index < count; index++) {
    const gRate = rateAt(rates.g_lr, rates.g_sched_steps, rates.g_sched_gamma)(index + 1);
    const dRate = rateAt(rates.d_lr, rates.d_sched_steps, rates.d_sched_gamma)(index + 1);
    const outputs = await program.run({
      lr: batchOf(lr, index, generator.scale_factor),
      hr: batchOf(hr, index, 1),
      ...factorInputs(optimizer, () => gRate, index + 1, 'g_'),
      ...factorInputs(optimizer, () => dRate, index + 1, 'd_'),
    });
    const numbers = Object.entries(outputs).map(([name, data]) => [name, data[0]!]);
    logs.push({ ...Object.fromEntries(numbers), g_learning_rate: gRate, d_learning_rate: dRate });
  }
  const after = await held.read();
  await program.close();
  await held.close();
  return { logs, state: after };
}

const norm = (data: Float32Array) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
const difference = (a: Float32Array, b: Float32Array) => a.map((value, index) => value - b[index]!);

const fixtures = [
  'perceptual',
  'normalized',
  'unet',
  'unet-without-skips',
  'patchgan',
  'vgg-r1',
  'unet-r1',
  'patchgan-r1',
];

describe.each(fixtures)('a GAN training step equals PyTorch’s: %s', (name) => {
  const fixture = readFixture(`gan/${name}`);

  test('losses, probabilities, gradient norms and learning rates', async () => {
    const { logs } = await trained(compiled, fixture, stepsOf(fixture));
    const expected = fixture.under('log.');
    expect(Object.keys(logs[0]!).sort()).toEqual([...expected.keys()].sort());
    for (const [key, { data }] of expected) {
      const errors = logs.map((log, index) => Math.abs(log[key]! / data[index]! - 1));
      // Losses differ by less than 1e-6. A gradient may differ more if rounding changes the sign of a difference in
      // the L1 loss.
      const bound = key.endsWith('_gradient_norm') ? 1e-4 : 1e-5;
      expect(Math.max(...errors), `${key} at any step`).toBeLessThan(bound);
    }
  });

  test('every parameter and statistic after the last step, relative to its change', async () => {
    const { state } = await trained(compiled, fixture, stepsOf(fixture));
    const before = new Map([...fixture.under('')]);
    for (const [key, { data }] of fixture.under('trained.')) {
      // A relativistic loss does not change if all logits shift, so the gradient of their bias is zero except for
      // rounding, and Adam follows its sign.
      if (key === 'discriminator.head.linear_out.bias') continue;
      // A unit vector of one entry stays 1 or -1.
      if (key.endsWith('.weight_u') && data.length === 1) continue;
      const [net, ...rest] = key.split('.');
      const found = state.get(net === 'discriminator' ? discriminatorName(rest.join('.')) : rest.join('.'))!;
      const change = norm(difference(data, before.get(key)!.data));
      expect(change, `change of ${key}`).toBeGreaterThan(0);

      expect(norm(difference(found.data, data)) / change, key).toBeLessThan(1e-4);
    }
    for (const [key, { data }] of fixture.under('vgg.'))
      expect(state.get(lossTensorName(1, key))!.data).toEqual(data);
  });

  test('in TensorFlow.js, without leaking tensors', async () => {
    tf.setBackend('cpu');
    const before = tf.memory().numTensors;
    const { logs } = await trained(eager, fixture, 2);
    expect(tf.memory().numTensors).toBe(before);
    for (const [key, { data }] of fixture.under('log.')) {
      // TensorFlow.js 4.22's own CPU kernel for the gradient of an upsampling is wrong for all but the first image.
      if (key !== 'g_gradient_norm') expect(logs[0]![key]! / data[0]!, key).toBeCloseTo(1, 4);
    }
  });
});
