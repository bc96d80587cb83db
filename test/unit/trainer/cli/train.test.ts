import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { latestCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { sha256OfFile } from '../../../../trainer/runs/sha256.ts';
import { readSafetensors, writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';
import { hasGpu, needsGpu, useTestGpu } from '../engine/test-gpu.ts';
import { readRunScalars } from '../runs/read-run-scalars.ts';
import { run, start } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-train-'));
  await writeWaves(folder, { train: 6, val: 2 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a run file for a tiny model; `changes` are lines of YAML at its end. */
function runFile(name: string, changes: readonly string[] = []): string {
  const path = join(folder, `${name}.esrgan.yaml`);
  const lines = [
    `name: ${name}`,
    'engine: cpu',
    'scale_factor: 2',
    'datasets: { waves: { hr: { train: train, val: val } } }',
    'generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }',
    'samples: { every_steps: 12, count: 1, crop_size: [32, 32] }',
    'log_every_steps: 1',
  ];
  const has = (key: string) => changes.some((line) => line.startsWith(`${key}:`));
  if (!has('batch_size')) lines.push('batch_size: 2');
  if (!has('validation')) lines.push('validation: { every_steps: 6, crop_size: [32, 32] }');
  if (!has('checkpoints')) lines.push('checkpoints: { every_steps: 5, keep: 3 }');
  if (!has('pretraining')) {
    lines.push(
      'pretraining: { num_epoch: 8, cr_patch_size: [16, 16], lr: 1.0e-3, train_datasets: [waves], val_datasets: [waves] }',
    );
  }
  writeFileSync(path, [...lines, ...changes, ''].join('\n'));
  return path;
}

const runOf = (name: string) => join(folder, 'runs', name);
const checkpointsOf = (name: string) => readdirSync(join(runOf(name), 'checkpoints')).sort();
const statusOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(runOf(name), 'status.json'), 'utf8'));

/** The scalars of a run that do not depend on the speed of the machine. */
function scalarsOf(name: string): Record<string, [number, number][]> {
  const { series } = readRunScalars(runOf(name));
  return Object.fromEntries(
    [...series]
      .filter(([tag]) => !tag.startsWith('machine/'))
      .map(([tag, { steps, values }]) => [tag, Array.from(steps, (step, index) => [step, values[index]!])]),
  );
}

const endless =
  'pretraining: { num_epoch: 1000000, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [] }';

const atStep = (step: number) => (event: Readonly<Record<string, unknown>>) =>
  event.event === 'step' && event.step === step;

describe('esrgan train', () => {
  test('trains from a run file and images: checkpoints, curves, samples and a final status', async () => {
    const { code, stderr, events } = await run('train', runFile('whole', ['ema: { decay: 0.9 }']), '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(events.at(-1)).toMatchObject({ event: 'end', reason: 'finished', step: 24 });
    expect(statusOf('whole')).toMatchObject({ state: 'finished', step: 24, steps: 24, epoch: 8 });
    const scalars = scalarsOf('whole');
    expect(scalars['train/content_loss']!.map(([step]) => step)).toEqual(
      Array.from({ length: 24 }, (_, i) => i + 1),
    );
    expect(scalars['validation/psnr_rgb']!.map(([step]) => step)).toEqual([6, 12, 18, 24]);
    expect(scalars['train/content_loss']!.at(-1)![1]).toBeLessThan(scalars['train/content_loss']![0]![1]);
    expect([...readRunScalars(runOf('whole')).series.keys()].sort()).toEqual([
      'bicubic/psnr_rgb',
      'bicubic/psnr_y',
      'bicubic/ssim_rgb',
      'bicubic/ssim_y',
      'machine/loader_idle_share',
      'machine/memory_bytes',
      'machine/samples_per_second',
      'machine/steps_per_second',
      'train/content_loss',
      'train/gradient_norm',
      'train/learning_rate',
      'validation/psnr_rgb',
      'validation/psnr_y',
      'validation/ssim_rgb',
      'validation/ssim_y',
    ]);
    const samples = join(runOf('whole'), 'samples', 'pretraining');
    expect(readdirSync(samples).sort()).toEqual(['00000012', '00000024', 'reference']);
    expect(readdirSync(join(samples, '00000024'))).toEqual(['01-0.sr.png']);
    expect(readdirSync(join(samples, 'reference')).sort()).toEqual([
      '01-0.bicubic.png',
      '01-0.hr.png',
      '01-0.lr.png',
    ]);
    const last = join(runOf('whole'), 'checkpoints', checkpointsOf('whole').at(-1)!);
    expect(readdirSync(last).sort()).toEqual([
      'generator-ema.safetensors',
      'generator.safetensors',
      'optimizer.safetensors',
      'state.json',
    ]);
    const weights = readSafetensors(join(last, 'generator.safetensors')).tensors;
    const averages = readSafetensors(join(last, 'generator-ema.safetensors')).tensors;
    expect([...averages.keys()]).toEqual([...weights.keys()]);
    expect(averages.get('conv_last.weight')!.data).not.toEqual(weights.get('conv_last.weight')!.data);
  });

  /** Steps so large that the networks overflow, until the learning rate is small enough. */
  const diverging = [
    'batch_size: 1',
    'accumulate: 2',
    'clip_gradient_norm: 1.0e3',
    'non_finite: { max_skipped: 2, then: rollback, lr_factor: 0.01 }',
    'ema: { decay: 0.9, start_step: 4 }',
    'checkpoints: { every_steps: 2, keep: 9 }',
    'pretraining: { num_epoch: 8, cr_patch_size: [16, 16], lr: 1, train_datasets: [waves], val_datasets: [waves] }',
  ];

  test('a run that diverges returns to its last checkpoint, with smaller learning rates', async () => {
    const { code, events } = await run('train', runFile('returns', diverging), '--json');
    expect(code).toBe(0);
    expect(events.filter(({ event }) => event === 'warning')).toEqual([
      {
        event: 'warning',
        message: expect.stringMatching(
          /^Training diverged: \w+ is (NaN|Infinity) at step \d+ of pretraining\. It returns to pretraining-\d{8}, with learning rates times 0\.01\.$/,
        ),
      },
    ]);
    const log = readFileSync(join(runOf('returns'), 'log.txt'), 'utf8');
    const skipped = [...log.matchAll(/Skipped a step: .* at step (\d+) of pretraining \((\d) of at most 2/g)];
    const [first = 0, second = 0] = skipped.map(([, step]) => Number(step));
    expect(skipped.map(([, , inRow]) => inRow)).toEqual(['1', '2']);
    expect(second).toBe(first + 1);
    // No checkpoint of a skipped step remains, and the curve of the learning rate has the step at which it fell.
    const { checkpoint } = latestCheckpoint(runPaths(runOf('returns')));
    expect(checkpoint?.state.nonFinite).toEqual({ inRow: 0, skipped: 0, learningRateFactor: 0.01 });
    const rates = scalarsOf('returns')['train/learning_rate']!;
    expect(rates.map(([step]) => step)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    const fell = rates.findIndex(([, rate]) => rate < 1);
    expect(rates[fell]![1]).toBeCloseTo(0.01, 6);
    expect(log).toContain(`It returns to pretraining-${String(fell).padStart(8, '0')},`);
    expect(fell % 2).toBe(0);
    expect(fell).toBeLessThan(first);
  });

  const kinds: Readonly<Record<string, readonly string[]>> = { plain: [], diverging };

  describe('killed at any moment and resumed, ends with identical files and curves', () => {
    /** The undisturbed run of each kind. */
    const whole = new Map<string, ReturnType<typeof run>>();

    test.each<[string, readonly (number | 'warning')[]]>([
      // Before the first checkpoint, at one, after one, and twice in a row.
      ['plain', [3]],
      ['plain', [5]],
      ['plain', [11]],
      ['plain', [7, 16]],
      // While steps are skipped, and on the return to a checkpoint.
      ['diverging', [13]],
      ['diverging', ['warning', 20]],
    ])('%s, %j', async (kind, moments) => {
      const settings = kinds[kind] ?? [];
      if (!whole.has(kind)) whole.set(kind, run('train', runFile(kind, settings)));
      expect((await whole.get(kind)!).code).toBe(0);
      const name = `${kind}-killed-${moments.join('-')}`;
      const file = runFile(name, settings);
      for (const [index, moment] of moments.entries()) {
        const training = start('train', file, '--json', ...(index > 0 ? ['--resume'] : []));
        await training.event(moment === 'warning' ? ({ event }) => event === 'warning' : atStep(moment));
        training.child.kill('SIGKILL');
        await training.outcome;
      }
      const { code, stderr } = await run('train', file, '--resume');
      expect([code, stderr]).toEqual([0, '']);
      const filesOf = (run: string) => {
        const folder = join(runOf(run), 'checkpoints', 'pretraining-00000024');
        const names = readdirSync(folder).filter((each) => each.endsWith('.safetensors'));
        return Object.fromEntries(names.map((each) => [each, sha256OfFile(join(folder, each))]));
      };
      expect(filesOf(name)).toEqual(filesOf(kind));
      expect(scalarsOf(name)).toEqual(scalarsOf(kind));
    });
  });

  test('the same seed gives the same curves, another seed other curves', async () => {
    for (const [name, seed] of [
      ['first', 5],
      ['again', 5],
      ['other', 6],
    ] as const) {
      expect((await run('train', runFile(name, [`seed: ${seed}`]), '--max-steps', '4')).code).toBe(0);
    }
    expect(scalarsOf('again')).toEqual(scalarsOf('first'));
    expect(scalarsOf('other')['train/content_loss']).not.toEqual(scalarsOf('first')['train/content_loss']);
  });

  test('an image that is reproduced exactly has an infinite PSNR, which a resume continues with', async () => {
    await sharp({ create: { width: 48, height: 40, channels: 3, background: 'black' } }).toFile(
      join(folder, 'val', 'black.png'),
    );
    const text = 'validation: { every_steps: 1, crop_size: [32, 32] }';
    const file = runFile('exact', [text, 'checkpoints: { every_steps: 1, keep: 1 }']);
    // Random weights reproduce black if the last layer gives 0.
    const zero = 'init: zero.safetensors, num_epoch: 8, cr_patch_size: [16, 16], lr: 1.0e-12,';
    expect((await run('train', file, '--max-steps', '1')).code).toBe(0);
    const { tensors } = readSafetensors(
      join(runOf('exact'), 'checkpoints', 'pretraining-00000001', 'generator.safetensors'),
    );
    for (const [name, { data }] of tensors) if (name.startsWith('conv_last')) data.fill(0);
    writeSafetensors(join(folder, 'zero.safetensors'), tensors);
    rmSync(runOf('exact'), { recursive: true });
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('num_epoch: 8, cr_patch_size: [16, 16], lr: 1.0e-3,', zero),
    );
    const first = await run('train', file, '--max-steps', '2');
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain('PSNR ∞ dB RGB, ∞ dB Y (1 of 3 images exact)');
    expect(statusOf('exact')).toMatchObject({ psnr: 'Infinity' });
    expect((await run('train', file, '--max-steps', '3', '--resume')).code).toBe(0);
    expect(latestCheckpoint(runPaths(runOf('exact'))).checkpoint?.state.best).toMatchObject({
      psnr: Infinity,
      step: 1,
    });
    expect((await run('runs', '--runs-dir', join(folder, 'runs'))).stdout).toMatch(/exact .*∞ dB/);
    rmSync(join(folder, 'val', 'black.png'));
  });

  test
    .skipIf(isWindows)
    .each<readonly NodeJS.Signals[]>([['SIGINT'], ['SIGTERM'], ['SIGHUP', 'SIGHUP'], ['SIGHUP', 'SIGTERM']])(
    unlessWindows('%s %s stops with a checkpoint at the next step', 'Windows sends no signals'),
    async (...signals) => {
      const name = `stopped-${signals.join('-')}`;
      const training = start('train', runFile(name, [endless]), '--json');
      await training.event(atStep(3));
      for (const signal of signals) training.child.kill(signal);
      const { code, events } = await training.outcome;
      expect(code).toBe(130);
      const { step } = events.at(-1)!;
      expect(checkpointsOf(name)).toContain(`pretraining-${String(step).padStart(8, '0')}`);
      expect(statusOf(name)).toMatchObject({ state: 'stopped', step });
    },
  );

  test.skipIf(process.platform === 'win32')('SIGUSR2 stops with a checkpoint, for a later job', async () => {
    const file = runFile('limited', [endless]);
    const training = start('train', file, '--resume', '--json');
    await training.event(atStep(3));
    training.child.kill('SIGUSR2');
    const { code, events } = await training.outcome;
    const { step } = events.at(-1)!;
    expect([code, events.at(-1)!.reason]).toEqual([75, 'stopped']);
    expect(checkpointsOf('limited')).toContain(`pretraining-${String(step).padStart(8, '0')}`);
    expect(statusOf('limited')).toMatchObject({
      state: 'stopped',
      step,
      message: 'Stopped at the time limit.',
    });
  });

  test('--wait-lock waits for the process that trains the run', async () => {
    const file = runFile('awaited', [endless]);
    const first = start('train', file, '--json');
    await first.event(atStep(2));
    const second = start('train', file, '--resume', '--max-steps', '1', '--wait-lock', '100');
    await new Promise((resolve) => {
      let text = '';
      second.child.stdout?.on('data', (part) => {
        text += String(part);
        // Of another process, only Linux knows at once that it is the trainer.
        if (/Waiting up to (100 s until it ends|3 min for its heartbeat)/.test(text)) resolve(undefined);
      });
    });
    first.child.kill();
    expect((await first.outcome).code).toBe(isWindows ? null : 130);
    expect((await second.outcome).code).toBe(0);
  });

  test('continues to its end if the reader of its output ends', async () => {
    const training = start('train', runFile('unread'), '--json');
    await training.event(atStep(1));
    const errors: string[] = [];
    training.child.stderr?.on('data', (text) => errors.push(String(text)));
    const closed = once(training.child, 'close');
    training.child.stdout?.destroy();
    await closed;
    expect(training.child.exitCode).toBe(0);
    expect(errors.join('')).toContain('Training continues without it');
    expect(statusOf('unread')).toMatchObject({ state: 'finished', step: 24 });
    expect(checkpointsOf('unread')).toContain('pretraining-00000024');
  });

  test('obeys checkpoint, pause, resume and stop, and holds the lock', async () => {
    const file = runFile('commanded', [endless, 'checkpoints: { every_steps: 1000000 }']);
    const runs = ['--runs-dir', join(folder, 'runs')];
    const training = start('train', file, '--json');
    await training.event(atStep(2));

    const second = await run('train', file, '--resume');
    expect(second.code).toBe(6);
    expect(second.stderr).toMatch(/commanded .*being written by process \d+ on this host/);

    expect((await run('pause', 'commanded', ...runs)).code).toBe(0);
    await untilState('commanded', 'paused');
    expect(checkpointsOf('commanded')).toHaveLength(1);
    expect((await run('resume', 'commanded', ...runs)).code).toBe(0);
    await untilState('commanded', 'running');
    expect((await run('checkpoint', 'commanded', ...runs)).code).toBe(0);
    await until(() => checkpointsOf('commanded').length > 1);
    expect((await run('stop', 'commanded', ...runs)).code).toBe(0);
    expect((await training.outcome).code).toBe(0);
    expect(statusOf('commanded')).toMatchObject({ state: 'stopped', message: 'Stopped on request.' });
  });

  test('ends without another word in the run if another host takes it over', async () => {
    const training = start('train', runFile('lost', [endless]), '--json');
    await training.event(atStep(7));
    const lock = join(runOf('lost'), 'lock');
    renameSync(join(lock, readdirSync(lock)[0]!), join(lock, 'held.gpu-7.12.5'));
    const { code, stderr } = await training.outcome;
    expect([code, stderr]).toEqual([6, expect.stringMatching(/process 12 on gpu-7 took it over/)]);
    const { sessions } = JSON.parse(readFileSync(join(runOf('lost'), 'run.json'), 'utf8'));
    expect(sessions).toEqual([expect.objectContaining({ stop: null })]);
    expect(statusOf('lost')).toMatchObject({ state: 'running', message: null });
    expect(readFileSync(join(runOf('lost'), 'log.txt'), 'utf8')).not.toContain('Failed');
    expect(readdirSync(lock)).toEqual(['held.gpu-7.12.5']);
  });

  test('stops if the loss is not finite, without a checkpoint', async () => {
    expect((await run('train', runFile('sane'), '--max-steps', '1')).code).toBe(0);
    const { tensors } = readSafetensors(
      join(runOf('sane'), 'checkpoints', 'pretraining-00000001', 'generator.safetensors'),
    );
    tensors.get('conv_hr.bias')!.data.fill(3e38);
    writeSafetensors(join(folder, 'huge.safetensors'), tensors);
    const broken =
      'pretraining: { init: huge.safetensors, num_epoch: 2, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [] }';
    const { code, stderr } = await run('train', runFile('broken', [broken]));
    expect(code).toBe(7);
    expect(stderr).toMatch(
      /Training diverged: content_loss is Infinity at step 1 of pretraining.*no checkpoint yet.*pretraining\.lr/s,
    );
    expect(checkpointsOf('broken')).toEqual([]);
    expect(statusOf('broken')).toMatchObject({ state: 'failed' });
  });

  test.each([
    { name: 'damaged', change: (json: string) => json.slice(0, 200) },
    { name: 'newer', change: (json: string) => json.replace('"format": 1', '"format": 2') },
    { name: 'missing', change: () => undefined },
  ])('a run with a $name run.json is neither trained again nor resumed', async ({ name, change }) => {
    const file = runFile(`manifest-${name}`);
    expect((await run('train', file, '--max-steps', '2')).code).toBe(0);
    const manifest = join(runOf(`manifest-${name}`), 'run.json');
    const changed = change(readFileSync(manifest, 'utf8'));
    if (changed === undefined) rmSync(manifest);
    else writeFileSync(manifest, changed);
    const before = readdirSync(runOf(`manifest-${name}`));
    for (const options of [[], ['--resume']]) {
      const { code, stderr } = await run('train', file, ...options, '--max-steps', '3');
      expect([code, stderr]).toEqual([6, expect.stringMatching(/run\.json .*Restore a copy/)]);
    }
    expect(readdirSync(runOf(`manifest-${name}`))).toEqual(before);
    if (changed !== undefined) expect(readFileSync(manifest, 'utf8')).toBe(changed);
  });

  test('a finished run that has nothing to train stays as it is, until it has', async () => {
    const pretraining = (epochs: number) =>
      `pretraining: { num_epoch: ${epochs}, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves] }`;
    const file = runFile('done', [pretraining(2)]);
    expect((await run('train', file)).code).toBe(0);
    const written = () =>
      readdirSync(runOf('done'), { recursive: true, encoding: 'utf8' })
        .sort()
        .map((name) => [name, statSync(join(runOf('done'), name), { bigint: true }).mtimeNs]);
    const before = written();
    const { code, stdout, stderr } = await run('train', file, '--resume');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Nothing to train: the pretraining is finished\. Step 6\. The run is in .*$/);
    expect(written()).toEqual(before);
    const longer = await run('train', runFile('done', [pretraining(3)]), '--resume');
    expect([longer.code, statusOf('done')]).toEqual([0, expect.objectContaining({ step: 9 })]);
    // Steps that were lost are trained again.
    rmSync(join(runOf('done'), 'checkpoints', checkpointsOf('done').at(-1)!), { recursive: true });
    const { stdout: again } = await run('train', runFile('done', [pretraining(3)]), '--resume');
    expect(again).toMatch(/Resuming from pretraining-0000000[5-8]\./);
  });

  test('resumes from an older checkpoint if the newest is damaged, says so, and prunes only its own', async () => {
    const file = runFile('newest', [
      'checkpoints: { every_steps: 2, keep: 2 }',
      'validation: { every_steps: 100 }',
    ]);
    expect((await run('train', file, '--max-steps', '4')).code).toBe(0);
    writeFileSync(join(runOf('newest'), 'checkpoints', 'pretraining-00000004', 'optimizer.safetensors'), 'x');
    writeFileSync(file, readFileSync(file, 'utf8').replace('keep: 2', 'keep: 1'));
    const { code, stdout } = await run('train', file, '--resume', '--max-steps', '3');
    expect(code).toBe(0);
    expect(stdout).toMatch(/pretraining-00000004 is not whole: optimizer\.safetensors has 1 bytes/);
    expect(stdout).toContain('Resuming from pretraining-00000002.');
    expect(checkpointsOf('newest')).toContain('pretraining-00000003');
    expect(checkpointsOf('newest')).toContain('aside-pretraining-00000004');
    // Its state is that of another step.
    const [third, fifth] = [3, 5].map((step) =>
      join(runOf('newest'), 'checkpoints', `pretraining-0000000${step}`),
    );
    cpSync(third!, fifth!, { recursive: true });
    writeFileSync(file, readFileSync(file, 'utf8').replace('num_epoch: 8', 'num_epoch: 1000000'));
    const training = start('train', file, '--resume', '--json', '--max-steps', '1000000');
    await training.event(
      ({ event, message }) => event === 'warning' && /00000005 is not whole/.test(String(message)),
    );
    await training.event(atStep(4));
    expect(statusOf('newest')).toMatchObject({ message: expect.stringContaining('is not whole') });
    expect((await run('stop', 'newest', '--runs-dir', join(folder, 'runs'))).code).toBe(0);
    expect((await training.outcome).code).toBe(0);
  });

  test.each<[string, (checkpoint: string) => void, RegExp]>([
    [
      'optimizer',
      (folder) => writeFileSync(join(folder, 'optimizer.safetensors'), 'x'),
      /optimizer\.safetensors has 1 bytes/,
    ],
    ['state', (folder) => rmSync(join(folder, 'state.json')), /state\.json is missing or damaged/],
    ['everything', (folder) => rmSync(folder, { recursive: true }), /has no checkpoint of it/],
  ])(
    'does not resume at step 0 if the only checkpoint lost its %s, except with --from-start',
    async (part, damage, message) => {
      const file = runFile(`lost-${part}`);
      expect((await run('train', file, '--max-steps', '2')).code).toBe(0);
      damage(join(runOf(`lost-${part}`), 'checkpoints', 'pretraining-00000002'));
      const left = checkpointsOf(`lost-${part}`);
      const { code, stderr } = await run('train', file, '--resume', '--max-steps', '3');
      expect([code, stderr]).toEqual([6, expect.stringMatching(message)]);
      expect(stderr).toMatch(/`name`.*`pretraining\.init`.*`--from-start`/);
      expect(checkpointsOf(`lost-${part}`)).toEqual(left);
      expect((await run('train', file, '--from-start', '--max-steps', '1')).code).toBe(0);
      expect(checkpointsOf(`lost-${part}`)).toEqual([
        ...left.map((name) => `aside-${name}`),
        'pretraining-00000001',
      ]);
      expect(scalarsOf(`lost-${part}`)['train/content_loss']!.map(([step]) => step)).toEqual([1]);
    },
  );

  test.each([
    {
      name: 'a run that exists',
      args: () => [runFile('sane')],
      code: 6,
      message: /The run sane already exists.*--resume/,
    },
    {
      name: 'a run file with an error, with its position',
      args: () => [runFile('typo', ['batch_sise: 4'])],
      code: 3,
      message: /typo\.esrgan\.yaml:\d+:1: error: .*batch_sise.*batch_size/,
    },
    {
      name: 'a missing run file',
      args: () => [join(folder, 'none.yaml')],
      code: 3,
      message: /none\.yaml cannot be read/,
    },
    {
      name: 'an unknown engine',
      args: () => [runFile('sane'), '--engine', 'tpu'],
      code: 2,
      message: /no engine tpu/,
    },
    {
      name: 'another generator than the checkpoint’s',
      args: () => [runFile('sane', ['residual: 0']), '--resume'],
      code: 3,
      message: /residual/,
    },
  ])('rejects $name', async ({ args, code, message }) => {
    const result = await run('train', ...args());
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
  });

  test('refuses to resume with another generator, with the difference', async () => {
    const file = runFile('sane');
    writeFileSync(file, readFileSync(file, 'utf8').replace('growth_channels: 2', 'growth_channels: 3'));
    const { code, stderr } = await run('train', file, '--resume');
    expect(code).toBe(6);
    expect(stderr).toMatch(/body\.0\.rdb1\.conv1\.weight is \[2,4,3,3\] instead of \[3,4,3,3\]/);
  });
});

describe.skipIf(!hasGpu)(needsGpu('on WebGPU'), () => {
  test('trains, validates, writes a checkpoint and resumes from it', async () => {
    useTestGpu();
    const file = runFile('gpu', ['validation: { every_steps: 2, crop_size: [16, 16], max_images: 1 }']);
    const cpu = runFile('cpu', ['validation: { every_steps: 2, crop_size: [16, 16], max_images: 1 }']);
    const args = ['--engine', 'webgpu', '--max-steps'];
    expect(await run('train', file, ...args, '2')).toMatchObject({ code: 0, stderr: '' });
    expect(await run('train', file, ...args, '3', '--resume')).toMatchObject({ code: 0, stderr: '' });
    expect((await run('train', cpu, '--max-steps', '3')).code).toBe(0);
    const [onGpu, onCpu] = ['gpu', 'cpu'].map((name) => scalarsOf(name)['train/content_loss']!);
    expect(onGpu!.map(([step]) => step)).toEqual([1, 2, 3]);
    for (const [index, [, loss]] of onGpu!.entries()) expect(loss).toBeCloseTo(onCpu![index]![1], 5);
  });
});

async function untilState(name: string, state: string): Promise<void> {
  await until(() => JSON.stringify(statusOf(name)).includes(`"state":"${state}"`));
}

/** Waits for a change on the disk by polling. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test('the command is built', () => {
  expect(existsSync(join(import.meta.dirname, '../../../../dist/esrgan.js'))).toBe(true);
});
