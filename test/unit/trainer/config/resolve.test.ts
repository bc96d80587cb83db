import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  imageSources,
  type ResolvedConfig,
  readRunFile,
  serializeResolved,
} from '../../../../trainer/config/index.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { asOnUnix } from '../../../unix.ts';

function resolved(text: string, file = '/p/run.esrgan.yaml'): ResolvedConfig {
  const { config, problems } = readRunFile(text, { file });
  expect(problems).toEqual([]);
  if (!config) throw new Error('no config');
  return asOnUnix(config);
}

describe('defaults', () => {
  test.each([
    ['small.esrgan.yaml', 'small'],
    ['small.esrgan.yml', 'small'],
    ['small.esrgan.json', 'small'],
    ['a+b_x4.json', 'a+b_x4'],
    ['v1.2.esrgan.yaml', 'v1.2'],
    ['grün 猫.esrgan.yaml', 'grün 猫'],
    ['-a?b:c..esrgan.yaml', 'a-b-c'],
    ['.esrgan.yaml', 'run'],
  ])('its name comes from %s', (file, name) => expect(resolved('', `/p/${file}`).name).toBe(name));

  test('relative paths start at its folder', () => {
    const text = `
runs_dir: ../out
data_dir: /data
pretraining: { init: a.pth, train_datasets: [mine], val_datasets: [] }
training: { init: best, train_datasets: [mine], val_datasets: [] }
perceptual_loss: { weights: ./vgg.pth }
datasets: { mine: { hr: 'photos/**/*.png' } }`;
    expect(resolved(text, '/p/q/run.esrgan.yaml')).toMatchObject({
      runs_dir: '/p/out',
      data_dir: '/data',
      pretraining: { init: '/p/q/a.pth' },
      training: { init: 'best', losses: [{}, { weights: '/p/q/vgg.pth' }] },
      datasets: { mine: { train: { hr: '/p/q/photos/**/*.png' } } },
    });
    expect(resolved(text.replace('best', 'b.pth'), '/p/run.esrgan.yaml').training.init).toBe('/p/b.pth');
    expect(resolved('').training.init).toBe('last');
  });

  test('augmentation is on by default, and each part can be turned off', () => {
    const spatial = { p: 0.5, flip: 0.75, transpose: 0.25, rotate: 0 };
    const compression = { p: 0.25, quality: [65, 100] };
    const dropout = { p: 0.25, holes: 8, size: 2 };
    const on = { spatial, compression, dropout };
    const cases: [string, unknown][] = [
      ['', on],
      ['augmentation: true', on],
      ['augmentation: false', { spatial: false, compression: false, dropout: false }],
      ['augmentation: { dropout: false, spatial: true }', { ...on, dropout: false }],
      ['augmentation: { compression: { p: 1 } }', { ...on, compression: { p: 1, quality: [65, 100] } }],
    ];
    expect(cases.map(([text]) => resolved(text).augmentation)).toEqual(cases.map(([, expected]) => expected));
  });

  test('a map replaces the default map', () => {
    const { losses } = resolved('perceptual_loss: { layer_weights: { conv1_1: 2 } }').training;
    expect(losses[1]).toHaveProperty('layer_weights', { conv1_1: 2 });
  });

  test('the perceptual loss is on by default, and can be turned off', () => {
    expect(resolved('perceptual_loss: true')).toEqual(resolved(''));
    const { losses } = resolved('perceptual_loss: false').training;
    expect(losses.map(({ type }) => type)).toEqual(['l1']);
  });
});

describe('the losses of a stage', () => {
  const l1 = { type: 'l1', weight: 1 };
  test.each<[string, 'pretraining' | 'training', unknown[]]>([
    ['', 'pretraining', [{ ...l1, name: 'content_loss' }]],
    ['content_loss: { loss_f: mse }', 'pretraining', [{ type: 'l2', weight: 1, name: 'content_loss' }]],
    [
      'training: { g_content_loss_scaling: 2 }\nperceptual_loss: false',
      'training',
      [{ ...l1, weight: 2, name: 'content_loss' }],
    ],
    [
      'training: { losses: [{ type: l1, weight: 0.5 }, { type: huber }, { type: l1 }, { type: l1, name: mine }] }',
      'training',
      [
        { ...l1, weight: 0.5, name: 'l1_loss' },
        { type: 'huber', weight: 1, delta: 1, name: 'huber_loss' },
        { ...l1, name: 'l1_loss_2' },
        { ...l1, name: 'mine' },
      ],
    ],
    [
      'pretraining: { losses: [{ type: dists, vgg_weights: ../vgg.pth }] }',
      'pretraining',
      [{ type: 'dists', weight: 1, vgg_weights: '/vgg.pth', name: 'dists_loss' }],
    ],
    ['training: { losses: [{ type: l1 }] }', 'pretraining', [{ ...l1, name: 'content_loss' }]],
  ])('%s', (text, stage, expected) => expect(resolved(text, '/p/r.yaml')[stage].losses).toEqual(expected));
});

