import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ResolvedConfig, readRunFile } from '../../../../trainer/config/index.ts';
import { completeOptimizer } from '../../../../trainer/config/optimizer-settings.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import type { Engine, HostTensors } from '../../../../trainer/engine/engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { discriminatorArchitecture } from '../../../../trainer/models/discriminator/discriminators.ts';
import { discriminatorOptions } from '../../../../trainer/models/discriminator/shapes.ts';
import { architectureOf } from '../../../../trainer/models/generators.ts';
import { generatorOptions } from '../../../../trainer/models/shapes.ts';
import { createOptimizer } from '../../../../trainer/optimizers/create-optimizer.ts';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { initialState, parametersInState } from '../../../../trainer/stages/network-state.ts';
import { discriminatorNetwork, generatorNetwork } from '../../../../trainer/stages/networks.ts';
import { pretrainingGradients } from '../../../../trainer/stages/pretraining-step.ts';
import { trainingGradients } from '../../../../trainer/stages/training-step.ts';
import { clipFactor, openUpdater, type Updater } from '../../../../trainer/stages/updater.ts';
import { hasGpu, needsGpu, useTestGpu } from '../engine/test-gpu.ts';

useTestGpu();

const cpu = createOnnxEngine({ name: 'cpu', device: 'CPU' });

type Batch = Parameters<Updater['update']>[0];
type Scalars = Awaited<ReturnType<Updater['update']>>;

interface Trained {
  readonly scalars: readonly Scalars[];
  readonly updates: readonly number[];
  readonly state: HostTensors;
}

/** Updates tiny networks, which always start from the same weights, once with each batch. */
async function trained(
  engine: Engine,
  stage: Stage,
  batches: readonly Batch[],
  settings: readonly string[],
  isPaused: () => boolean = () => false,
): Promise<Trained> {
  const config = configOf(settings);
  const updater = await (stage === 'pretraining' ? openGenerator : openBoth)(engine, config, isPaused);
  const scalars: Scalars[] = [];
  for (const batch of batches) scalars.push(await updater.update(batch));
  const state = await updater.state.read();
  await updater.close();
  return { scalars, updates: [...updater.updates], state };
}

const losses = [{ type: 'l2', weight: 1, name: 'content_loss' }] as const;

function openGenerator(engine: Engine, config: ResolvedConfig): Promise<Updater> {
  const options = generatorOptions(config);
  const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'pretraining'));
  const network = generatorNetwork(config, optimizer, '');
  const parameters = parametersInState(network);
  const weights = architectureOf(options).initial(options, createRandom(1, 'weights'));
  return openUpdater({
    config,
    stage: 'pretraining',
    engine,
    compute: pretrainingGradients({ generator: options, losses, optimizer, parameters }),
    networks: [{ prefix: '', optimizer, parameters, hasEma: false, learningRate: () => 1e-3 }],
    tensors: initialState(network, weights),
    resumed: undefined,
  });
}

function openBoth(engine: Engine, config: ResolvedConfig, isPaused: () => boolean): Promise<Updater> {
  const options = generatorOptions(config);
  const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'training'));
  const generator = generatorNetwork(config, optimizer, '');
  const dOptions = discriminatorOptions(config);
  const discriminator = discriminatorNetwork(config, optimizer);
  const weights = architectureOf(options).initial(options, createRandom(1, 'weights'));
  const shared = { optimizer, hasEma: false, learningRate: () => 1e-3 };
  return openUpdater({
    config,
    stage: 'training',
    engine,
    compute: trainingGradients({
      generator: options,
      parameters: parametersInState(generator),
      discriminator: dOptions,
      losses,
      ganType: 'ragan',
      r1Factor: 0,
      adversarialScaling: 0.1,
      generatorOptimizer: optimizer,
      discriminatorOptimizer: optimizer,
    }),
    networks: [
      { ...shared, prefix: 'g_', parameters: parametersInState(generator) },
      {
        ...shared,
        prefix: 'd_',
        parameters: parametersInState(discriminator),
        isPaused,
      },
    ],
    tensors: new Map([
      ...initialState(generator, weights),
      ...initialState(
        discriminator,
        discriminatorArchitecture(dOptions).initial(dOptions, createRandom(2, 'discriminator')),
      ),
    ]),
    resumed: undefined,
  });
}

