import { describe, expect, test } from 'vitest';
import {
  epochOf,
  lrPatch,
  type Machine,
  type MeasuredRun,
  memoryEstimate,
  parameterCounts,
  stageLength,
  timeEstimate,
} from '../../../../server/language/estimates.ts';
import { type ResolvedConfig, readRunFile } from '../../../../trainer/config/index.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { discriminatorArchitecture } from '../../../../trainer/models/discriminator/discriminators.ts';
import { discriminatorOptions } from '../../../../trainer/models/discriminator/shapes.ts';
import { architectureOf } from '../../../../trainer/models/generators.ts';
import { generatorOptions } from '../../../../trainer/models/shapes.ts';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { asOnUnix } from '../../../unix.ts';

function configOf(text: string): ResolvedConfig {
  const { config, problems } = readRunFile(text, { file: '/p/run.esrgan.yaml' });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!config) throw new Error('no config');
  return config;
}

describe('parameter counts', () => {
  test('of the published networks', () => {
    expect(parameterCounts(configOf(''))).toEqual({
      generator: 16_697_987,
      upscaling: 16_697_987,
      discriminator: 7_196_233,
      vgg: 20_024_384,
    });
  });

  test.each([
    [
      'other block sizes',
      'generator: { rrdb_channels: 8, growth_channels: 4, num_basic_blocks: 2, num_dense_blocks: 2, num_residual_blocks: 3 }',
    ],
    [
      'sub-pixel convolutions',
      'generator: { rrdb_channels: 8, growth_channels: 4, num_basic_blocks: 1, use_subpixel_conv: true }',
    ],
    [
      'no upscaling',
      'scale_factor: 1\ngenerator: { rrdb_channels: 8, growth_channels: 4, num_basic_blocks: 1 }',
    ],
    [
      'eight times',
      'scale_factor: 8\ngenerator: { rrdb_channels: 8, growth_channels: 4, num_basic_blocks: 1 }',
    ],
    [
      'no hidden layer',
      'generator: { num_basic_blocks: 1 }\ndiscriminator: { vgg_blk_ch: [4, 8, 8], fc_features: [] }',
    ],
    [
      'two hidden layers',
      'generator: { num_basic_blocks: 1 }\ndiscriminator: { vgg_blk_ch: [4], fc_features: [10, 5] }',
    ],
    ['a U-Net', 'generator: { num_basic_blocks: 1 }\ndiscriminator: { type: unet, num_feat: 4 }'],
    [
      'a PatchGAN',
      'generator: { num_basic_blocks: 1 }\ndiscriminator: { type: patchgan, num_feat: 4, n_layers: 4 }',
    ],
  ])('equal those of the trainer: %s', (_, text) => {
    const config = configOf(
      text.includes('discriminator') ? text : `${text}\ndiscriminator: { vgg_blk_ch: [4, 4, 8] }`,
    );
    const options = generatorOptions(config);
    const count = (tensors: Map<string, { data: { length: number } }>) =>
      [...tensors].reduce(
        (sum, [name, { data }]) => sum + (/running_|weight_[uv]$/.test(name) ? 0 : data.length),
        0,
      );
    const dOptions = discriminatorOptions(config);
    const random = createRandom(1);
    expect(parameterCounts(config)).toMatchObject({
      generator: count(architectureOf(options).initial(options, random)),
      discriminator: count(discriminatorArchitecture(dOptions).initial(dOptions, random)),
    });
  });

  test('of SPAN as it is trained, and merged as it upscales', () => {
    const { generator, upscaling } = parameterCounts(configOf('generator: { type: span }'));
    expect(upscaling).toBe(426_288);
    expect(generator).toBeGreaterThan(4 * upscaling);
  });

  test('of the U-Net of Real-ESRGAN', () => {
    expect(parameterCounts(configOf('discriminator: { type: unet }')).discriminator).toBe(4_376_897);
  });

  test.each([
    ['perceptual_loss: false', 0],
    ['perceptual_loss: { layer_weights: { conv1_1: 1 } }', 1792],
    ['perceptual_loss: { vgg_type: vgg16, layer_weights: { conv2_2: 1, conv1_2: 1 } }', 260_160],
  ])('of VGG with %s: %i', (text, expected) => expect(parameterCounts(configOf(text)).vgg).toBe(expected));
});