describe('data sets', () => {
  const naming = (name: string, more: string) =>
    resolved(`pretraining: { train_datasets: [${name}], val_datasets: [${name}] }\n${more}`).datasets[name];
  const bicubic = { downscale: 'bicubic' };
  const cases: [string, string, string, unknown][] = [
    [
      'div2k x4',
      'div2k',
      'data_dir: d',
      {
        train: { hr: '/p/d/DIV2K_train_HR', lr: '/p/d/DIV2K_train_LR_bicubic/X4', ...bicubic },
        val: { hr: '/p/d/DIV2K_valid_HR', lr: '/p/d/DIV2K_valid_LR_bicubic/X4', ...bicubic },
      },
    ],
    [
      'div2k x8 has no LR images',
      'div2k',
      'scale_factor: 8',
      {
        train: { hr: '/p/data/DIV2K_train_HR', ...bicubic },
        val: { hr: '/p/data/DIV2K_valid_HR', ...bicubic },
      },
    ],
    [
      'bsds500, with the downscale of the published runs',
      'bsds500',
      'datasets: { bsds500: { downscale: nearest } }',
      {
        train: { hr: '/p/data/BSR/BSDS500/data/images/train', downscale: 'nearest' },
        val: { hr: '/p/data/BSR/BSDS500/data/images/val', downscale: 'nearest' },
      },
    ],
    [
      'set14 x2',
      'set14',
      'scale_factor: 2',
      {
        train: { hr: '/p/data/Set14/GTmod12', lr: '/p/data/Set14/LRbicx2', ...bicubic },
        val: { hr: '/p/data/Set14/GTmod12', lr: '/p/data/Set14/LRbicx2', ...bicubic },
      },
    ],
    [
      'a replaced predefined data set',
      'div2k',
      'datasets: { div2k: { hr: /x } }',
      { train: { hr: '/x', ...bicubic }, val: { hr: '/x', ...bicubic } },
    ],
    [
      'its own data set, for each split',
      'mine',
      "datasets: { mine: { hr: { train: a, val: 'b/*.png' }, lr: { train: 'a_x{scale}' } } }",
      { train: { hr: '/p/a', lr: '/p/a_x4', ...bicubic }, val: { hr: '/p/b/*.png', ...bicubic } },
    ],
    [
      'a name with the text `{scale}`',
      'mine',
      "datasets: { mine: { hr: 'a/{{scale}}/{{{scale}}}', lr: 'b/{{scale}}/x{scale}' } }",
      {
        train: { hr: '/p/a/{scale}/{{scale}}', lr: '/p/b/{scale}/x4', ...bicubic },
        val: { hr: '/p/a/{scale}/{{scale}}', lr: '/p/b/{scale}/x4', ...bicubic },
      },
    ],
  ];
  test.each(cases)('%s', (_, name, more, expected) => expect(naming(name, more)).toEqual(expected));

  test('contains only those that a stage uses, in its order', () => {
    const config = resolved(`
datasets: { mine: { hr: a }, other: { hr: b } }
pretraining: { train_datasets: [set5, mine], val_datasets: [mine] }`);
    expect(Object.keys(config.datasets).sort()).toEqual(['div2k', 'mine', 'set5']);
    expect(imageSources(config, 'pretraining', 'train').map(({ name, hr }) => [name, hr])).toEqual([
      ['set5', '/p/data/Set5/GTmod12'],
      ['mine', '/p/a'],
    ]);
    expect(imageSources(config, 'training', 'val')).toEqual([
      {
        name: 'div2k',
        hr: '/p/data/DIV2K_valid_HR',
        lr: '/p/data/DIV2K_valid_LR_bicubic/X4',
        downscale: 'bicubic',
      },
    ]);
  });
});

test('`{scale}` in the name of a folder above is no placeholder', () => {
  const text =
    "data_dir: 'd{scale}'\ndatasets: { mine: { hr: 'x{scale}' } }\ntraining: { val_datasets: [mine] }";
  expect(resolved(text, '/{scale}/run.esrgan.yaml').datasets).toMatchObject({
    div2k: { train: { hr: '/{scale}/d{scale}/DIV2K_train_HR' } },
    mine: { val: { hr: '/{scale}/x4' } },
  });
});