function configOf(settings: readonly string[]): ResolvedConfig {
  const text = [
    'scale_factor: 2',
    'generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }',
    'discriminator: { vgg_blk_ch: [4, 4, 6], fc_features: [5] }',
    'datasets: { set: { hr: { train: train, val: val } } }',
    'pretraining: { cr_patch_size: [16, 16], train_datasets: [set], val_datasets: [] }',
    ...(settings.some((line) => line.startsWith('training')) ? [] : [trainingWith('')]),
    ...settings,
  ].join('\n');
  const { config, problems } = readRunFile(text, { file: join(import.meta.dirname, 'tiny.esrgan.yaml') });
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}

function trainingWith(settings: string): string {
  return `training: { cr_patch_size: [16, 16], train_datasets: [set], val_datasets: []${settings} }`;
}

/** Batches of so many patches, which are the same for any number of them. */
function batchesOf(patches: number, count = 3): Batch[] {
  const random = createRandom(3, 'patches');
  const numbers = (length: number) => Float32Array.from({ length }, () => random.next());
  return Array.from({ length: count }, () => ({
    lr: numbers(patches * 8 * 8 * 3),
    hr: numbers(patches * 16 * 16 * 3),
  }));
}

/** A batch with NaN in its first patch. */
function damaged({ lr, hr }: Batch): Batch {
  return { lr, hr: hr.map((value, index) => (index === 0 ? Number.NaN : value)) };
}

const norm = (data: Float32Array) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));

/** The largest distance of a tensor from the expected one, over its norm. */
function largestError(found: HostTensors, expected: HostTensors): number {
  const errors = [...expected].map(([name, { data }]) => {
    const values = found.get(name)!.data;
    return norm(values.map((value, index) => value - data[index]!)) / Math.max(norm(data), 1e-6);
  });
  return Math.max(...errors);
}

const without = (state: HostTensors, pattern: RegExp): HostTensors =>
  new Map([...state].filter(([name]) => !pattern.test(name)));

test.each([
  ['two batches of 2 patches', 2, 2],
  ['four batches of 1 patch', 1, 4],
])('the mean gradient of %s is that of 4 patches', async (_, batch_size, accumulate) => {
  const large = await trained(cpu, 'pretraining', batchesOf(4), ['batch_size: 4']);
  const found = await trained(cpu, 'pretraining', batchesOf(4), [
    `batch_size: ${batch_size}`,
    `accumulate: ${accumulate}`,
  ]);
  for (const [index, { content_loss, gradient_norm }] of large.scalars.entries()) {
    expect(found.scalars[index]!.content_loss! / content_loss!).toBeCloseTo(1, 5);
    expect(found.scalars[index]!.gradient_norm! / gradient_norm!).toBeCloseTo(1, 4);
  }
  expect(largestError(found.state, large.state)).toBeLessThan(1e-3);
});

test.each(['pretraining', 'training'] as const)('an update in halves is that in one: %s', async (stage) => {
  const whole = await trained(cpu, stage, batchesOf(4), ['batch_size: 4']);
  const halves = await trained(cpu, stage, batchesOf(4), ['batch_size: 4', 'clip_gradient_norm: 1.0e6']);
  expect(largestError(halves.state, whole.state)).toBeLessThan(1e-3);
  expect(halves.updates).toEqual(whole.updates);
});

