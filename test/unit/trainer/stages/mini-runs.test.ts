import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import type { DiscriminatorOptions } from '../../../../trainer/models/discriminator/shapes.ts';
import { type GeneratorOptions, generatorOptions } from '../../../../trainer/models/shapes.ts';
import { latestCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { train } from '../../../../trainer/stages/train.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { writeWaves } from '../cli/waves.ts';

const generators: Readonly<Record<GeneratorOptions['type'], string>> = {
  rrdb: 'rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1',
  compact: 'num_feat: 4, num_conv: 2',
  span: 'feature_channels: 4, num_blocks: 1',
  realplksr: 'dim: 4, n_blocks: 1, kernel_size: 5, norm_groups: 2',
};
const discriminators: Readonly<Record<DiscriminatorOptions['type'], string>> = {
  vgg: 'vgg_blk_ch: [4, 4, 6], fc_features: [5]',
  unet: 'num_feat: 4',
  patchgan: 'num_feat: 4, n_layers: 1',
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-mini-runs-'));
  await writeWaves(folder, { train: 2, val: 1 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(
  Object.keys(generators).flatMap((generator) =>
    Object.keys(discriminators).map((discriminator) => [generator, discriminator] as const),
  ),
)('%s with %s trains in both stages, and its checkpoint can be read', async (generator, discriminator) => {
  const settings: Readonly<Record<string, string>> = { ...generators, ...discriminators };
  const name = `${generator}-${discriminator}`;
  const stage = 'num_epoch: 2, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves]';
  const text = [
    `name: ${name}`,
    'scale_factor: 2',
    'batch_size: 1',
    'workers: 1',
    'seed: 1',
    'datasets: { waves: { hr: { train: train, val: val } } }',
    'validation: { every_steps: 2, crop_size: [32, 32] }',
    'samples: { count: 1, crop_size: [32, 32] }',
    `pretraining: { ${stage} }`,
    `training: { ${stage} }`,
    `generator: { type: ${generator}, ${settings[generator]} }`,
    `discriminator: { type: ${discriminator}, ${settings[discriminator]} }`,
    'perceptual_loss: false',
  ].join('\n');
  const { config, problems } = readRunFile(text, { file: join(folder, `${name}.esrgan.yaml`) });
  expect(problems).toEqual([]);
  const losses: number[] = [];
  const { reason, paths } = await train({
    config: config!,
    engine: createOnnxEngine({ name: 'cpu', device: 'CPU' }),
    stage: 'all',
    resume: false,
    stop: new AbortController().signal,
    observer: { step: ({ loss }) => losses.push(loss), line: () => {}, event: () => {} },
  });
  expect(reason).toBe('finished');
  expect(losses.length).toBeGreaterThan(0);
  expect(losses.every(Number.isFinite)).toBe(true);
  const { checkpoint } = latestCheckpoint(paths);
  expect(checkpoint?.state).toMatchObject({ stage: 'training', step: 4 });
  const { options } = readGenerator(join(checkpoint!.path, 'generator.safetensors'));
  expect(options).toEqual(generatorOptions(config!));
});
