import { expect, test } from 'vitest';
import { lenientConfig } from '../../../../server/language/lenient-config.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { runDocument } from './marked.ts';

const of = (text: string) => lenientConfig(runDocument(text));

test.each([
  '',
  'seed: 3\n',
  'name: a\ntraining: { g_lr: 1e-3, init: x.pth }\naugmentation: true\nperceptual_loss: false\n',
  'datasets: { a: { hr: x } }\npretraining: &p { train_datasets: [a], num_epoch: 3 }\ntraining: *p\n',
  '{"seed": 4}',
])('a valid text gives the same config as in the trainer: %j', (text) => {
  const { config } = readRunFile(text, { file: '/p/run.esrgan.yaml' });
  expect(config).toBeDefined();
  expect(of(text)).toEqual(config);
});

test.each<[string, string, string]>([
  ['an unknown key', 'seed: 1\nsead: 2', 'seed: 1'],
  ['a key of another section', 'lr: 2\nseed: 1', 'seed: 1'],
  ['a wrong type', 'seed: one\nbatch_size: 3', 'batch_size: 3'],
  ['a value out of range', 'training: { g_lr: 7, d_lr: 0.5 }', 'training: { d_lr: 0.5 }'],
  ['an empty section', 'training:\nseed: 1', 'seed: 1'],
  ['a wrong item', 'training: { g_sched_steps: [1, x], d_lr: 0.5 }', 'training: { d_lr: 0.5 }'],
  ['a list instead of a map', 'generator: [1]\nseed: 1', 'seed: 1'],
  ['a list instead of a run file', '- 1', ''],
  ['a string instead of a run file', 'seed', ''],
  ['an incomplete line', 'seed: 1\nb: [\nbatch_size: 3', 'seed: 1\nbatch_size: 3'],
])('%s is ignored', (_, text, sound) => {
  expect(of(sound)).toBeDefined();
  expect(of(text)).toEqual(of(sound));
});

test('contradictory values remain, because each is valid', () => {
  expect(of('pretraining: { cr_patch_size: [65, 65] }')?.pretraining.cr_patch_size).toEqual([65, 65]);
});