test.each([
  ['pretraining', 1],
  ['pretraining', 2],
  ['training', 1],
  ['training', 2],
] as const)('a batch with NaN leaves everything as it was: %s, accumulate %d', async (stage, accumulate) => {
  const settings = [
    `batch_size: ${4 / accumulate}`,
    `accumulate: ${accumulate}`,
    'non_finite: { max_skipped: 3 }',
  ];
  const [first, second] = batchesOf(4);
  const expected = await trained(cpu, stage, [first!, second!], settings);
  const found = await trained(cpu, stage, [first!, damaged(second!), damaged(first!), second!], settings);
  expect(Object.values(found.scalars[1]!).some(Number.isNaN)).toBe(true);
  expect(found.updates).toEqual(expected.updates);
  // The batches of an update before the damaged one have been through the discriminator.
  const statistics = accumulate > 1 ? /running_/ : /none/;
  expect(without(found.state, statistics)).toEqual(without(expected.state, statistics));
  for (const { data } of found.state.values()) expect(data.every(Number.isFinite)).toBe(true);
});

test('a discriminator that is paused stays as it is, and the generator does not', async () => {
  const settings = ['batch_size: 4', trainingWith(', d_loss_threshold: 0.5')];
  const start = await trained(cpu, 'training', [], settings);
  const both = await trained(cpu, 'training', batchesOf(4), settings);
  const paused = await trained(cpu, 'training', batchesOf(4), settings, () => true);
  expect([both.updates, paused.updates]).toEqual([
    [3, 3],
    [3, 0],
  ]);
  const changed = (found: Trained) =>
    [...start.state.keys()].filter(
      (name) => norm(found.state.get(name)!.data.map((v, i) => v - start.state.get(name)!.data[i]!)) > 0,
    );
  const isOfDiscriminator = (name: string) => /discriminator/.test(name) && !/running_|^gradient/.test(name);
  expect(changed(both).filter(isOfDiscriminator).length).toBeGreaterThan(0);
  expect(changed(paused).filter(isOfDiscriminator)).toEqual([]);
  expect(changed(paused).filter((name) => !/discriminator/.test(name)).length).toBeGreaterThan(0);
});

test.each([
  [3, null, 1],
  [3, 4, 1],
  [4, 2, 0.5],
  [0, 2, 1],
])('gradients of norm %d are clipped to %d by the factor %d', (norm, largest, factor) => {
  expect(clipFactor(norm, largest)).toBeCloseTo(factor, 5);
});

test('clipped gradients of each network have the norm, and the curves that before', async () => {
  // The first moments after the first update are its gradients.
  const momentNorm = ({ state }: Trained, network: RegExp) =>
    Math.hypot(...[...state].filter(([name]) => network.test(name)).map(([, { data }]) => norm(data)));
  const moments = { g_: /^adam\.m\.(?!discriminator)/, d_: /^adam\.m\.discriminator/ };
  const batch = batchesOf(4, 1);
  const free = await trained(cpu, 'training', batch, ['batch_size: 4']);
  const largest = 1e-3;
  const clipped = await trained(cpu, 'training', batch, ['batch_size: 4', `clip_gradient_norm: ${largest}`]);
  for (const prefix of ['g_', 'd_'] as const) {
    const before = free.scalars[0]![`${prefix}gradient_norm`]!;
    expect(before).toBeGreaterThan(largest);
    expect(momentNorm(free, moments[prefix]) / before).toBeCloseTo(1, 4);
    expect(clipped.scalars[0]![`${prefix}gradient_norm`]! / before).toBeCloseTo(1, 4);
    const expected = before * Math.min(1, largest / (before + 1e-6));
    expect(momentNorm(clipped, moments[prefix]) / expected).toBeCloseTo(1, 4);
  }
});

describe.skipIf(!hasGpu)(needsGpu('on WebGPU'), () => {
  const webgpu = createOnnxEngine({ name: 'webgpu', device: 'GPU' });

  test('gradients stay on the device: a sum of two batches, and none of a batch with NaN', async () => {
    const settings = ['batch_size: 2', 'accumulate: 2', 'non_finite: { max_skipped: 3 }'];
    const [first, second] = batchesOf(4);
    const batches = [first!, damaged(second!), second!];
    const expected = await trained(cpu, 'pretraining', [first!, second!], settings);
    const found = await trained(webgpu, 'pretraining', batches, settings);
    expect(found.updates).toEqual([2]);
    expect(largestError(found.state, expected.state)).toBeLessThan(1e-3);
  });
});
