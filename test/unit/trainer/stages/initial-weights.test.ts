import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import type { StageChoice } from '../../../../trainer/run-state/run-state.ts';
import { train } from '../../../../trainer/stages/train.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { temporaryFolder } from '../data/images.ts';
import { randomCompact, randomGenerator } from '../weights/generators.ts';

const folder = temporaryFolder();
const other = join(folder, 'other.safetensors');
const same = join(folder, 'same.safetensors');
writeGenerator(other, randomGenerator());
writeGenerator(same, randomCompact({ num_feat: 4, num_conv: 1 }));
const generator = 'generator: { type: compact, num_feat: 4, num_conv: 1 }\nperceptual_loss: false\n';

test.each<[string, StageChoice, string, RegExp]>([
  [
    'the generator of pretraining',
    'pretraining',
    `pretraining: { init: '${other}' }`,
    /^pretraining\.init: the generator/,
  ],
  [
    'the generator of training',
    'training',
    `training: { init: '${other}' }`,
    /^training\.init: the generator/,
  ],
  ['that of the second stage', 'all', `training: { init: '${other}' }`, /^training\.init: the generator/],
  [
    'the discriminator',
    'training',
    `training: { init: '${same}' }\ndiscriminator: { type: unet, init: '${other}' }`,
    /^discriminator\.init: the discriminator/,
  ],
  [
    'the discriminator of the second stage',
    'all',
    `discriminator: { type: unet, init: '${other}' }`,
    /^discriminator\.init: the discriminator/,
  ],
])('%s is checked before a run directory is made', async (_, stage, text, message) => {
  const { config } = readRunFile(`name: new\nruns_dir: runs\n${generator}${text}`, {
    file: join(folder, 'new.esrgan.yaml'),
  });
  const run = train({
    config: config!,
    engine: createOnnxEngine({ name: 'cpu', device: 'CPU' }),
    stage,
    resume: false,
    stop: new AbortController().signal,
    observer: { line: () => {}, step: () => {}, event: () => {} },
  });
  await expect(run).rejects.toThrow(message);
  expect(existsSync(join(folder, 'runs', 'new'))).toBe(false);
});
