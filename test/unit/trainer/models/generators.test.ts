import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { completeOptimizer } from '../../../../trainer/config/optimizer-settings.ts';
import { createEagerEngine } from '../../../../trainer/engine/eager-engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { generator } from '../../../../trainer/models/generators.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';
import { type GeneratorOptions, generatorShapes } from '../../../../trainer/models/shapes.ts';
import { factorInputs, factorShapes, initialSlots } from '../../../../trainer/optimizers/apply.ts';
import { createOptimizer } from '../../../../trainer/optimizers/create-optimizer.ts';
import { pretrainingGradients } from '../../../../trainer/stages/pretraining-step.ts';
import { wholeStep } from '../../../../trainer/stages/step.ts';
import { channelsLast, type Fixture, largestDifference, readFixture } from './fixture.ts';

const compiled = createOnnxEngine({ name: 'cpu', device: 'CPU' });
const eager = createEagerEngine({ name: 'tensorflow', device: 'TensorFlow.js on the CPU', backend: 'cpu' });
const optionsOf = ({ metadata }: Fixture): GeneratorOptions => JSON.parse(metadata.options ?? '');
const fixtures = [
  'x4',
  'x2-subpixel',
  'x8',
  'x1-grey',
  'x2-unshuffle',
  'x1-unshuffle',
  'compact-x4',
  'compact-x2-relu',
  'compact-x1-leakyrelu',
  'compact-x8-shallow',
  'span-x4',
  'span-x2-norm',
  'span-x1-grey',
  'realplksr-x4',
  'realplksr-x2-layer-norm',
  'realplksr-x1-whole',
];

describe('generator', () => {
  test.each(fixtures)('%s has the parameter names and shapes of PyTorch programs', (name) => {
    const fixture = readFixture(`generator/${name}`);
    const expected = [...fixture.under('weights.')].map(([key, { shape }]) => `${key} ${shape}`);
    const { parameters } = generatorShapes(optionsOf(fixture));
    const actual = [...parameters].map(([key, shape]) => `${key} ${shape}`);
    expect(actual.sort()).toEqual(expected.sort());
  });

  test.each(fixtures.flatMap((name) => [compiled, eager].map((engine) => ({ name, engine }))))(
    '$name gives what PyTorch gives on $engine.device',
    async ({ name, engine }) => {
      const fixture = readFixture(`generator/${name}`);
      const lr = channelsLast(fixture.get('lr'));
      const program = await engine.freeze(
        (inputs, parameters) => ({
          outputs: { sr: generator(optionsOf(fixture), parameters, rank4(inputs.lr!)) },
        }),
        { lr: lr.shape },
        fixture.under('weights.'),
      );
      const { sr } = await program.run({ lr: lr.data });
      await program.close();
      expect(largestDifference(sr!, channelsLast(fixture.get('sr')).data)).toBeLessThan(1e-5);
    },
  );

  test.each(fixtures)(
    '%s trains as with PyTorch: losses, gradient norms, weights after Adam',
    async (name) => {
      const fixture = readFixture(`generator/${name}`);
      const [lr, hr] = [channelsLast(fixture.get('lr')), channelsLast(fixture.get('hr'))];
      const before = fixture.under('weights.');
      const learningRate = Number(fixture.metadata.learning_rate);
      const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'pretraining'));
      const state = new Map([...before, ...initialSlots(optimizer, before)]);
      const held = compiled.state(state);
      const parameters = [...before.keys()];
      const compute = pretrainingGradients({
        generator: optionsOf(fixture),
        losses: [{ type: 'l1', weight: 1, name: 'content_loss' }],
        optimizer,
        parameters,
      });
      const step = wholeStep(compute, [{ prefix: '', optimizer, parameters, hasEma: false }]);
      const inputs = { lr: lr.shape, hr: hr.shape, ...factorShapes(optimizer) };
      const program = await compiled.compile(step, { inputs, state: [...state.keys()] }, held);
      const losses = fixture.get('losses').data;
      const norms = fixture.get('gradient_norms').data;
      for (let index = 0; index < losses.length; index++) {
        const result = await program.run({
          lr: lr.data,
          hr: hr.data,
          ...factorInputs(optimizer, () => learningRate, index + 1),
        });
        expect(result.content_loss![0]! / losses[index]!).toBeCloseTo(1, 5);
        expect(result.gradient_norm![0]! / norms[index]!).toBeCloseTo(1, 4);
      }
      const after = await held.read();
      for (const [key, { data }] of fixture.under('trained.')) {
        // Each step moves a weight by up to the learning rate; five of them are compared.
        const difference = largestDifference(after.get(key)!.data, data);
        expect(difference / (learningRate * losses.length), key).toBeLessThan(1e-2);
      }
      await program.close();
      await held.close();
    },
  );
});