describe('a serialized config resolves to the same config in any folder', () => {
  const cases: [string, string][] = [
    ['the defaults', ''],
    ['augmentation off', 'augmentation: { spatial: false, dropout: false }'],
    ['no perceptual loss', 'perceptual_loss: false'],
    [
      'all optional keys',
      `
name: 'é #1'
seed: 4294967295
pretraining: { num_step: 7, init: "we're here.pth", lr: 1e-7, train_datasets: [a, set5], val_datasets: [b] }
training: { num_step: 8, init: best, g_sched_steps: [], train_datasets: ["1"], val_datasets: [] }
perceptual_loss: { weights: vgg.pth, layer_weights: { conv1_1: 0.1, conv2_2: 3 } }
validation: { crop_size: null, max_images: 3 }
workers: 2
datasets:
  a: { hr: { train: 'x/*.png' }, lr: { train: 'x{scale}' } }
  b: { hr: { val: "{1,2}/y: z" }, downscale: nearest }
  1: { hr: ${'long/'.repeat(60)} }`,
    ],
  ];
  test.each(cases)('%s', (_, text) => {
    const config = resolved(text, '/p/q/other.esrgan.yaml');
    expect(resolved(serializeResolved(config), '/somewhere/else.yaml')).toEqual(config);
  });
  test.each(cases)('%s, in a folder with `{scale}` in its name', (_, text) => {
    const config = resolved(text, '/p/{scale}/{{scale}}/other.esrgan.yaml');
    expect(resolved(serializeResolved(config), '/somewhere/else.yaml')).toEqual(config);
  });
});

/** A config as the original program writes them, with the values of its published third run. */
const published = `{
  "scale_factor": 4, "batch_size": 16, "img_channels": 3,
  "pretraining": {
    "num_epoch": 8000, "cr_patch_size": [192, 192], "lr": 2e-4, "sched_step": 175000, "sched_gamma": 0.5,
    "train_datasets": ["bsds500", "div2k"], "val_datasets": ["div2k"]
  },
  "training": {
    "num_epoch": 6000, "cr_patch_size": [128, 128], "g_lr": 1e-4, "d_lr": 1e-4,
    "g_sched_steps": [50000, 100000, 175000, 250000], "g_sched_gamma": 0.5,
    "d_sched_steps": [50000, 100000, 175000, 250000], "d_sched_gamma": 0.5,
    "g_adversarial_loss_scaling": 0.005, "g_content_loss_scaling": 0.01,
    "train_datasets": ["bsds500", "div2k"], "val_datasets": ["div2k"]
  },
  "generator": {
    "rrdb_channels": 64, "growth_channels": 32, "num_basic_blocks": 23, "num_dense_blocks": 3,
    "num_residual_blocks": 5, "residual_scaling": 0.2, "use_subpixel_conv": false
  },
  "discriminator": { "vgg_blk_ch": [64, 64, 128, 128, 256, 256, 512, 512], "fc_features": [100] },
  "content_loss": { "loss_f": "l1" },
  "perceptual_loss": { "layer_weights": { "conv5_4": 1.0 }, "normalize_input": true, "normalize_loss": false }
}`;

/** A config of the original with its losses as lists. */
function withLists(config: Record<string, Record<string, unknown>>) {
  const { content_loss, perceptual_loss, ...rest } = config;
  const { g_content_loss_scaling, ...training } = config.training!;
  const content = { type: content_loss?.loss_f, name: 'content_loss' };
  const perceptual = { type: 'perceptual', name: 'perceptual_loss', weight: 1, ...perceptual_loss };
  return {
    ...rest,
    pretraining: { ...config.pretraining, losses: [{ ...content, weight: 1 }] },
    training: { ...training, losses: [{ ...content, weight: g_content_loss_scaling }, perceptual] },
  };
}

test('a config of the original is a valid run file', () => {
  const config = resolved(published, '/p/third.json');
  expect(config).toMatchObject({ ...withLists(JSON.parse(published)), name: 'third' });
});

describe.skipIf(!hasTestData)(needsTestData('the configs of the original'), () => {
  const folder = join(testData, 'configs', 'enhanced-srgan');
  const files = hasTestData ? readdirSync(folder) : [];
  test('are six', () => expect(files).toHaveLength(6));
  test.each(files)('%s loads unchanged', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    expect(resolved(text, join(folder, file))).toMatchObject(withLists(JSON.parse(text)));
  });
});
