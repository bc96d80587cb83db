import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { type WebhookServer, webhookServer } from '../notify/webhook-server.ts';
import { run } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder: string;
let webhook: WebhookServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-notify-'));
  await writeWaves(folder, { train: 4, val: 1 });
  webhook = await webhookServer();
});

afterEach(() => vi.unstubAllEnvs());

afterAll(() => {
  webhook.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Trains a tiny run in a process with these variables; gives what the webhook got of it, and what the command printed. */
async function train(name: string, environment: Readonly<Record<string, string>>, init = '') {
  vi.stubEnv('ESRGAN_NOTIFY_WEBHOOK', webhook.address);
  for (const [key, value] of Object.entries(environment)) vi.stubEnv(key, value);
  const file = join(folder, `${name}.esrgan.yaml`);
  const stage = `{ ${init} num_epoch: 2, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves] }`;
  writeFileSync(
    file,
    `name: ${name}
engine: cpu
scale_factor: 2
batch_size: 2
datasets: { waves: { hr: { train: train, val: val } } }
generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }
validation: { every_steps: 2, crop_size: [32, 32] }
pretraining: ${stage}
`,
  );
  const before = webhook.bodies.length;
  const { code, stdout } = await run('train', file);
  return { events: webhook.bodies.slice(before), code, stdout };
}

const always = { ESRGAN_NOTIFY_AFTER_MINUTES: '0.000001' };

test('a run in a terminal notifies once when it finishes, and no file of it has the address', async () => {
  const { events, code } = await train('whole', always);
  expect(code).toBe(0);
  expect(events).toEqual([
    expect.objectContaining({ event: 'ended', run: 'whole', state: 'finished', step: 4, steps: 4 }),
  ]);
  const root = join(folder, 'runs/whole');
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.length).toBeGreaterThan(5);
  for (const { parentPath, name } of files)
    expect(readFileSync(join(parentPath, name), 'latin1')).not.toContain(webhook.address);
});

test('a run that fails notifies of why', async () => {
  const checkpoint = join(folder, 'runs/whole/checkpoints/pretraining-00000004/generator.safetensors');
  const { tensors } = readSafetensors(checkpoint);
  tensors.get('conv_hr.bias')?.data.fill(3e38);
  writeSafetensors(join(folder, 'huge.safetensors'), tensors);
  const { events, code } = await train('diverged', always, 'init: huge.safetensors,');
  expect(code).not.toBe(0);
  expect(events).toEqual([
    expect.objectContaining({
      event: 'ended',
      state: 'failed',
      reason: expect.stringContaining('Training diverged'),
    }),
  ]);
});

test('a short run does not notify, but that of a job does', async () => {
  expect(await train('short', {})).toMatchObject({ code: 0, events: [] });
  const job = { SLURM_JOB_ID: '7', SLURM_CLUSTER_NAME: 'lab' };
  expect(await train('job', job)).toMatchObject({ events: [{ run: 'job', state: 'finished' }] });
});

test('a webhook that refuses is reported, and the run has succeeded', async () => {
  const refusing = await webhookServer(404);
  const { code, stdout } = await train('refused', { ...always, ESRGAN_NOTIFY_WEBHOOK: refusing.address });
  refusing.close();
  expect(code).toBe(0);
  expect(stdout).toContain('The webhook was not reached: it responded with status 404.');
});