describe('the length of a stage', () => {
  const counts = new Map([
    ['/p/data/DIV2K_train_HR', 800],
    ['/p/data/BSR/BSDS500/data/images/train', 200],
    ['/p/few', 10],
  ]);
  const length = (text: string, stage: Stage = 'pretraining') =>
    stageLength(configOf(text), stage, (pattern) => counts.get(asOnUnix(pattern)));
  test.each<[string, ReturnType<typeof length>]>([
    ['', { images: 800, stepsPerEpoch: 50, steps: 500_000 }],
    [
      'pretraining: { train_datasets: [div2k, bsds500] }',
      { images: 1000, stepsPerEpoch: 62, steps: 620_000 },
    ],
    [
      'datasets: { div2k: { weight: 2 }, few: { hr: few, weight: 0.1 } }\npretraining: { train_datasets: [div2k, few] }',
      { images: 810, stepsPerEpoch: 100, steps: 1_000_000 },
    ],
    ['pretraining: { num_epoch: 3, num_step: 100 }', { images: 800, stepsPerEpoch: 50, steps: 100 }],
    ['datasets: { few: { hr: few } }\npretraining: { train_datasets: [few] }', undefined],
    ['pretraining: { train_datasets: [div2k, set5] }', undefined],
  ])('%j', (text, expected) => expect(length(text)).toEqual(expected));

  test.each([
    [1, 1],
    [50, 1],
    [51, 2],
    [175_000, 3500],
  ])('step %i is in epoch %i of 50 steps', (step, epoch) => {
    expect(epochOf(step, { images: 800, stepsPerEpoch: 50, steps: 500_000 })).toBe(epoch);
  });

  test('the LR patch', () => {
    expect(lrPatch(configOf('scale_factor: 2\ntraining: { cr_patch_size: [192, 128] }'), 'training')).toEqual(
      [96, 64],
    );
  });
});

/** Runs as they were measured on two cores of an AMD EPYC: memory in MB, the fastest step in seconds. */
const measured: [string, Stage, number, number, number, number, number, string, number, number][] = [
  ['A', 'pretraining', 32, 16, 3, 4, 64, '', 347, 0.091],
  ['B', 'pretraining', 64, 32, 1, 4, 128, '', 593, 0.42],
  ['D', 'pretraining', 64, 32, 6, 2, 128, '', 672, 0.593],
  ['G', 'pretraining', 32, 16, 6, 8, 128, '', 780, 0.694],
  ['H', 'pretraining', 64, 32, 2, 16, 128, '', 1730, 2.12],
  ['F', 'pretraining', 64, 32, 23, 1, 64, '', 1147, 0.457],
  [
    'K',
    'training',
    32,
    16,
    3,
    4,
    64,
    'discriminator: { vgg_blk_ch: [16, 16, 32, 32, 64, 64] }\nperceptual_loss: false',
    390,
    0.124,
  ],
  ['L', 'training', 64, 32, 2, 2, 128, '', 1263, 1.261],
  ['M', 'training', 64, 32, 1, 4, 128, 'perceptual_loss: false', 1333, 1.419],
  ['N', 'training', 32, 16, 2, 4, 96, 'perceptual_loss: { layer_weights: { conv3_4: 1 } }', 1100, 1.092],
  ['O', 'training', 64, 32, 4, 4, 128, '', 1726, 2.724],
];
const net = (trunk: number, growth: number, blocks: number, batch: number, patch: number, more = '') =>
  configOf(
    `batch_size: ${batch}\ngenerator: { rrdb_channels: ${trunk}, growth_channels: ${growth}, num_basic_blocks: ${blocks} }\npretraining: { cr_patch_size: [${patch}, ${patch}] }\ntraining: { cr_patch_size: [${patch}, ${patch}] }\n${more}`,
  );
const cpu: Machine = { engine: 'cpu', runs: [] };

describe('memory and time differ from the measured ones by at most an eighth', () => {
  test.each(measured)('%s', (_, stage, trunk, growth, blocks, batch, patch, more, megabytes, seconds) => {
    const config = net(trunk, growth, blocks, batch, patch, more);
    expect(Math.abs(memoryEstimate(config, stage, cpu).value / (megabytes * 1e6) - 1)).toBeLessThan(1 / 8);
    expect(Math.abs((timeEstimate(config, stage, cpu)?.value ?? 0) / seconds - 1)).toBeLessThan(1 / 8);
  });
});

test('accumulation costs time for each batch, and memory for the gradients only', () => {
  const [large, small, accumulated] = [
    net(64, 32, 4, 8, 128),
    net(64, 32, 4, 2, 128),
    net(64, 32, 4, 2, 128, 'accumulate: 4'),
  ];
  const memory = (config: ResolvedConfig) => memoryEstimate(config, 'pretraining', cpu).value;
  const time = (config: ResolvedConfig) => timeEstimate(config, 'pretraining', cpu)!.value;
  expect(time(accumulated) / time(large)).toBeCloseTo(1, 6);
  const gradients = 2 * 4 * parameterCounts(small).generator;
  expect(memory(accumulated) - memory(small)).toBeCloseTo(gradients, 0);
  expect(memory(accumulated)).toBeLessThan(0.6 * memory(large));
});

