import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeOptimizer } from '../../../../trainer/config/optimizer-settings.ts';
import type { HostTensor, State } from '../../../../trainer/engine/engine.ts';
import { createOptimizer } from '../../../../trainer/optimizers/create-optimizer.ts';
import type { Checkpoint } from '../../../../trainer/runs/checkpoints.ts';
import {
  checkpointFiles,
  initialState,
  readState,
  type TrainedNetwork,
} from '../../../../trainer/stages/network-state.ts';
import { stateAt } from '../runs/checkpoint-fixture.ts';

const tensor = (...values: number[]): HostTensor => ({
  shape: [values.length],
  data: Float32Array.from(values),
});

const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'pretraining'));

const generator: TrainedNetwork = {
  file: 'generator.safetensors',
  emaFile: 'generator-ema.safetensors',
  metadata: { scale: '2' },
  optimizer,
  optimizerKey: 'training.g_optimizer',
  parameters: new Map([['bias', [2]]]),
  statistics: new Map(),
  nameInState: (name) => name,
};
const discriminator: TrainedNetwork = {
  file: 'discriminator.safetensors',
  emaFile: null,
  metadata: {},
  optimizer,
  optimizerKey: 'training.d_optimizer',
  parameters: new Map([['bias', [1]]]),
  statistics: new Map([['running_mean', [1]]]),
  nameInState: (name) => `discriminator.${name}`,
};
const withoutEma: TrainedNetwork = { ...generator, emaFile: null };

const start = new Map([
  ...initialState(generator, new Map([['bias', tensor(1, 2)]])),
  ...initialState(
    discriminator,
    new Map([
      ['bias', tensor(3)],
      ['running_mean', tensor(4)],
    ]),
  ),
]);

/** Writes a checkpoint of `start`. */
async function saved(networks: readonly TrainedNetwork[]): Promise<Checkpoint> {
  const read: State['read'] = async (names = []) => new Map(names.map((name) => [name, start.get(name)!]));
  const state: State = { shapes: {}, read, write: () => {}, close: async () => {} };
  const path = mkdtempSync(join(tmpdir(), 'esrgan-network-state-'));
  const files = await checkpointFiles(networks, state, { steps_before: '7' });
  for (const { name, chunks } of files) writeFileSync(join(path, name), Buffer.concat([...chunks]));
  const fingerprints = files.map(({ name }) => [name, { bytes: 0, sha256: '' }]);
  return {
    path,
    name: 'training-00000001',
    state: { format: 1, ...stateAt(1), files: Object.fromEntries(fingerprints) },
  };
}

test('the initial state has weights, moments of parameters and the EMA', () => {
  expect(Object.fromEntries([...start].map(([name, { data }]) => [name, [...data]]))).toEqual({
    bias: [1, 2],
    'adam.m.bias': [0, 0],
    'adam.v.bias': [0, 0],
    'ema.bias': [1, 2],
    'discriminator.bias': [3],
    'discriminator.running_mean': [4],
    'adam.m.discriminator.bias': [0],
    'adam.v.discriminator.bias': [0],
  });
});

test('a checkpoint restores the state and the metadata', async () => {
  const checkpoint = await saved([generator, discriminator]);
  expect(Object.keys(checkpoint.state.files)).toEqual([
    'generator.safetensors',
    'discriminator.safetensors',
    'optimizer.safetensors',
    'generator-ema.safetensors',
  ]);
  const { tensors, metadata } = readState([generator, discriminator], checkpoint);
  expect(new Map([...tensors].sort())).toEqual(new Map([...start].sort()));
  expect(metadata).toEqual({ steps_before: '7' });
});

test('an EMA that is switched on later starts at the weights; one that is switched off is dropped', async () => {
  const later = readState([generator], await saved([withoutEma]));
  expect(later.tensors.get('ema.bias')).toEqual(tensor(1, 2));
  const off = readState([withoutEma], await saved([generator]));
  expect([...off.tensors.keys()]).not.toContain('ema.bias');
});

test('a checkpoint of another network is rejected', async () => {
  const checkpoint = await saved([generator, discriminator]);
  const wider = { ...discriminator, parameters: new Map([['bias', [5]]]) };
  expect(() => readState([generator, wider], checkpoint)).toThrow(/do not match those of .*bias is \[1\]/);
});

test('a checkpoint with another setting that is not in its tensors is rejected', async () => {
  const checkpoint = await saved([{ ...generator, metadata: { residual_scaling: '0.2' } }]);
  const other = { ...generator, metadata: { residual_scaling: '0.1' } };
  expect(() => readState([other], checkpoint)).toThrow(
    /do not match those of .*: `residual_scaling` is 0\.2 instead of 0\.1\. Restore `generator`/,
  );
});

test('a checkpoint of another architecture is rejected by its name', async () => {
  const checkpoint = await saved([{ ...generator, metadata: { architecture: 'Compact' } }]);
  const other = { ...generator, metadata: { architecture: 'ESRGAN' } };
  expect(() => readState([other], checkpoint)).toThrow(
    /do not match those of .*: they are of the architecture Compact instead of ESRGAN/,
  );
});

test('a checkpoint of another optimizer is rejected, with what to change', async () => {
  const checkpoint = await saved([generator, discriminator]);
  const lion = createOptimizer(completeOptimizer({ type: 'lion' }, 'training'));
  expect(() => readState([generator, { ...discriminator, optimizer: lion }], checkpoint)).toThrow(
    /has the state of the optimizer adam, but `training.d_optimizer.type` is lion. Set it to adam to resume/,
  );
});
