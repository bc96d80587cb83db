import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { latestCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { runPaths, samplesFolder } from '../../../../trainer/runs/run-directory.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { scenery } from '../data/images.ts';
import { run } from './esrgan.ts';

let folder: string;

/** Photos as a person has them: RGB, RGB with alpha, gray, gray with alpha, 16 bits. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-channels-'));
  const kinds = [3, 4, 1, 2] as const;
  for (const [part, count] of [
    ['train', 4],
    ['val', 2],
  ] as const) {
    mkdirSync(join(folder, part));
    for (let index = 0; index < count; index++) {
      const channels = kinds[index % kinds.length]!;
      const { data } = scenery(48, 48, channels, index + 1);
      await sharp(data, { raw: { width: 48, height: 48, channels } })
        .toColourspace(channels < 3 ? 'b-w' : 'srgb')
        .png()
        .toFile(join(folder, part, `${index}.png`));
    }
  }
  const { data } = scenery(24, 24, 4, 9);
  const photo = sharp(data, { raw: { width: 24, height: 24, channels: 4 } });
  await photo.clone().png().toFile(join(folder, 'alpha.png'));
  await photo.removeAlpha().jpeg().toFile(join(folder, 'color.jpg'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function succeed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

function runFile(name: string, lines: readonly string[]): string {
  const path = join(folder, `${name}.esrgan.yaml`);
  const stage = (steps: string) =>
    `{ num_epoch: 100, num_step: 4, ${steps}cr_patch_size: [24, 24], train_datasets: [own], val_datasets: [own] }`;
  writeFileSync(
    path,
    [
      `name: ${name}`,
      'engine: cpu',
      'batch_size: 2',
      'datasets: { own: { hr: { train: train, val: val } } }',
      `pretraining: ${stage('')}`,
      `training: ${stage('g_sched_steps: [], d_sched_steps: [], ')}`,
      'perceptual_loss: false',
      'degradation: [{ op: sharpen }, { op: blur }, { op: noise }, { op: downscale }, { op: jpeg }]',
      'degradation_probability: 0.7',
      'augmentation: { compression: { p: 0.5 }, dropout: false }',
      'validation: { every_steps: 4, crop_size: null }',
      'samples: { every_steps: 4, count: 2, crop_size: [24, 24], lr_images: alpha.png }',
      'checkpoints: { every_steps: 4, keep: 2 }',
      ...lines,
      '',
    ].join('\n'),
  );
  return path;
}

test.each<[number, number, string, string]>([
  [1, 3, '{ type: compact, num_feat: 4, num_conv: 1 }', '{ type: unet, num_feat: 4 }'],
  [
    1,
    2,
    '{ rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }',
    '{ vgg_blk_ch: [4, 4], fc_features: [5] }',
  ],
  [4, 2, '{ type: compact, num_feat: 4, num_conv: 1 }', '{ type: patchgan, num_feat: 4, n_layers: 1 }'],
  [3, 3, '{ type: span, feature_channels: 4, num_blocks: 1 }', '{ type: unet, num_feat: 4 }'],
])(
  '%i channels at scale %i: train, convert, upscale and evaluate',
  async (channels, scale, generator, discriminator) => {
    const name = `c${channels}-x${scale}`;
    const file = runFile(name, [
      `img_channels: ${channels}`,
      `scale_factor: ${scale}`,
      `generator: ${generator}`,
      `discriminator: ${discriminator}`,
    ]);
    await succeed('train', file, '--stage', 'all');
    const paths = runPaths(join(folder, 'runs', name));
    const checkpoint = latestCheckpoint(paths).checkpoint!;
    expect(checkpoint.state.metrics.psnr).toBeGreaterThan(0);
    const samples = samplesFolder(paths, 'training', 4);
    for (const image of readdirSync(samples)) {
      const found = await sharp(join(samples, image)).metadata();
      expect([image, found.channels]).toEqual([image, channels]);
    }

    const { options } = readGenerator(join(checkpoint.path, 'generator.safetensors'));
    expect(options).toMatchObject({ img_channels: channels, scale_factor: scale });
    const onnx = join(folder, `${name}.onnx`);
    await succeed('convert', checkpoint.path, onnx);

    // The same image from either file; alpha and color stay what they are.
    const pixels: Record<string, Buffer> = {};
    for (const model of [onnx, checkpoint.path]) {
      const out = join(folder, `out-${name}-${model === onnx}`);
      const images = ['alpha.png', 'color.jpg'].map((image) => join(folder, image));
      await succeed('upscale', ...images, '--model', model, '--engine', 'cpu', '--out', out);
      for (const image of readdirSync(out)) {
        const { data, info } = await sharp(join(out, image)).raw().toBuffer({ resolveWithObject: true });
        expect([info.width, info.channels]).toEqual([24 * scale, image.startsWith('alpha') ? 4 : 3]);
        pixels[image] ??= data;
        const largest = data.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - pixels[image]![i]!)),
          0,
        );
        // JPEG at a rounding difference of one level.
        expect(largest).toBeLessThanOrEqual(image.endsWith('.png') ? 1 : 8);
      }
    }
    const report = await succeed(
      'evaluate',
      checkpoint.path,
      '--data',
      `own=${join(folder, 'val')}`,
      '--engine',
      'cpu',
    );
    expect(report).toContain('own');
  },
);

test('losses of RGB images are refused where the run file has 4 channels', async () => {
  const file = runFile('refused', [
    'img_channels: 4',
    'scale_factor: 2',
    'generator: { type: compact, num_feat: 4, num_conv: 1 }',
  ]);
  writeFileSync(file, readFileSync(file, 'utf8').replace('perceptual_loss: false', 'perceptual_loss: true'));
  const { code, stderr } = await run('train', file, '--stage', 'training');
  expect(code).toBe(3);
  expect(stderr).toContain(
    'the loss `perceptual` cannot be used with `img_channels: 4`: it takes RGB images, without alpha; set `perceptual_loss: false`',
  );
});
