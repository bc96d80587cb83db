import { describe, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { importOptions } from '../../../../trainer/import/import-options.ts';

/** The rest of an option file; its notes are not about the degradation. */
const rest = `
network_g: { type: RRDBNet }
train: { optim_g: { lr: 1e-4 }, total_iter: 1000, pixel_opt: { type: L1Loss } }
`;

/** Imports a file and compares the degradation with that of a run file. */
function check(text: string, expected: string, notes: readonly (string | RegExp)[] = []): void {
  const imported = importOptions(text);
  if ('problem' in imported) throw new Error(imported.problem);
  const [own, other] = [imported.text, `degradation: ${expected}`].map((each) =>
    readRunFile(each, { file: '/p/imported.esrgan.yaml' }),
  );
  expect(own?.problems).toEqual([]);
  expect(other?.problems).toEqual([]);
  expect(own?.config?.degradation).toEqual(other?.config?.degradation);
  expect(imported.notes).toEqual(
    notes.map((note) => (typeof note === 'string' ? note : expect.stringMatching(note))),
  );
}

const realEsrgan = `
name: photos
model_type: RealESRNetModel
scale: 4
gt_usm: False
resize_prob: [0.25, 0.65, 0.1]
resize_range: [0.2, 1.6]
gaussian_noise_prob: 0.4
noise_range: [2, 31]
poisson_scale_range: [0.06, 3.1]
gray_noise_prob: 0.3
jpeg_range: [31, 94]
second_blur_prob: 0.7
resize_prob2: [0.3, 0.4, 0.3]
resize_range2: [0.4, 1.3]
gaussian_noise_prob2: 0.6
noise_range2: [1, 26]
poisson_scale_range2: [0.07, 2.6]
gray_noise_prob2: 0.5
jpeg_range2: [32, 93]
gt_size: 256
queue_size: 180
datasets:
  train:
    name: photos
    type: RealESRGANDataset
    dataroot_gt: /d/photos
    gt_size: 256
    batch_size_per_gpu: 12
    blur_kernel_size: 21
    kernel_list: ['iso', 'aniso', 'generalized_iso', 'generalized_aniso', 'plateau_iso', 'plateau_aniso']
    kernel_prob: [0.4, 0.3, 0.1, 0.05, 0.1, 0.05]
    sinc_prob: 0.2
    blur_sigma: [0.3, 2.9]
    betag_range: [0.6, 3.9]
    betap_range: [1, 1.9]
    blur_kernel_size2: 21
    kernel_list2: ['iso', 'aniso']
    kernel_prob2: [0.5, 0.5]
    sinc_prob2: 0
    blur_sigma2: [0.3, 1.4]
    betag_range2: [0.7, 3.8]
    betap_range2: [1, 1.8]
    final_sinc_prob: 0.9
${rest}`;

const ofRealEsrgan = `
  - op: blur
    kernels: { iso: 0.32, aniso: 0.24, generalized_iso: 0.08, generalized_aniso: 0.04, plateau_iso: 0.08, plateau_aniso: 0.04, sinc: 0.2 }
    sigma: [0.3, 2.9]
    beta_generalized: [0.6, 3.9]
    beta_plateau: [1, 1.9]
  - { op: resize, up: 0.25, down: 0.65, keep: 0.1, range: [0.2, 1.6] }
  - { op: noise, gaussian: 0.4, poisson: 0.6, sigma: [2, 31], scale: [0.06, 3.1], gray: 0.3 }
  - { op: jpeg, quality: [31, 94] }
  - op: blur
    p: 0.7
    kernels: { iso: 0.5, aniso: 0.5 }
    sigma: [0.3, 1.4]
    beta_generalized: [0.7, 3.8]
    beta_plateau: [1, 1.8]
  - { op: resize, up: 0.3, down: 0.4, keep: 0.3, range: [0.4, 1.3], of: lr }
  - { op: noise, gaussian: 0.6, poisson: 0.4, sigma: [1, 26], scale: [0.07, 2.6], gray: 0.5 }
  - { op: downscale, order: shuffled }
  - { op: sinc, p: 0.9, order: attached }
  - { op: jpeg, quality: [32, 93], order: shuffled }`;

/** `text` with one stretch replaced. */
function but(text: string, from: string, to: string): string {
  expect(text.split(from)).toHaveLength(2);
  return text.replace(from, to);
}

describe('Real-ESRGAN', () => {
  test.each<[string, string, string]>([
    ['both orders', realEsrgan, ofRealEsrgan],
    [
      'HR that is sharpened first, which RealESRGANModel always does',
      but(realEsrgan, 'model_type: RealESRNetModel', 'model_type: RealESRGANModel'),
      `\n  - op: sharpen${ofRealEsrgan}`,
    ],
    ['off', `${realEsrgan}high_order_degradation: False\n`.replace('type: RealESRGANDataset', ''), '[]'],
    [
      'a file that relies on the usual numbers',
      `name: a\nscale: 4\ndatasets: { train: { type: RealESRGANDataset, name: p, dataroot_gt: /d/p } }${rest}`,
      'real-esrgan',
    ],
  ])('%s', (_, text, expected) => check(text, expected));

  test('a range outside of the limits is a note', () =>
    check(
      but(realEsrgan, 'jpeg_range: [31, 94]', 'jpeg_range: [0, 94]'),
      but(ofRealEsrgan, 'quality: [31, 94]', 'quality: [1, 94]'),
      ['`jpeg_range`: [0, 94] is not in 1 to 100; replaced by [1, 94].'],
    ));
});

/** Of traiNNer-redux: everything is off except the resizes and JPEG. */
const redux = `
name: anime
scale: 2
use_channels_last: true
high_order_degradation: true
high_order_degradations_debug: false
high_order_degradations_debug_limit: 100
lq_usm: false
lq_usm_radius_range: [1, 25]
thicklines_prob: 0.0
blur_prob: 0.0
resize_prob: [0.2, 0.7, 0.1]
resize_mode_list: ['bilinear', 'bicubic', 'nearest-exact', 'lanczos']
resize_mode_prob: [0.4, 0.3, 0.2, 0.1]
resize_range: [0.4, 1.5]
gaussian_noise_prob: 0.0
noise_range: [0, 0]
poisson_scale_range: [0, 0]
gray_noise_prob: 0.0
jpeg_prob: 0.75
jpeg_range: [75, 95]
blur_prob2: 0.0
resize_prob2: [0.3, 0.4, 0.3]
resize_mode_list2: ['area', 'bicubic']
resize_mode_prob2: [0.5, 0.5]
resize_range2: [0.6, 1.2]
gaussian_noise_prob2: 0
noise_range2: [0, 0]
poisson_scale_range2: [0, 0]
gray_noise_prob2: 0.0
jpeg_prob2: 1.0
jpeg_range2: [70, 90]
resize_mode_list3: ['bicubic']
resize_mode_prob3: [1]
queue_size: 120
datasets:
  train:
    name: anime
    type: realesrgandataset
    dataroot_gt: /d/anime
    blur_kernel_size: 12
    kernel_list: ['iso', 'aniso']
    kernel_prob: [0.75, 0.25]
    kernel_range: [5, 17]
    sinc_prob: 0.0
    blur_sigma: [0.2, 2]
    betag_range: [0.5, 4]
    betap_range: [1, 2]
    kernel_range2: [7, 9]
    blur_sigma2: [0.2, 1]
    final_sinc_prob: 0.0
    final_kernel_range: [5, 15]
    lq_size: 64
    batch_size_per_gpu: 8
${rest}`;

const ofRedux = `
  - { op: resize, up: 0.2, down: 0.7, keep: 0.1, range: [0.4, 1.5], modes: { triangle: 0.4, matlab: 0.3, nearest: 0.2, lanczos: 0.1 } }
  - { op: jpeg, p: 0.75, quality: [75, 95] }
  - { op: resize, p: 0.7, up: 0.3, down: 0.4, keep: 0, range: [0.6, 1.2], of: lr, modes: { area: 0.5, matlab: 0.5 } }
  - { op: downscale, modes: { matlab: 1 }, order: shuffled }
  - { op: jpeg, quality: [70, 90], order: shuffled }`;

describe('traiNNer-redux', () => {
  test('resizes and JPEG', () => check(redux, ofRedux));

  test('blur, noise, sharpening and ringing', () => {
    const text = redux
      .replace('\nblur_prob: 0.0', '\nblur_prob: 0.5')
      .replace('\npoisson_scale_range: [0, 0]', '\npoisson_scale_range: [0.1, 0.4]')
      .replace('final_sinc_prob: 0.0', 'final_sinc_prob: 0.3')
      .replace('lq_usm: false', 'lq_usm: true');
    check(
      text,
      `
  - { op: sharpen, size: [3, 25] }
  - { op: blur, p: 0.5, kernels: { iso: 0.75, aniso: 0.25 }, size: [5, 17], sigma: [0.2, 2] }
  - { op: resize, up: 0.2, down: 0.7, keep: 0.1, range: [0.4, 1.5], modes: { triangle: 0.4, matlab: 0.3, nearest: 0.2, lanczos: 0.1 } }
  - { op: noise, gaussian: 0, poisson: 1, sigma: [0, 0], scale: [0.1, 0.4], gray: 0 }
  - { op: jpeg, p: 0.75, quality: [75, 95] }
  - { op: resize, p: 0.7, up: 0.3, down: 0.4, keep: 0, range: [0.6, 1.2], of: lr, modes: { area: 0.5, matlab: 0.5 } }
  - { op: downscale, modes: { matlab: 1 }, order: shuffled }
  - { op: sinc, p: 0.3, size: [5, 15], order: attached }
  - { op: jpeg, quality: [70, 90], order: shuffled }`,
    );
  });

  test('only a bicubic downscale', () => {
    const text = redux
      .replace('resize_prob: [0.2, 0.7, 0.1]', 'resize_prob: [0, 0, 1]')
      .replace('resize_prob2: [0.3, 0.4, 0.3]', 'resize_prob2: [0, 0, 1]')
      .replace('jpeg_prob: 0.75', 'jpeg_prob: 0.0')
      .replace('jpeg_prob2: 1.0', 'jpeg_prob2: 0.0');
    check(text, '[{ op: downscale, modes: { matlab: 1 } }]');
  });
});

test("neosr's own section", () =>
  check(
    `
name = "a"
scale = 4
[datasets.train]
type = "otf"
name = "photos"
dataroot_gt = '/d/photos'
patch_size = 64
batch_size = 8
use_hflip = false
use_rot = false
[degradations]
resize_prob = [ 0.3, 0.4, 0.3 ]
resize_range = [ 0.5, 1.5 ]
gaussian_noise_prob = 0.2
noise_range = [ 0, 2 ]
poisson_scale_range = [ 0.05, 0.25 ]
gray_noise_prob = 0.1
jpeg_range = [ 40, 95 ]
second_blur_prob = 0.4
blur_kernel_size = 7
kernel_list = [ "iso" ]
kernel_prob = [ 1 ]
sinc_prob = 0.1
final_sinc_prob = 0.5
[network_g]
type = "esrgan"
[train.optim_g]
type = "adam"
lr = 1e-4
[train.pixel_opt]
type = "l1_loss"
[logger]
total_iter = 1000
`,
    `
  - { op: blur, kernels: { iso: 0.9, sinc: 0.1 } }
  - { op: resize, up: 0.3, down: 0.4, keep: 0.3, range: [0.5, 1.5] }
  - { op: noise, gaussian: 0.2, poisson: 0.8, sigma: [0, 2], scale: [0.05, 0.25], gray: 0.1 }
  - { op: jpeg, quality: [40, 95] }
  - { op: blur, p: 0.4, sigma: [0.2, 1.5] }
  - { op: resize, up: 0.3, down: 0.4, keep: 0.3, range: [0.3, 1.2], of: lr }
  - { op: noise, sigma: [1, 25], scale: [0.05, 2.5] }
  - { op: downscale, order: shuffled }
  - { op: sinc, p: 0.5, order: attached }
  - { op: jpeg, order: shuffled }`,
  ));

/** The keys of losses and of mixing. */
function checkConfig(text: string, expected: object, notes: readonly unknown[] = []): void {
  const imported = importOptions(text);
  if ('problem' in imported) throw new Error(imported.problem);
  const { config, problems } = readRunFile(imported.text, { file: '/p/imported.esrgan.yaml' });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(config).toMatchObject(expected);
  expect(imported.notes).toEqual(notes);
}

describe('sharpened HR images', () => {
  const gan = `${but(
    realEsrgan,
    'gt_usm: False',
    'l1_gt_usm: True\npercep_gt_usm: True\ngan_gt_usm: False',
  ).replace(
    'pixel_opt: { type: L1Loss } }',
    'pixel_opt: { type: L1Loss }, perceptual_opt: { layer_weights: { conv5_4: 1 } }, gan_opt: { gan_type: vanilla, loss_weight: 0.1 } }',
  )}path: { pretrain_network_g: /w/a.pth }\n`;
  test.each<[string, string, object]>([
    [
      'of Real-ESRGAN',
      gan,
      {
        training: {
          gan_sharpen_hr: false,
          losses: [
            { type: 'l1', sharpen_hr: true },
            { type: 'perceptual', sharpen_hr: true },
          ],
        },
      },
    ],
    [
      'only for the discriminator',
      gan.replace('l1_gt_usm: True\npercep_gt_usm: True\ngan_gt_usm: False', 'gan_gt_usm: True'),
      { training: { gan_sharpen_hr: true, losses: [{ type: 'l1' }, { type: 'perceptual' }] } },
    ],
    [
      'of Real-ESRNet, whose degradation starts from them too',
      but(realEsrgan, 'gt_usm: False', 'gt_usm: True'),
      {
        pretraining: { losses: [{ type: 'l1', sharpen_hr: true }] },
        degradation: expect.arrayContaining([expect.objectContaining({ op: 'sharpen' })]),
      },
    ],
  ])('%s', (_, text, expected) => checkConfig(text, expected));
});

test('pairs that traiNNer-redux mixes with degraded patches', () =>
  checkConfig(
    redux
      .replace('type: realesrgandataset', 'type: realesrganpaireddataset')
      .replace('dataroot_gt: /d/anime', 'dataroot_gt: /d/anime\n    dataroot_lq: /d/anime-lr')
      .replace('lq_usm: false', 'lq_usm: false\ndataroot_lq_prob: 0.3'),
    {
      degradation_probability: 0.7,
      datasets: { anime: { train: { lr: expect.stringMatching(/anime-lr$/) } } },
    },
  ));
