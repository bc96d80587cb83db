import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../../../trainer/data/random.ts';
import { readManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { sha256OfFile } from '../../../../trainer/runs/sha256.ts';
import { readStatus, writeStatus } from '../../../../trainer/runs/status.ts';
import { readSafetensors, writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { largestDifference } from '../models/fixture.ts';
import { readRunScalars } from '../runs/read-run-scalars.ts';
import { run, start } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder: string;

/** A run with 8 steps of pretraining, which every test copies. */
const pretrained = 'pretrained';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-train-gan-'));
  // Ignores weights in the user's cache.
  process.env.XDG_CACHE_HOME = folder;
  await writeWaves(folder, { train: 4, val: 1 });
  const random = createRandom(1, 'vgg');
  const noise = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  writeSafetensors(
    join(folder, 'vgg.safetensors'),
    new Map([
      ['features.0.weight', { shape: [64, 3, 3, 3], data: noise(64 * 27) }],
      ['features.0.bias', { shape: [64], data: noise(64) }],
    ]),
  );
  const { code, stderr } = await run('train', runFile(pretrained));
  expect([code, stderr]).toEqual([0, '']);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const defaults = {
  batch_size: '2',
  datasets: '{ waves: { hr: { train: train, val: val } } }',
  pretraining:
    '{ num_epoch: 4, cr_patch_size: [16, 16], lr: 1.0e-3, train_datasets: [waves], val_datasets: [waves] }',
  training:
    '{ num_epoch: 6, cr_patch_size: [16, 16], g_sched_steps: [4], d_sched_steps: [8], train_datasets: [waves], val_datasets: [waves] }',
  generator: '{ rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }',
  discriminator: '{ vgg_blk_ch: [4, 4, 6], fc_features: [5] }',
  perceptual_loss: '{ layer_weights: { conv1_1: 1 }, vgg_type: vgg11, weights: vgg.safetensors }',
  checkpoints: '{ every_steps: 5, keep: 3 }',
};

type Changes = Partial<typeof defaults> & {
  readonly [key in 'ema' | 'accumulate' | 'clip_gradient_norm' | 'non_finite']?: string;
};

/** Writes a run file for tiny models. */
function runFile(name: string, changes: Changes = {}): string {
  const path = join(folder, `${name}.esrgan.yaml`);
  const lines = [
    `name: ${name}`,
    'engine: cpu',
    'scale_factor: 2',
    'validation: { every_steps: 4, crop_size: [32, 32] }',
    'samples: { every_steps: 6, count: 1, crop_size: [32, 32] }',
    'log_every_steps: 1',
    ...Object.entries({ ...defaults, ...changes }).map(([key, value]) => `${key}: ${value}`),
  ];
  writeFileSync(path, [...lines, ''].join('\n'));
  return path;
}

const runOf = (name: string) => join(folder, 'runs', name);

/** The lines of a run's log, without their times. */
const logOf = (name: string) => readFileSync(runPaths(runOf(name)).log, 'utf8').replaceAll(/^\S+Z /gm, '');

/** A run file with a pretrained run. */
function pretrainedRun(name: string, changes: Changes = {}): string {
  cpSync(runOf(pretrained), runOf(name), { recursive: true });
  return runFile(name, changes);
}

function scalarsOf(name: string): Record<string, [number, number][]> {
  const { series } = readRunScalars(runOf(name));
  return Object.fromEntries(
    [...series]
      .filter(([tag]) => !tag.startsWith('machine/'))
      .map(([tag, { steps, values }]) => [tag, Array.from(steps, (step, index) => [step, values[index]!])]),
  );
}

const stepsOf = (scalars: Record<string, [number, number][]>, tag: string) =>
  scalars[tag]!.map(([step]) => step);
const between = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

const files = ['discriminator.safetensors', 'generator.safetensors', 'optimizer.safetensors'];
const tensorsOf = (name: string, checkpoint: string, file: string) =>
  readSafetensors(join(runOf(name), 'checkpoints', checkpoint, file)).tensors;

describe('esrgan train --stage training', () => {
  test('minimizes a list of losses, each with its curve', async () => {
    const list =
      '[{ type: charbonnier }, { type: huber }, { type: ms_ssim, scales: 1 }, { type: fft }, { type: focal_frequency, patch_factor: 2 }, { type: ldl, weight: 100 }, { type: color, name: chroma }, { type: gradient_variance }]';
    const file = pretrainedRun('list', {
      ema: '{ decay: 0.9 }',
      perceptual_loss: 'false',
      training: defaults.training.replace('num_epoch: 6', `num_step: 2, losses: ${list}`),
    });
    const { code, stderr } = await run('train', file, '--stage', 'training');
    expect([code, stderr]).toEqual([0, '']);
    const scalars = scalarsOf('list');
    const at = (name: string) => scalars[`train/${name}`]!.at(-1)![1];
    const names = ['charbonnier_loss', 'huber_loss', 'ms_ssim_loss', 'fft_loss', 'focal_frequency_loss'];
    const total = [...names, 'chroma', 'gradient_variance_loss'].reduce((sum, name) => sum + at(name), 0);
    expect(total + 100 * at('ldl_loss') + 0.005 * at('g_adversarial_loss')).toBeCloseTo(
      at('g_total_loss'),
      4,
    );
    expect(scalars['train/perceptual_loss']).toBeUndefined();
  });

  test('continues from the last pretraining checkpoint, on the same step axis', async () => {
    const file = pretrainedRun('whole', { ema: '{ decay: 0.9 }' });
    const { code, stderr, events } = await run('train', file, '--stage', 'training', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(events.at(-1)).toMatchObject({ event: 'end', reason: 'finished', step: 12 });
    const scalars = scalarsOf('whole');
    expect(stepsOf(scalars, 'train/content_loss')).toEqual(between(1, 20));
    expect(stepsOf(scalars, 'validation/psnr_rgb')).toEqual([4, 8, 12, 16, 20]);
    for (const name of [
      'g_total_loss',
      'perceptual_loss',
      'g_adversarial_loss',
      'd_adversarial_loss',
      'd_real',
      'd_fake',
      'g_gradient_norm',
      'd_gradient_norm',
      'g_learning_rate',
      'd_learning_rate',
    ]) {
      expect(stepsOf(scalars, `train/${name}`), name).toEqual(between(9, 20));
    }
    const rates = (tag: string) => scalars[tag]!.map(([, rate]) => Number((rate * 1e4).toFixed(3)));
    expect(rates('train/g_learning_rate')).toEqual([1, 1, 1, 1, ...Array<number>(8).fill(0.5)]);
    expect(rates('train/d_learning_rate')).toEqual([...Array<number>(8).fill(1), 0.5, 0.5, 0.5, 0.5]);

    const last = join(runOf('whole'), 'checkpoints', 'training-00000012');
    expect(readdirSync(last).sort()).toEqual([...files, 'generator-ema.safetensors', 'state.json'].sort());
    const discriminator = tensorsOf('whole', 'training-00000012', 'discriminator.safetensors');
    expect([...discriminator.keys()]).toContain('features.block_1.bn.running_var');
    expect(discriminator.get('head.block_0.linear.weight')!.shape).toEqual([5, 6 * 49]);
    expect(readdirSync(join(runOf('whole'), 'samples', 'training')).sort()).toEqual([
      '00000006',
      '00000012',
      'reference',
    ]);
  });

  const kinds: Readonly<Record<string, Changes>> = {
    plain: {},
    halves: {
      batch_size: '1',
      accumulate: '2',
      clip_gradient_norm: '0.01',
      non_finite: '{ max_skipped: 1 }',
      training: defaults.training.replace('}', ', d_loss_threshold: 0.69 }'),
    },
    unet: {
      discriminator: '{ type: unet, num_feat: 2 }',
      training: defaults.training.replace('}', ', gan_type: vanilla }'),
    },
    patchgan: {
      discriminator: '{ type: patchgan, num_feat: 2, n_layers: 2 }',
      training: defaults.training.replace('}', ', gan_type: hinge }'),
    },
    lazy: {
      training: defaults.training.replace(
        '}',
        ', feature_matching: { weight: 0.1 }, r1_penalty: { every_steps: 4 } }',
      ),
    },
  };

  describe('killed at any moment and resumed, ends with identical networks and curves', () => {
    const training = ['--stage', 'training'];
    /** The undisturbed run of each kind. */
    const whole = new Map<string, ReturnType<typeof run>>();

    test.each<[string, readonly number[]]>([
      // Before the first checkpoint, after one, and twice in a row.
      ['plain', [3]],
      ['plain', [7]],
      ['plain', [6, 11]],
      ['halves', [3]],
      ['halves', [6, 11]],
      ['unet', [7]],
      ['patchgan', [7]],
      ['lazy', [7]],
    ])('%s, %j', async (kind, moments) => {
      const changes = kinds[kind] ?? {};
      if (!whole.has(kind)) whole.set(kind, run('train', pretrainedRun(kind, changes), ...training));
      expect((await whole.get(kind)!).code).toBe(0);
      const name = `${kind}-killed-${moments.join('-')}`;
      const file = pretrainedRun(name, changes);
      for (const [index, moment] of moments.entries()) {
        const resume = index > 0 ? ['--resume'] : [];
        const running = start('train', file, ...training, '--json', ...resume);
        await running.event((event) => event.event === 'step' && event.step === moment);
        running.child.kill('SIGKILL');
        await running.outcome;
      }
      // Without --stage it resumes the last stage.
      const { code, stderr } = await run('train', file, '--resume');
      expect([code, stderr]).toEqual([0, '']);
      for (const each of files) {
        const bytes = (run: string) =>
          readFileSync(join(runOf(run), 'checkpoints', 'training-00000012', each));
        expect(bytes(name).equals(bytes(kind)), `${name} ${each}`).toBe(true);
      }
      expect(scalarsOf(name)).toEqual(scalarsOf(kind));
    });
  });

  test('the curve of the R1 penalty starts with the first one, and has the last', async () => {
    // The run above.
    const penalties = scalarsOf('lazy')['train/d_r1_penalty']!;
    expect(penalties.map(([step]) => step)).toEqual(between(12, 20));
    const values = penalties.map(([, value]) => value);
    expect(new Set(values)).toEqual(new Set([values[0], values[4], values[8]]));
    for (const at of [0, 4]) expect(new Set(values.slice(at, at + 4)).size).toBe(1);
  });

  test('the discriminator starts from the weights of `discriminator.init`', async () => {
    const unet = '{ type: unet, num_feat: 2 }';
    expect(
      (await run('train', pretrainedRun('given', { discriminator: unet }), '--stage', 'training')).code,
    ).toBe(0);
    const file = join(runOf('given'), 'checkpoints', 'training-00000012', 'discriminator.safetensors');
    const { code, stderr } = await run(
      'train',
      pretrainedRun('continued', {
        discriminator: unet.replace('}', `, init: '${file}' }`),
        // Too small to change a weight.
        training: defaults.training.replace('}', ', d_lr: 1.0e-15 }'),
      }),
      '--stage',
      'training',
    );
    expect([code, stderr]).toEqual([0, '']);
    const weights = tensorsOf('continued', 'training-00000012', 'discriminator.safetensors');
    const name = 'conv3.weight_orig';
    expect(weights.get(name)!.data).toEqual(readSafetensors(file).tensors.get(name)!.data);
  });

  test('a discriminator that wins is not updated: the curve has the fraction of such steps', async () => {
    const wins = { training: defaults.training.replace('}', ', d_loss_threshold: 0.69 }') };
    expect((await run('train', pretrainedRun('wins', wins), '--stage', 'training')).code).toBe(0);
    const scalars = scalarsOf('wins');
    const losses = scalars['train/d_adversarial_loss']!.map(([, loss]) => loss);
    let skipped = 0;
    const expected = losses.map((loss, index) => {
      if (loss < 0.69) skipped += 1;
      return skipped / (index + 1);
    });
    const fractions = scalars['train/d_skipped_fraction']!.map(([, fraction]) => fraction);
    for (const [index, fraction] of fractions.entries()) expect(fraction).toBeCloseTo(expected[index]!, 6);
    expect(skipped).toBeGreaterThan(0);
    expect(skipped).toBeLessThan(losses.length);
  });

  test('records its data, and logs when they have changed', async () => {
    const others = join(folder, 'others');
    cpSync(join(folder, 'train'), others, { recursive: true });
    const onOthers = { datasets: '{ waves: { hr: { train: train, val: val } }, others: { hr: others } }' };
    const training =
      '{ num_step: 1, cr_patch_size: [16, 16], train_datasets: [others], val_datasets: [waves] }';
    const file = pretrainedRun('two-sets', { ...onOthers, training });
    expect((await run('train', file, '--stage', 'training')).code).toBe(0);
    const data = () => readManifest(runPaths(runOf('two-sets')))?.data;
    expect(Object.keys(data()!)).toEqual(['waves', 'others']);
    expect(data()?.others?.files).toBe(4);

    rmSync(join(others, readdirSync(others)[0]!));
    expect((await run('train', file, '--resume')).code).toBe(0);
    expect(data()?.others?.files).toBe(3);
    expect(readFileSync(runPaths(runOf('two-sets')).log, 'utf8')).toMatch(
      /dataset others has changed since the run was last trained on it: 4 files before, 3 now/,
    );
  });

  test('starts from the weights that `init` names', async () => {
    // The last checkpoint of this run is the best, so its state is changed to name an earlier one.
    const best = 'pretraining-00000004';
    const stateOf = (run: string) => join(runOf(run), 'checkpoints', 'pretraining-00000008', 'state.json');
    const state = JSON.parse(readFileSync(stateOf(pretrained), 'utf8'));
    const file = join(runOf(pretrained), 'checkpoints', best, 'generator.safetensors');
    for (const [name, init] of [
      ['from-last', 'last'],
      ['from-best', 'best'],
      ['from-file', file],
    ] as const) {
      // With a tiny learning rate the weights do not change.
      const unchanged = `{ init: ${init}, g_lr: 1.0e-12, num_step: 1, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves] }`;
      const runFile = pretrainedRun(name, { training: unchanged });
      writeFileSync(stateOf(name), JSON.stringify({ ...state, best: { ...state.best, step: 4 } }));
      const { code, stderr } = await run('train', runFile, '--stage', 'training');
      expect([name, code, stderr]).toEqual([name, 0, '']);
      const scalars = scalarsOf(name);
      expect(stepsOf(scalars, 'train/d_real')).toEqual([9]);
      expect(stepsOf(scalars, 'train/content_loss')).toEqual(between(1, 9));
      const source = init === 'last' ? 'pretraining-00000008' : best;
      const initial = tensorsOf(pretrained, source, 'generator.safetensors');
      const weights = `checkpoints/${source}/generator.safetensors`;
      expect(readManifest(runPaths(runOf(name)))?.ancestry).toEqual([
        {
          stage: 'training',
          path: init === file ? file : weights,
          sha256: sha256OfFile(join(runOf(pretrained), weights)),
        },
      ]);
      for (const [key, { data }] of tensorsOf(name, 'training-00000001', 'generator.safetensors')) {
        expect(largestDifference(data, initial.get(key)!.data), key).toBeLessThan(1e-9);
      }
    }
  });

  test('trains without a perceptual loss if it is off', async () => {
    const file = pretrainedRun('plain', { perceptual_loss: 'false' });
    expect((await run('train', file, '--stage', 'training', '--max-steps', '2')).code).toBe(0);
    expect(scalarsOf('plain')).not.toHaveProperty('train/perceptual_loss');
  });

  test.each([
    {
      name: 'missing VGG weights, before anything is written',
      file: () => runFile('no-vgg', { perceptual_loss: '{}' }),
      flags: [],
      code: 3,
      message: /needs the weights of vgg19, .*esrgan weights download vgg19/,
    },
    {
      name: 'a missing checkpoint of the pretraining',
      file: () => runFile('fresh'),
      flags: [],
      code: 6,
      message: /training\.init is `last`, but the run fresh has no checkpoint.*--stage pretraining/,
    },
    {
      name: 'a stage that was already started',
      file: () => runFile('plain'),
      flags: [],
      code: 6,
      message: /training stage of run plain was already started.*--resume/,
    },
    {
      name: 'another generator than the checkpoint’s',
      file: () => {
        const path = pretrainedRun('other');
        writeFileSync(path, readFileSync(path, 'utf8').replace('growth_channels: 2', 'growth_channels: 3'));
        return path;
      },
      flags: [],
      code: 4,
      message: /training\.init: .*does not match the run file: `growth_channels` is 2 instead of 3/,
    },
    {
      name: 'another discriminator when it resumes',
      file: () =>
        runFile('plain', {
          perceptual_loss: 'false',
          discriminator: '{ vgg_blk_ch: [4, 4], fc_features: [5] }',
        }),
      flags: ['--resume'],
      code: 6,
      message:
        /networks of the run file do not match those of .*head\.block_0\.linear\.weight is \[5,294\] instead of \[5,196\]/,
    },
    {
      name: 'weights of another VGG',
      file: () =>
        pretrainedRun('deep', {
          perceptual_loss: '{ layer_weights: { conv2_1: 1 }, vgg_type: vgg11, weights: vgg.safetensors }',
        }),
      flags: [],
      code: 4,
      message:
        /vgg\.safetensors does not hold torchvision's weights of vgg11.*features\.3\.weight is missing/,
    },
  ])('rejects $name', async ({ file, flags, code, message }) => {
    const path = file();
    const result = await run('train', path, '--stage', 'training', ...flags);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
  });
});

describe('esrgan train --stage all', () => {
  const all = ['--stage', 'all'];
  const statusOf = (name: string) => readStatus(runPaths(runOf(name)));
  const sessionsOf = (name: string) =>
    readManifest(runPaths(runOf(name)))?.sessions.map(({ start, stop }) => [start.stage, stop?.reason]);
  const isStep = (stage: string, step: number) => (event: Readonly<Record<string, unknown>>) =>
    event.event === 'step' && event.stage === stage && event.step === step;
  const bytes = (name: string) =>
    files.map((each) => readFileSync(join(runOf(name), 'checkpoints', 'training-00000012', each)));

  test('trains one stage after the other, as two commands would', async () => {
    expect((await run('train', pretrainedRun('separate'), '--stage', 'training')).code).toBe(0);
    const { code, stderr, events } = await run('train', runFile('both'), ...all, '--json');
    expect([code, stderr]).toEqual([0, '']);
    const ends = events.filter(({ event }) => event === 'end');
    expect(ends).toEqual([{ event: 'end', reason: 'finished', step: 12, run: runOf('both') }]);
    expect(sessionsOf('both')).toEqual([
      ['pretraining', 'finished'],
      ['training', 'finished'],
    ]);
    expect(bytes('both')).toEqual(bytes('separate'));
    expect(scalarsOf('both')).toEqual(scalarsOf('separate'));
  });

  test('refuses the weights of another VGG before the pretraining', async () => {
    const file = runFile('hasty', {
      perceptual_loss: '{ layer_weights: { conv2_1: 1 }, vgg_type: vgg11, weights: vgg.safetensors }',
    });
    const { code, stderr } = await run('train', file, ...all);
    expect(stderr).toMatch(/vgg\.safetensors does not hold torchvision's weights of vgg11/);
    expect(code).toBe(4);
    expect(existsSync(runOf('hasty'))).toBe(false);
  });

  test('trains a compact generator', async () => {
    const file = runFile('compact', { generator: '{ type: compact, num_feat: 4, num_conv: 2 }' });
    const { code, stderr } = await run('train', file, ...all);
    expect([code, stderr]).toEqual([0, '']);
    const path = join(runOf('compact'), 'checkpoints', 'training-00000012', 'generator.safetensors');
    const { options, parameters } = readGenerator(path);
    expect(options).toMatchObject({ type: 'compact', num_feat: 4, num_conv: 2, act: 'prelu' });
    expect([...parameters.get('body.1.weight')!.data]).not.toContain(0.25);
  });

  test('killed in either stage and resumed, ends with identical networks and curves', async () => {
    const moments = [
      [isStep('pretraining', 3)],
      [isStep('pretraining', 8)],
      [isStep('training', 3)],
      [isStep('pretraining', 6), isStep('training', 7)],
    ];
    for (const [index, kills] of moments.entries()) {
      const name = `all-killed-${index}`;
      const file = runFile(name);
      for (const [count, moment] of kills.entries()) {
        const running = start('train', file, '--json', ...(count > 0 ? ['--resume'] : all));
        await running.event(moment);
        running.child.kill('SIGKILL');
        await running.outcome;
      }
      // Without --stage it continues with what was started.
      const { code, stderr } = await run('train', file, '--resume', ...(index === 0 ? all : []));
      expect([name, code, stderr]).toEqual([name, 0, '']);
      expect(bytes(name)).toEqual(bytes('separate'));
      expect(scalarsOf(name)).toEqual(scalarsOf('separate'));
    }
  });

  test.skipIf(process.platform === 'win32').each([
    ['SIGINT', 130, 'Stopped on request.'],
    ['SIGUSR2', 75, 'Stopped at the time limit.'],
  ] as const)('%s ends both, and a resume continues both', async (signal, code, message) => {
    const name = `all-${signal}`;
    const running = start('train', runFile(name), ...all, '--json');
    await running.event(isStep('pretraining', 2));
    running.child.kill(signal);
    expect((await running.outcome).code).toBe(code);
    expect(statusOf(name)).toMatchObject({
      state: 'stopped',
      stage: 'pretraining',
      next: 'training',
      message,
    });
    expect((await run('train', runFile(name), '--resume')).code).toBe(0);
    expect(sessionsOf(name)).toEqual([
      ['pretraining', 'stopped'],
      ['pretraining', 'finished'],
      ['training', 'finished'],
    ]);
    expect(statusOf(name)?.next).toBeUndefined();
  });

  test('a resume of one stage alone ends with it', async () => {
    const file = runFile('all-alone');
    expect((await run('train', file, ...all, '--max-steps', '2')).code).toBe(0);
    expect(sessionsOf('all-alone')).toEqual([['pretraining', 'stopped']]);
    expect((await run('train', file, '--stage', 'pretraining', '--resume')).code).toBe(0);
    expect(statusOf('all-alone')).toMatchObject({ state: 'finished', stage: 'pretraining' });
    expect(statusOf('all-alone')?.next).toBeUndefined();
    expect((await run('train', file, ...all, '--resume')).code).toBe(0);
    expect(statusOf('all-alone')).toMatchObject({ state: 'finished', stage: 'training', step: 12 });
  });

  test('what the second stage lacks is an error before the first starts', async () => {
    const { code, stderr } = await run('train', runFile('all-no-vgg', { perceptual_loss: '{}' }), ...all);
    expect(code).toBe(3);
    expect(stderr).toMatch(/needs the weights of vgg19/);
    expect(existsSync(runOf('all-no-vgg'))).toBe(false);
  });

  test('a second stage that fails leaves the first finished, and is resumed alone', async () => {
    const endless = { training: defaults.training.replace('{', '{ g_content_loss_scaling: 1.0e+38,') };
    expect((await run('train', runFile('all-fails', endless), ...all)).code).toBe(7);
    expect(statusOf('all-fails')).toMatchObject({ state: 'failed', stage: 'training' });
    expect(sessionsOf('all-fails')?.[0]).toEqual(['pretraining', 'finished']);
    expect((await run('train', runFile('all-fails'), '--resume')).code).toBe(0);
    expect(sessionsOf('all-fails')?.map(([stage]) => stage)).toEqual(['pretraining', 'training', 'training']);
  });

  test('killed between the stages or before the first, a resume continues both', async () => {
    const none = {
      epoch: 0,
      epochs: 0,
      step: 0,
      steps: 0,
      rate: null,
      etaSeconds: null,
      loss: null,
      psnr: null,
    };
    const between = pretrainedRun('all-between');
    writeStatus(runPaths(runOf('all-between')), {
      ...none,
      state: 'starting',
      stage: 'training',
      message: null,
    });
    expect((await run('train', between, '--resume')).code).toBe(0);
    expect(statusOf('all-between')).toMatchObject({ state: 'finished', stage: 'training', step: 12 });
    const early = runFile('all-early');
    const paths = createRunDirectory(runOf('all-early'));
    writeStatus(paths, {
      ...none,
      state: 'starting',
      stage: 'pretraining',
      next: 'training',
      message: null,
    });
    expect((await run('train', early, '--resume')).code).toBe(0);
    expect(statusOf('all-early')).toMatchObject({ state: 'finished', stage: 'training', step: 12 });
  });

  test('each stage has the run file that it was trained with, and a resume says what has changed', async () => {
    const file = pretrainedRun('changed');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('lr: 1.0e-3', 'lr: 5.0e-4'));
    expect((await run('train', file, '--stage', 'training', '--max-steps', '2')).code).toBe(0);
    const { stageConfigs } = runPaths(runOf('changed'));
    expect(readFileSync(stageConfigs.pretraining, 'utf8')).toContain('lr: 0.001');
    expect(readFileSync(stageConfigs.training, 'utf8')).toContain('lr: 0.0005');
    writeFileSync(file, text.replace('num_epoch: 6', 'num_epoch: 7'));
    const { stdout } = await run('train', file, '--resume');
    const changed = 'Changed in the run file since the run was last trained:\n  training.num_epoch: 6 → 7\n';
    expect(stdout).toContain(changed);
    expect(logOf('changed')).toContain(changed);
    expect((await run('train', file, '--resume')).stdout).not.toContain('Changed in the run file');
  });

  test.each([
    ['both stages', '--stage', 'all'],
    ['a named stage', '--stage', 'pretraining'],
    ['the stage where it stopped'],
  ])('a resume of %s says which keys of the pretraining have changed', async (_, ...flags) => {
    const name = `resumed${flags.join('')}`;
    const file = runFile(name);
    expect((await run('train', file, '--max-steps', '4')).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('lr: 1.0e-3', 'lr: 5.0e-4').replace('num_epoch: 4', 'num_epoch: 3'));
    const { stdout } = await run('train', file, ...flags, '--resume');
    const changed = [
      'Resuming from pretraining-00000004.',
      'Changed in the run file since the run was last trained:',
      '  pretraining.lr: 0.001 → 0.0005',
      '  pretraining.num_epoch: 4 → 3',
    ];
    expect(stdout).toContain(changed.join('\n'));
    expect(logOf(name)).toContain(changed.join('\n'));
    expect(stdout).not.toContain('There is no checkpoint yet');
  });
});