describe('what a step has besides', () => {
  const gan = (training: string, more = '') =>
    configOf(
      `batch_size: 2\nperceptual_loss: false\ngenerator: { num_basic_blocks: 1 }\ntraining: { ${training} }\n${more}`,
    );
  const memory = (validation: string) =>
    memoryEstimate(gan('', `validation: ${validation}`), 'training', cpu).value;
  const time = (training: string) => timeEstimate(gan(training), 'training', cpu)!.value;
  const penalty = (steps: number) => `r1_penalty: { every_steps: ${steps} }`;

  test('an R1 penalty costs five passes of the discriminator, as often as it is computed', () => {
    const often = time(penalty(1)) - time('');
    expect(often).toBeGreaterThan(0);
    expect(time(penalty(4)) - time('')).toBeCloseTo(often / 4, 9);
  });

  test('feature matching reads the maps of the discriminator once more', () => {
    expect(time('feature_matching: { weight: 1 }')).toBeGreaterThan(time(''));
  });

  test.each([
    ['[niqe]', 0],
    // Two copies of the 14,714,688 parameters of VGG16 in 32 bits; nothing of images whose size is not known.
    ['[lpips]', 2 * 4 * 14_714_688],
    ['[lpips, dists, niqe]', 2 * 2 * 4 * 14_714_688],
  ])('the metrics %s take the memory of their networks', (metrics, expected) => {
    const of = (list: string) => memory(`{ crop_size: null, metrics: ${list} }`);
    expect(of(metrics) - of('[]')).toBeCloseTo(expected, 0);
  });

  test('the metrics take the memory of the maps of a crop', () => {
    const of = (crop: string) => memory(`{ crop_size: ${crop}, metrics: [lpips] }`);
    // Of an image of 16x16: 2 maps of 64 channels, then half the sides and twice the channels for each block.
    const maps = 64 * (2 * 256 + 2 * 2 * 64 + 3 * 4 * 16 + 3 * 8 * 4 + 3 * 8);
    expect(of('[16, 16]') - of('null')).toBeCloseTo(2 * 4 * maps, 0);
  });
});

describe('measured runs on this machine', () => {
  const small = net(32, 16, 3, 4, 64);
  const large = net(64, 32, 6, 8, 128);
  const run = (name: string, config: ResolvedConfig, more: Partial<MeasuredRun> = {}): MeasuredRun => ({
    name,
    config,
    stage: 'pretraining',
    engine: 'cpu',
    stepsPerSecond: 1,
    memoryBytes: 1e9,
    ...more,
  });
  const time = (config: ResolvedConfig, machine: Machine, stage: Stage = 'pretraining') =>
    timeEstimate(config, stage, machine);

  test('give their own time and memory', () => {
    const machine = { engine: 'cpu', runs: [run('a', small, { stepsPerSecond: 20, memoryBytes: 5e8 })] };
    expect(time(small, machine)?.value).toBeCloseTo(0.05, 9);
    expect(memoryEstimate(small, 'pretraining', machine).value).toBeCloseTo(5e8, 0);
  });

  test('are scaled for other configs', () => {
    const machine = { engine: 'cpu', runs: [run('a', small, { stepsPerSecond: 20 })] };
    const ratio = (time(large, cpu)?.value ?? 0) / (time(small, cpu)?.value ?? 0);
    expect((time(large, machine)?.value ?? 0) / 0.05).toBeCloseTo(ratio, 9);
  });

  test.each<[string, MeasuredRun[], Machine['engine'], string]>([
    ['the run closest in cost', [run('a', small), run('b', large)], 'cpu', 'Scaled from the run b '],
    [
      'a run of the same stage',
      [run('a', small), run('b', large, { stage: 'training' })],
      'cpu',
      'Scaled from the run a ',
    ],
    [
      'a run of the other stage if there is no better one',
      [run('b', large, { stage: 'training' })],
      'cpu',
      'Scaled from the run b ',
    ],
    [
      'no runs on other engines',
      [run('a', large, { engine: 'webgpu' })],
      'cpu',
      'Computed for two server CPU cores',
    ],
    [
      'no runs without a rate',
      [run('a', large, { stepsPerSecond: null })],
      'cpu',
      'Computed for two server CPU cores',
    ],
    [
      'a run on the same GPU engine',
      [run('a', large, { engine: 'webgpu' })],
      'webgpu',
      'Scaled from the run a ',
    ],
  ])('%s', (_, runs, engine, basis) => {
    expect(time(large, { engine, runs })?.basis).toContain(basis);
  });

  test('runs with another generator are estimates, and come after those with the same one', () => {
    const compact = configOf('generator: { type: compact, num_feat: 24, num_conv: 4 }');
    const basis = (...runs: MeasuredRun[]) => time(small, { engine: 'cpu', runs });
    expect(basis(run('a', compact))).toMatchObject({ isMeasured: false, digits: 1 });
    expect(basis(run('a', compact), run('b', small))?.basis).toContain('the run b ');
  });

  test.each<[string, Machine]>([
    ['an engine without measured runs', { engine: 'cuda', runs: [run('a', large)] }],
    ['an unknown engine', { engine: null, runs: [] }],
  ])('give no time for %s', (_, machine) => expect(time(large, machine)).toBeUndefined());

  test('distant runs give one significant digit, close ones two', () => {
    const machine = { engine: 'cpu', runs: [run('a', small)] };
    expect([time(small, machine)?.digits, time(large, machine)?.digits, time(small, cpu)?.digits]).toEqual([
      2, 1, 1,
    ]);
  });
});
