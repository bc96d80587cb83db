import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readManifest } from '../../../../trainer/runs/manifest.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { readStatus } from '../../../../trainer/runs/status.ts';
import { readSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { readRunScalars } from '../runs/read-run-scalars.ts';
import { run, start } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-train-optimizers-'));
  await writeWaves(folder, { train: 4, val: 1 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Settings {
  readonly pretraining: string;
  readonly training: string;
  readonly ema?: string;
}

/** Writes a run file for tiny models: 8 steps of pretraining, 12 of training. */
function runFile(name: string, { pretraining, training, ema = '{}' }: Settings): string {
  const path = join(folder, `${name}.esrgan.yaml`);
  const stage = 'cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves]';
  const text = `
name: ${name}
engine: cpu
scale_factor: 2
batch_size: 2
datasets: { waves: { hr: { train: train, val: val } } }
generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }
discriminator: { vgg_blk_ch: [4, 4, 6], fc_features: [5] }
perceptual_loss: false
pretraining: { num_epoch: 4, lr: 1.0e-3, ${stage}, ${pretraining} }
training: { num_epoch: 6, ${stage}, ${training} }
ema: ${ema}
validation: { every_steps: 4, crop_size: [32, 32] }
samples: { every_steps: 6, count: 1, crop_size: [32, 32] }
checkpoints: { every_steps: 5, keep: 3 }
log_every_steps: 1
`;
  writeFileSync(path, text);
  return path;
}

const runOf = (name: string) => join(folder, 'runs', name);

/** The files of a checkpoint, without its state, which has a hash of the run file. */
function filesOf(name: string, checkpoint: string): Map<string, string> {
  const path = join(runOf(name), 'checkpoints', checkpoint);
  const files = readdirSync(path).filter((file) => file !== 'state.json');
  return new Map(files.map((file) => [file, readFileSync(join(path, file)).toString('base64')]));
}

function scalarsOf(name: string): [string, number[], number[]][] {
  return [...readRunScalars(runOf(name)).series]
    .filter(([tag]) => !tag.startsWith('machine/'))
    .map(([tag, { steps, values }]) => [tag, [...steps], [...values]]);
}

const isStep = (stage: string, step: number) => (event: Readonly<Record<string, unknown>>) =>
  event.event === 'step' && event.stage === stage && event.step === step;

test.each<[string, Settings]>([
  [
    'schedule-free, then adan and lion',
    {
      pretraining:
        'optimizer: { type: adamw_schedule_free, weight_decay: 0.01 }, schedule: { type: constant, warmup_steps: 3 }',
      training:
        'g_optimizer: { type: adan, weight_decay: 0.02 }, d_optimizer: { type: lion, weight_decay: 0.1 }, g_schedule: { type: cosine, periods: [5, 7], restart_weights: [1, 0.5], warmup_steps: 2 }',
      ema: '{ decay: 0.9 }',
    },
  ],
  [
    'nadam, then schedule-free for both networks',
    {
      pretraining: 'optimizer: { type: nadam }, schedule: { type: multi_step, milestones: [2, 6] }',
      training: 'g_optimizer: { type: adamw_schedule_free }, d_optimizer: { type: adamw_schedule_free }',
      ema: '{ decay: 0.9 }',
    },
  ],
])('%s: killed in either stage and resumed, it ends with identical files', async (name, settings) => {
  const [whole, killed] = [`${name.length}-whole`, `${name.length}-killed`];
  expect((await run('train', runFile(whole, settings), '--stage', 'all')).code).toBe(0);
  const file = runFile(killed, settings);
  const moments = [isStep('pretraining', 7), isStep('training', 3), isStep('training', 8)];
  for (const [index, moment] of moments.entries()) {
    const running = start('train', file, '--stage', 'all', '--json', ...(index > 0 ? ['--resume'] : []));
    await running.event(moment);
    running.child.kill('SIGKILL');
    await running.outcome;
  }
  const { code, stderr } = await run('train', file, '--stage', 'all', '--resume');
  expect([code, stderr]).toEqual([0, '']);
  for (const checkpoint of ['pretraining-00000008', 'training-00000012'])
    expect(filesOf(killed, checkpoint), checkpoint).toEqual(filesOf(whole, checkpoint));
  expect(scalarsOf(killed)).toEqual(scalarsOf(whole));
});

test('the generator of a checkpoint is the average of a schedule-free optimizer', async () => {
  const file = runFile('average', { pretraining: 'optimizer: { type: adamw_schedule_free }', training: '' });
  expect((await run('train', file, '--max-steps', '4')).code).toBe(0);
  const read = (each: string) =>
    readSafetensors(join(runOf('average'), 'checkpoints', 'pretraining-00000004', each)).tensors;
  const weights = read('generator.safetensors').get('conv_last.weight')!.data;
  const fast = read('optimizer.safetensors').get('adamw_schedule_free.z.conv_last.weight')!.data;
  const distance = Math.hypot(...weights.map((weight, i) => weight - fast[i]!));
  expect(distance).toBeGreaterThan(0);
  expect(distance).toBeLessThan(Math.hypot(...weights));
});

test('a resume with another optimizer is refused, with what to change, and trains nothing', async () => {
  const settings = { pretraining: 'optimizer: { type: nadam }', training: '' };
  expect((await run('train', runFile('other', settings), '--max-steps', '2')).code).toBe(0);
  const file = runFile('other', { ...settings, pretraining: 'optimizer: { type: lion }' });
  const { code, stderr } = await run('train', file, '--resume');
  expect(code).toBe(6);
  expect(stderr).toMatch(
    /has the state of the optimizer nadam, but `pretraining\.optimizer\.type` is lion\. Set it to nadam to resume/,
  );
  const { stageConfigs } = runPaths(runOf('other'));
  expect(readFileSync(stageConfigs.pretraining, 'utf8')).toContain('type: nadam');
});

test('a stage that reaches its target is finished, says why, and the next one follows', async () => {
  const file = runFile('target', { pretraining: 'stop_at: { value: 1 }', training: '' });
  const { code, stdout } = await run('train', file, '--stage', 'pretraining');
  const reason = /Finished: PSNR of step 4 is \d+\.\d\d dB, and `pretraining\.stop_at` is 1\.00 dB\./;
  expect([code, stdout]).toEqual([0, expect.stringMatching(reason)]);
  const status = () => readStatus(runPaths(runOf('target')));
  const ended = { state: 'finished', step: 4, steps: 8, message: expect.stringMatching(reason) };
  expect(status()).toMatchObject(ended);

  const again = await run('train', file, '--stage', 'pretraining', '--resume', '--json');
  expect(again.events).toMatchObject([{ event: 'end', reason: 'finished', step: 4 }]);
  expect([again.code, status()]).toEqual([0, expect.objectContaining(ended)]);

  expect((await run('train', file, '--stage', 'all', '--resume')).code).toBe(0);
  const sessions = readManifest(runPaths(runOf('target')))?.sessions ?? [];
  expect(sessions.map(({ stop }) => [stop?.stage, stop?.step, stop?.reason])).toEqual([
    ['pretraining', 4, 'finished'],
    ['pretraining', 4, 'finished'],
    ['training', 12, 'finished'],
  ]);
});
