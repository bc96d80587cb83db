import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { importOptions } from '../../../../trainer/import/import-options.ts';
import { asOnUnix } from '../../../unix.ts';

/** An option file for PSNR, and one for a GAN, each as short as one can be. */
const psnr = `
name: small
model_type: SRModel
scale: 4
datasets:
  train:
    name: birds
    type: PairedImageDataset
    dataroot_gt: /d/birds/hr
    dataroot_lq: /d/birds/lr
    gt_size: 128
    batch_size_per_gpu: 8
network_g: { type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16 }
train:
  optim_g: { type: Adam, lr: !!float 2e-4, betas: [0.9, 0.999] }
  total_iter: 1000
  pixel_opt: { type: L1Loss, loss_weight: 1.0 }
`;
const gan = `
name: small-gan
model_type: ESRGANModel
scale: 4
datasets:
  train: { name: birds, type: PairedImageDataset, dataroot_gt: /d/birds, gt_size: 128, batch_size_per_gpu: 8 }
path: { pretrain_network_g: /w/psnr.pth }
train:
  optim_g: { lr: 1e-4 }
  optim_d: { lr: 5e-5 }
  total_iter: 400000
  pixel_opt: { type: L1Loss, loss_weight: 1e-2 }
  perceptual_opt: { layer_weights: { conv3_4: 0.5, 'conv5_4': 1 }, perceptual_weight: 0.1, vgg_type: vgg19, criterion: l1 }
  gan_opt: { gan_type: vanilla, loss_weight: !!float 5e-3 }
`;

function imported(text: string): { config: object; notes: readonly string[] } {
  const result = importOptions(text);
  if ('problem' in result) throw new Error(result.problem);
  const { config, problems } = readRunFile(result.text, { file: '/p/from-basicsr.esrgan.yaml' });
  expect(problems).toEqual([]);
  if (!config) throw new Error('no config');
  return { config: asOnUnix(config), notes: [...result.notes, ...result.advice] };
}

/** `text` with one stretch replaced. */
function but(text: string, from: string, to: string): string {
  expect(text.split(from)).toHaveLength(2);
  return text.replace(from, to);
}

describe('carries over', () => {
  test.each<[string, string, object]>([
    [
      'PSNR-driven training',
      psnr,
      {
        name: 'small',
        scale_factor: 4,
        batch_size: 8,
        generator: { rrdb_channels: 32, num_basic_blocks: 6, growth_channels: 16 },
        pretraining: {
          cr_patch_size: [128, 128],
          lr: 2e-4,
          num_step: 1000,
          num_epoch: 1000,
          train_datasets: ['birds'],
          val_datasets: [],
        },
        datasets: { birds: { train: { hr: '/d/birds/hr', lr: '/d/birds/lr' } } },
        augmentation: { spatial: false, compression: false, dropout: false },
      },
    ],
    [
      'GAN training',
      gan,
      {
        training: {
          g_lr: 1e-4,
          d_lr: 5e-5,
          num_step: 400000,
          init: '/w/psnr.pth',
          losses: [
            { type: 'l1', weight: 0.01 },
            {
              type: 'perceptual',
              weight: 0.1,
              layer_weights: { conv3_4: 0.5, conv5_4: 1 },
              vgg_type: 'vgg19',
              criterion: 'l1',
            },
          ],
          g_adversarial_loss_scaling: 0.005,
        },
        generator: { rrdb_channels: 64, num_basic_blocks: 23, growth_channels: 32 },
      },
    ],
    [
      'feature matching and the R1 penalty',
      but(
        gan,
        'total_iter: 400000',
        'total_iter: 400000\n  feature_matching_opt: { type: GANFeatLoss, loss_weight: 10, criterion: l1 }\n  r1_reg_weight: 5\n  net_d_reg_every: 8',
      ),
      {
        training: {
          feature_matching: { weight: 10, layers: null },
          r1_penalty: { weight: 5, every_steps: 8 },
        },
      },
    ],
    [
      'losses in sections of neosr',
      but(
        but(gan, 'gt_size: 128', 'gt_size: 192'),
        'total_iter: 400000',
        'total_iter: 400000\n  mssim_opt: { type: mssim_loss, loss_weight: 0.5 }\n  dists_opt: { type: dists_loss, loss_weight: 0.25 }\n  ff_opt: { type: ff_loss, loss_weight: 0.35 }',
      ),
      {
        training: {
          losses: [
            { type: 'l1' },
            { type: 'ms_ssim', weight: 0.5 },
            { type: 'perceptual' },
            { type: 'dists', weight: 0.25 },
            { type: 'focal_frequency', weight: 17.5 },
          ],
        },
      },
    ],
    [
      'a PatchGAN of neosr',
      `${gan}network_d: { type: patchgan, num_in_ch: 3, num_feat: 32, num_layers: 4 }\n`,
      { discriminator: { type: 'patchgan', num_feat: 32, n_layers: 4, padding: 1 } },
    ],
    [
      'the small RRDB network of traiNNer-redux',
      but(psnr, 'type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16', 'type: esrgan_lite'),
      { generator: { rrdb_channels: 32, growth_channels: 32, num_basic_blocks: 12 } },
    ],
    [
      'decays after the last step',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  scheduler: { type: MultiStepLR, milestones: [1000], gamma: 0.5 }',
      ),
      { pretraining: { schedule: { type: 'constant' } } },
    ],
    ['a seed', `${psnr}manual_seed: 10\n`, { seed: 10 }],
    [
      'the length of the stage where neosr has it',
      `${but(psnr, '  total_iter: 1000\n', '')}logger: { total_iter: 2000 }\n`,
      { pretraining: { num_step: 2000 } },
    ],
    ['settings of speed', `${psnr}compile: true\nfast_matmul: true\n`, { name: 'small' }],
    [
      'unevenly spaced decays',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  scheduler: { type: MultiStepLR, milestones: [200, 300, 1000] }',
      ),
      { pretraining: { schedule: { type: 'multi_step', milestones: [200, 300], gamma: 0.1 } } },
    ],
    [
      'a cosine with restarts, after a warm-up',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  warmup_iter: 50\n  scheduler: { type: CosineAnnealingRestartLR, periods: [500, 500], restart_weights: [1, 0.5], eta_min: 1e-7 }',
      ),
      {
        pretraining: {
          schedule: {
            type: 'cosine',
            periods: [500, 500],
            restart_weights: [1, 0.5],
            eta_min: 1e-7,
            warmup_steps: 50,
          },
        },
      },
    ],
    [
      'PyTorch’s warm restarts',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  scheduler: { type: CosineAnnealingWarmRestarts, T_0: 200, T_mult: 2 }',
      ),
      { pretraining: { schedule: { type: 'cosine', periods: [200, 400, 800] } } },
    ],
    [
      'a warm-up of both networks',
      but(
        gan,
        'total_iter',
        'warmup_iter: 1e3\n  scheduler: { type: MultiStepLR, milestones: [200000], gamma: 0.5 }\n  total_iter',
      ),
      {
        training: {
          g_schedule: { type: 'multi_step', milestones: [200000], gamma: 0.5, warmup_steps: 1000 },
          d_schedule: { type: 'multi_step', milestones: [200000], gamma: 0.5, warmup_steps: 1000 },
        },
      },
    ],
    [
      'no scheduler',
      psnr,
      { pretraining: { schedule: { type: 'constant' }, optimizer: { type: 'adam', betas: [0.9, 0.999] } } },
    ],
    [
      'an optimizer with its settings',
      but(
        psnr,
        'type: Adam, lr: !!float 2e-4, betas: [0.9, 0.999]',
        'type: AdamW, lr: 1e-3, weight_decay: 0.05, betas: [0.9, 0.99], eps: 1e-6',
      ),
      {
        pretraining: {
          lr: 1e-3,
          optimizer: { type: 'adamw', weight_decay: 0.05, betas: [0.9, 0.99], eps: 1e-6 },
        },
      },
    ],
    [
      'optimizers of newer programs',
      but(
        but(gan, 'optim_g: { lr: 1e-4', 'optim_g: { type: Adan, lr: 1e-4, betas: [0.98, 0.92, 0.987]'),
        'optim_d: { lr: 5e-5',
        'optim_d: { type: adamw_sf, lr: 5e-5, schedule_free: true, warmup_steps: 1600',
      ).replace(
        'total_iter',
        'scheduler: { type: multisteplr, milestones: [60000], gamma: 0.5 }\n  total_iter',
      ),
      {
        training: {
          g_optimizer: { type: 'adan', betas: [0.98, 0.92, 0.987] },
          g_sched_steps: [60000],
          d_optimizer: { type: 'adamw_schedule_free' },
          d_schedule: { type: 'constant', warmup_steps: 1600 },
        },
      },
    ],
    ['workers', but(psnr, 'gt_size: 128', 'gt_size: 128\n    num_worker_per_gpu: 6'), { workers: 6 }],
    [
      'one worker for the main thread',
      but(psnr, 'gt_size: 128', 'gt_size: 128\n    num_worker_per_gpu: 0'),
      { workers: null },
    ],
    ['the default growth', but(psnr, ', num_grow_ch: 16', ''), { generator: { growth_channels: 32 } }],
    [
      'EMA from a step',
      but(psnr, 'train:\n  optim', 'train:\n  ema_decay: 0.999\n  ema_update_after_step: 500\n  optim'),
      { ema: { decay: 0.999, start_step: 500 } },
    ],
    [
      'gradient accumulation and clipping',
      but(
        but(psnr, 'gt_size: 128', 'gt_size: 128\n    accum_iter: 4'),
        'train:\n  optim',
        'train:\n  grad_clip: true\n  grad_clip_max_norm: 10\n  optim',
      ),
      { batch_size: 8, accumulate: 4, clip_gradient_norm: 10 },
    ],
    [
      'gradient clipping that is off',
      but(psnr, 'train:\n  optim', 'train:\n  grad_clip: false\n  optim'),
      { clip_gradient_norm: null, accumulate: 1 },
    ],
    ['EMA', but(psnr, 'train:\n  optim', 'train:\n  ema_decay: 0.999\n  optim'), { ema: { decay: 0.999 } }],
    [
      'a squared loss',
      but(psnr, 'L1Loss', 'MSELoss'),
      { pretraining: { losses: [{ type: 'l2', weight: 1 }] } },
    ],
    [
      'intervals',
      `${psnr}val: { val_freq: !!float 5e3 }\nlogger: { print_freq: 100, save_checkpoint_freq: 1e4 }\n`,
      {
        validation: { every_steps: 5000 },
        samples: { every_steps: 5000 },
        checkpoints: { every_steps: 10000 },
        log_every_steps: 100,
      },
    ],
    [
      'validation data with the same and with other names',
      but(
        psnr,
        'network_g',
        '  val: { name: birds, dataroot_gt: /d/v, dataroot_lq: /d/vl }\n  val_2: { name: Set5, dataroot_gt: /d/5 }\nnetwork_g',
      ),
      {
        pretraining: { val_datasets: ['birds', 'Set5'] },
        datasets: {
          birds: { train: { hr: '/d/birds/hr' }, val: { hr: '/d/v', lr: '/d/vl' } },
          Set5: { val: { hr: '/d/5' } },
        },
      },
    ],
    [
      'lists of images',
      but(
        but(psnr, 'gt_size: 128', 'gt_size: 128\n    meta_info_file: /d/birds.txt'),
        'network_g',
        '  val: { name: birds, dataroot_gt: /d/v, meta_info: /d/v.txt }\nnetwork_g',
      ),
      {
        datasets: {
          birds: {
            train: { hr: '/d/birds/hr', lr: '/d/birds/lr', meta_info: '/d/birds.txt' },
            val: { hr: '/d/v', meta_info: '/d/v.txt' },
          },
        },
      },
    ],
    [
      'evenly spaced decays',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  scheduler: { type: MultiStepLR, milestones: [400, 800], gamma: 0.1 }',
      ),
      { pretraining: { sched_step: 400, sched_gamma: 0.1 } },
    ],
    [
      'milestones of both networks, except at the last step',
      but(
        gan,
        'total_iter',
        'scheduler: { type: MultiStepLR, milestones: [5e4, 300000, 400000], gamma: 0.25 }\n  total_iter',
      ),
      {
        training: {
          g_sched_steps: [50000, 300000],
          d_sched_steps: [50000, 300000],
          g_sched_gamma: 0.25,
          d_sched_gamma: 0.25,
        },
      },
    ],
    [
      'no pixel loss',
      but(gan, '  pixel_opt: { type: L1Loss, loss_weight: 1e-2 }\n', ''),
      { training: { losses: [{ type: 'perceptual', weight: 0.1 }] } },
    ],
    [
      'all losses of a list',
      but(
        but(gan, '  pixel_opt: { type: L1Loss, loss_weight: 1e-2 }\n', ''),
        "perceptual_opt: { layer_weights: { conv3_4: 0.5, 'conv5_4': 1 }, perceptual_weight: 0.1, vgg_type: vgg19, criterion: l1 }",
        `losses:
    - { type: charbonnierloss, loss_weight: 2 }
    - { type: huber_loss, delta: 0.1 }
    - { type: mssimloss, loss_weight: 0.5, window_size: 11 }
    - { type: perceptualloss, loss_weight: 0.2, layer_weights: { conv3_4: 1 }, criterion: charbonnier }
    - { type: fft_loss, loss_weight: 0.05 }
    - { type: ffloss, loss_weight: 0.01 }
    - { type: ldlloss, criterion: l1 }
    - { type: colorloss, scale: 8 }
    - { type: gradientvarianceloss }
    - { type: lpipsloss }
    - { type: distsloss, loss_weight: 0.3 }`,
      )
        .replace('gt_size: 128', 'gt_size: 256')
        .replace('train:\n  optim', 'train:\n  ema_decay: 0.999\n  optim'),
      {
        training: {
          losses: [
            { type: 'charbonnier', weight: 2, eps: 1e-12 },
            { type: 'huber', delta: 0.1 },
            { type: 'ms_ssim', weight: 0.5, scales: 5 },
            { type: 'perceptual', weight: 0.2, criterion: 'charbonnier' },
            { type: 'fft', weight: 0.05 },
            { type: 'focal_frequency', weight: 0.5, ave_spectrum: true },
            { type: 'ldl' },
            { type: 'color', scale: 8 },
            { type: 'gradient_variance', patch_size: 16 },
            { type: 'lpips' },
            { type: 'dists', weight: 0.3 },
          ],
        },
      },
    ],
    [
      'no perceptual loss',
      but(gan, 'perceptual_weight: 0.1', 'perceptual_weight: 0'),
      { training: { losses: [{ type: 'l1', weight: 0.01 }] } },
    ],
  ])('%s', (_, text, expected) => {
    const { config, notes } = imported(text);
    expect(config).toMatchObject(expected);
    expect(notes).toEqual([]);
  });
});

test('a file without a GAN has no training, and one with a GAN has both stages', () => {
  const sections = (text: string) => {
    const result = importOptions(text);
    return 'problem' in result ? [] : (result.text.match(/^(pretraining|training):/gm) ?? []);
  };
  expect(sections(psnr)).toEqual(['pretraining:']);
  expect(sections(gan)).toEqual(['pretraining:', 'training:']);
});

test('the channels of the network are those of the images', () => {
  const network = (channels: string) => imported(but(psnr, 'num_feat: 32', `num_feat: 32, ${channels}`));
  expect(network('num_in_ch: 1, num_out_ch: 1').config).toMatchObject({ img_channels: 1 });
  expect(network('num_in_ch: 3, num_out_ch: 3').notes).toEqual([]);
  expect(network('num_in_ch: 1, num_out_ch: 3')).toMatchObject({
    config: { img_channels: 3 },
    notes: [
      '`network_g.num_in_ch`: a network of 1 to 3 channels is not supported (only 1, 3 or 4 of both); replaced by 3.',
    ],
  });
});

test('the pool of patches and the switch of validation need no note', () => {
  const text = psnr.replace('scale: 4', 'scale: 4\nqueue_size: 180\nval: { val_enabled: true }');
  expect(imported(text).notes).toEqual([]);
});

describe('tells what it could not carry over', () => {
  test.each<[string, string, object, string[]]>([
    [
      'an unsupported scale of another network',
      but(
        but(psnr, 'scale: 4', 'scale: 5'),
        'network_g: { type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16 }',
        'network_g: { type: span }',
      ),
      { scale_factor: 4 },
      ['`scale`: a scale of 5 is not supported (only 1, 2, 3, 4 and 8); replaced by 4.'],
    ],
    [
      'an unsupported scale',
      but(psnr, 'scale: 4', 'scale: 3'),
      { scale_factor: 4 },
      ['`scale`: a scale of 3 is not supported (only 1, 2, 4 and 8); replaced by 4.'],
    ],
    [
      'several GPUs',
      `${psnr}num_gpu: 4\n`,
      { batch_size: 32 },
      ['`num_gpu`: a run uses one GPU; its batch size is the total of 4 times 8 patches.'],
    ],
    [
      'all available GPUs',
      `${psnr}num_gpu: auto\n`,
      { batch_size: 8 },
      ['`num_gpu`: the batch size is set for one GPU: 8. Multiply it by the number of GPUs.'],
    ],
    [
      'relative paths',
      but(psnr, '/d/birds/hr', 'datasets/hr'),
      { datasets: { birds: { train: { hr: '/p/datasets/hr' } } } },
      ['`datasets`: relative paths start at the folder of the run file, not at the working directory.'],
    ],
    [
      'flips and rotations',
      but(psnr, 'gt_size: 128', 'gt_size: 128\n    use_hflip: true\n    use_rot: true'),
      { augmentation: { spatial: { p: 0.875, flip: 3, transpose: 1, rotate: 3 } } },
      [],
    ],
    [
      'LMDB',
      but(
        psnr,
        'gt_size: 128',
        "gt_size: 128\n    io_backend: { type: lmdb }\n    filename_tmpl: '{}_small'",
      ),
      {},
      [
        '`datasets.train.filename_tmpl`: `{}_small` is not supported; an LR image must have the name of its HR image, with or without the suffix `x{scale}`.',
        '`datasets.train.io_backend`: LMDB is not supported; set the folders that it was made from.',
      ],
    ],
    [
      'an unsupported generator',
      but(psnr, 'type: RRDBNet, num_feat: 32', 'type: MSRResNet, num_feat: 32'),
      { generator: { rrdb_channels: 64, num_basic_blocks: 23 } },
      ['`network_g`: MSRResNet cannot be trained; replaced by the RRDBNet of the paper.'],
    ],
    ...[
      ['SRVGGNetCompact, num_feat: 64, num_conv: 32, upscale: 4, act_type: prelu', 64, 32, 'prelu'],
      ['compact', 64, 16, 'prelu'],
      ['UltraCompact', 64, 8, 'prelu'],
      ['superultracompact, act_type: leakyrelu', 24, 8, 'leakyrelu'],
    ].map(([text, num_feat, num_conv, act]): [string, string, object, string[]] => [
      `the network ${text}`,
      but(psnr, 'type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16', `type: ${text}`),
      { generator: { type: 'compact', num_feat, num_conv, act } },
      [],
    ]),
    ...[
      ['span, norm: true', '', { type: 'span', feature_channels: 48, norm: true }],
      ['span', 'use_channels_last: true', { type: 'span', feature_channels: 52 }],
      ['span', 'fast_matmul: true', { type: 'span', feature_channels: 48 }],
      ['span_f32, num_in_ch: 3, bias: true', '', { type: 'span', feature_channels: 32 }],
      ['realplksr, upscaling_factor: 4', '', { type: 'realplksr' }],
      [
        'RealPLKSR_tiny',
        'amp_bf16: false',
        { type: 'realplksr', n_blocks: 12, kernel_size: 13, layer_norm: true },
      ],
      ['realplksr_l, norm_groups: 8', '', { type: 'realplksr', dim: 96, norm_groups: 8 }],
    ].map(([text, more, generator]): [string, string, object, string[]] => [
      `the network ${text} ${more}`,
      `${but(psnr, 'type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16', `type: ${text}`)}${more}\n`,
      { generator },
      [],
    ]),
    [
      'weights of which only a part fits',
      but(gan, '/w/psnr.pth', '/w/psnr.pth, strict_load_g: false'),
      { training: { init: { from: '/w/psnr.pth', strict: false } } },
      [],
    ],
    [
      'the network for x2',
      but(but(psnr, 'scale: 4', 'scale: 2'), 'type: RRDBNet', 'type: RRDBNet, scale: 2'),
      { scale_factor: 2 },
      [
        "`network_g.scale`: BasicSR's network for x2 starts with a pixel unshuffle. This one does not, so weights of one cannot be used in the other.",
      ],
    ],
    [
      'the VGG-style discriminator',
      `${gan}network_d: { type: VGGStyleDiscriminator, num_in_ch: 3, num_feat: 32 }\n`,
      { discriminator: { vgg_blk_ch: [32, 32, 64, 64, 128, 128, 256, 256], fc_features: [100] } },
      [
        '`network_d`: convolutions with stride 2 are 3x3 instead of 4x4, and the last pair of convolutions is missing.',
      ],
    ],
    [
      'the U-Net discriminator of Real-ESRGAN',
      `${gan}network_d: { type: UNetDiscriminatorSN, num_in_ch: 3, num_feat: 32, skip_connection: false }\n`,
      { discriminator: { type: 'unet', num_feat: 32, skip_connection: false } },
      [],
    ],
    [
      'weights of the U-Net discriminator',
      `${but(gan, '/w/psnr.pth', '/w/psnr.pth, pretrain_network_d: /w/d.pth')}network_d: { type: UNetDiscriminatorSN }\n`,
      { discriminator: { type: 'unet', init: '/w/d.pth' } },
      [],
    ],
    [
      'the U-Net discriminator of neosr',
      `${gan}network_d: { type: unet }\n`,
      { discriminator: { type: 'unet', num_feat: 64, skip_connection: true } },
      [],
    ],
    [
      'the PatchGAN discriminator of traiNNer-redux',
      `${gan}network_d: { type: PatchGANDiscriminatorSN, input_nc: 3, ndf: 32, n_layers: 4 }\n`,
      { discriminator: { type: 'patchgan', num_feat: 32, n_layers: 4, padding: 1 } },
      [],
    ],
    [
      'an unsupported discriminator',
      `${gan}network_d: { type: DUnet, num_in_ch: 3 }\n`,
      { discriminator: { type: 'vgg', vgg_blk_ch: [64, 64, 128, 128, 256, 256, 512, 512] } },
      ['`network_d`: DUnet is not supported; replaced by the VGG-style discriminator.'],
    ],
    [
      'a GAN without initial weights',
      but(gan, 'path: { pretrain_network_g: /w/psnr.pth }', 'path: { pretrain_network_g: ~ }'),
      { training: { init: 'last' } },
      [
        '`path.pretrain_network_g`: missing; the training stage starts from the pretraining of the same run, unless you set `training.init` to a file.',
      ],
    ],
    [
      'weights of the discriminator and a training state',
      but(gan, '/w/psnr.pth', '/w/psnr.pth, pretrain_network_d: /w/d.pth, resume_state: /s'),
      { training: { init: '/w/psnr.pth' } },
      [
        "`path.resume_state`: BasicSR's training state cannot be imported; `init` loads weights only.",
        '`path.pretrain_network_d`: not supported; the VGG-style discriminator starts from random weights.',
      ],
    ],
    [
      'unsupported optimizers',
      but(
        but(gan, 'optim_g: { lr', 'optim_g: { type: AdamW_Win, lr'),
        'optim_d: { lr',
        'optim_d: { type: SGD, lr',
      ),
      { training: { g_optimizer: { type: 'adamw' }, d_optimizer: { type: 'adam', betas: [0.9, 0.99] } } },
      [
        '`train.optim_g.type`: AdamW_Win is not supported; replaced by adamw.',
        '`train.optim_d.type`: SGD is not supported; replaced by adam.',
      ],
    ],
    [
      'an unsupported scheduler, but with its warm-up',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  warmup_iter: 50\n  scheduler: { type: OneCycleLR, max_lr: 1 }',
      ),
      { pretraining: { schedule: { type: 'step', step_size: 200, gamma: 0.5, warmup_steps: 50 } } },
      [
        "`train.scheduler`: OneCycleLR is not supported; the learning rate is halved at the paper's milestones, scaled to the length of the stage.",
      ],
    ],
    [
      'a cosine that would rise again',
      but(psnr, 'total_iter: 1000', 'total_iter: 1000\n  scheduler: { type: CosineAnnealing, T_max: 600 }'),
      { pretraining: { schedule: { type: 'cosine', periods: [600] } } },
      ["`train.scheduler.T_max`: PyTorch's learning rate rises again after 600 steps; here it stays low."],
    ],
    [
      'an unsupported loss',
      but(psnr, 'L1Loss, loss_weight: 1.0', 'WeightedTVLoss, loss_weight: 2, reduction: sum'),
      { pretraining: { losses: [{ type: 'l1', weight: 2 }] } },
      [
        '`train.pixel_opt.reduction`: only the mean over all pixels is supported.',
        '`train.pixel_opt.type`: WeightedTVLoss is not supported; replaced by L1.',
      ],
    ],
    [
      'unsupported features',
      but(gan, "conv3_4: 0.5, 'conv5_4': 1", "relu3_4: 0.5, 'conv5_4': 1").replace(
        'criterion: l1',
        'criterion: fro, range_norm: true, style_weight: 1',
      ),
      {
        training: {
          losses: [{}, { weight: 0.1, layer_weights: { conv5_4: 1 }, criterion: 'l1', style_weight: 10 }],
        },
      },
      [
        '`train.perceptual_opt.range_norm`: not needed; images are in the range 0 to 1, which VGG expects.',
        '`train.perceptual_opt.layer_weights.relu3_4`: only features of convolutions before the activation are supported.',
        '`train.perceptual_opt.criterion`: fro is not supported; replaced by l1.',
      ],
    ],
    ...(
      [
        ['ESRGANModel', 'vanilla', 'ragan'],
        ['SRGANModel', 'vanilla', 'vanilla'],
        ['RealESRGANModel', 'lsgan', 'lsgan'],
        ['SRModel', 'hinge', 'hinge'],
        ['default', 'bce', 'vanilla'],
        ['default', 'mse', 'lsgan'],
      ] as const
    ).map(([model, type, gan_type]): [string, string, object, string[]] => [
      `the GAN loss ${type} of ${model}`,
      but(but(gan, 'vanilla', type), 'ESRGANModel', model),
      { training: { gan_type } },
      [],
    ]),
    [
      'unsupported GAN losses',
      but(but(gan, 'vanilla', 'wgan'), 'ESRGANModel', 'SRGANModel').replace(
        'total_iter',
        'net_d_iters: 2\n  total_iter',
      ),
      { training: { gan_type: 'vanilla' } },
      [
        '`train.gan_opt.gan_type`: wgan is not supported; replaced by vanilla.',
        '`train.net_d_iters`: not supported; both networks are updated at every step.',
      ],
    ],
    [
      'a relativistic GAN loss of another kind',
      but(gan, 'vanilla', 'lsgan'),
      { training: { gan_type: 'ragan' } },
      [
        "`train.gan_opt.gan_type`: a relativistic lsgan is not supported; replaced by ESRGAN's relativistic average loss.",
      ],
    ],
    [
      'perceptual metrics',
      `${psnr}val: { metrics: { psnr: { type: calculate_psnr }, niqe: { type: calculate_niqe, crop_border: 4 }, lpips: { type: calculate_lpips } } }\n`,
      { validation: { metrics: ['niqe', 'lpips'] } },
      [],
    ],
    [
      'unsupported metrics and wandb',
      `${psnr}val: { metrics: { psnr: { type: calculate_psnr, crop_border: 4 }, topiq: { type: calculate_topiq } } }\nlogger: { wandb: { project: birds } }\n`,
      {},
      [
        '`val.metrics.topiq`: calculate_topiq is not supported; PSNR and SSIM are always measured, LPIPS, DISTS and NIQE on request.',
        '`logger.wandb`: not supported during training; upload the run with `esrgan mirror`, or with the setting `esrgan.mirror.wandb.enabled`.',
      ],
    ],
    [
      'other keys',
      `${psnr}  ema_power: 0.75\nnothing: ~\noff_too: no\n`,
      {},
      ['`train.ema_power`: not supported.'],
    ],
  ])('%s', (_, text, expected, notes) => {
    const result = imported(text);
    expect(result.config).toMatchObject(expected);
    expect(result.notes).toEqual(notes);
  });
});

test.each([
  ['invalid YAML', 'a: [', /not a valid YAML map/],
  ['a list', '- a', /not a valid YAML map/],
  ['an empty file', '', /not a valid YAML map/],
  ['an option file for testing', 'name: t\ndatasets: { test_1: { name: Set5 } }', /has no `train`/],
  ['a run file', 'pretraining: { lr: 1e-3 }', /has no `train`/],
])('rejects %s', (_, text, problem) => {
  expect(importOptions(text)).toEqual({ problem: expect.stringMatching(problem) });
});

/** `psnr` with these lines after its training data. */
const withData = (lines: string) => but(psnr, 'network_g', `${lines}network_g`);

describe('data as other programs write it', () => {
  test.each<[string, string, object, string[]]>([
    [
      'two validation sets of one name',
      withData(
        '  val: { name: Set5, dataroot_gt: /d/5 }\n  val_2: { name: Set5, dataroot_gt: /d/14 }\n  val_3: { name: Set5, dataroot_gt: /d/100, dataroot_lq: /d/l }\n',
      ),
      {
        pretraining: { val_datasets: ['Set5', 'Set5 2', 'Set5 3'] },
        datasets: {
          Set5: { val: { hr: '/d/5' } },
          'Set5 2': { val: { hr: '/d/14' } },
          'Set5 3': { val: { hr: '/d/100', lr: '/d/l' } },
        },
      },
      [],
    ],
    [
      'lists of folders',
      but(
        but(psnr, 'dataroot_gt: /d/birds/hr', "dataroot_gt: [/d/a, '/d/{scale}']"),
        'dataroot_lq: /d/birds/lr',
        'dataroot_lq: [/l/a, /l/b]',
      ),
      {
        pretraining: { train_datasets: ['birds', 'birds 2'] },
        datasets: {
          birds: { train: { hr: '/d/a', lr: '/l/a' } },
          'birds 2': { train: { hr: '/d/{scale}', lr: '/l/b' } },
        },
      },
      [],
    ],
    [
      'lists of different lengths',
      but(psnr, 'dataroot_gt: /d/birds/hr', 'dataroot_gt: [/d/a, /d/b]'),
      {
        datasets: {
          birds: { train: { hr: '/d/a', lr: '/d/birds/lr' } },
          'birds 2': { train: { hr: '/d/b' } },
        },
      },
      [
        '`datasets.train.dataroot_lq`: has 1 folders for 2 of `dataroot_gt`; those without a partner are not used.',
      ],
    ],
    [
      'the home folder',
      but(psnr, '/d/birds/hr', '~/birds/hr'),
      { datasets: { birds: { train: { hr: asOnUnix(join(homedir(), 'birds/hr')) } } } },
      [],
    ],
    [
      'weights in the home folder',
      but(gan, '/w/psnr.pth', '~/psnr.pth'),
      { training: { init: asOnUnix(join(homedir(), 'psnr.pth')) } },
      [],
    ],
    ...['constructor', 'toString', '__proto__', 'hasOwnProperty'].map(
      (name): [string, string, object, string[]] => [
        `a set called ${name}`,
        but(psnr, 'name: birds', `name: ${name}`),
        { pretraining: { train_datasets: [name] } },
        [],
      ],
    ),
    [
      'a loss called constructor',
      but(psnr, 'L1Loss', 'constructor'),
      { pretraining: { losses: [{ type: 'l1', weight: 1 }] } },
      ['`train.pixel_opt.type`: constructor is not supported; replaced by L1.'],
    ],
    [
      'a patch that is not a multiple of the scale',
      but(psnr, 'gt_size: 128', 'gt_size: 130'),
      { pretraining: { cr_patch_size: [128, 128] } },
      ['`datasets.train.gt_size`: 130 is not a multiple of the scale 4; replaced by 128.'],
    ],
    [
      'the size of LR patches',
      but(psnr, 'gt_size: 128', 'lq_size: 24'),
      { pretraining: { cr_patch_size: [96, 96] } },
      [],
    ],
    [
      'the network called esrgan',
      but(
        psnr,
        'type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16',
        'type: esrgan, num_filters: 32, num_blocks: 16, use_pixel_unshuffle: true',
      ),
      { generator: { rrdb_channels: 32, num_basic_blocks: 16, growth_channels: 32 } },
      [],
    ],
    [
      'losses as a list',
      but(
        psnr,
        'pixel_opt: { type: L1Loss, loss_weight: 1.0 }',
        'losses: [{ type: mseloss, loss_weight: 1 }]',
      ),
      { pretraining: { losses: [{ type: 'l2', weight: 1 }] } },
      [],
    ],
    [
      'losses as a list, one of them unknown',
      but(
        psnr,
        'pixel_opt: { type: L1Loss, loss_weight: 1.0 }',
        'losses: [{ type: l1loss }, { type: hsluvloss }]',
      ),
      { pretraining: { losses: [{ type: 'l1', weight: 1 }] } },
      ['`train.losses.1.type`: hsluvloss is not supported.'],
    ],
    [
      'losses as a list, one of them off',
      but(
        psnr,
        'pixel_opt: { type: L1Loss, loss_weight: 1.0 }',
        'losses: [{ type: l1loss }, { type: distsloss, loss_weight: 0 }, { type: l1loss, loss_weight: 2 }]',
      ),
      {
        pretraining: {
          losses: [
            { type: 'l1', weight: 1, name: 'l1_loss' },
            { type: 'l1', weight: 2, name: 'l1_loss_2' },
          ],
        },
      },
      [],
    ],
    [
      'a perceptual loss with the layers of newer programs',
      but(
        gan,
        "perceptual_opt: { layer_weights: { conv3_4: 0.5, 'conv5_4': 1 }, perceptual_weight: 0.1, vgg_type: vgg19, criterion: l1 }",
        'perceptual_opt: { type: PerceptualLoss, loss_weight: 0.5 }',
      ),
      {
        training: {
          losses: [
            {},
            {
              weight: 0.5,
              layer_weights: { conv1_2: 0.1, conv2_2: 0.1, conv3_4: 1, conv4_4: 1, conv5_4: 1 },
            },
          ],
        },
      },
      [],
    ],
    [
      'a perceptual loss that is off',
      but(
        gan,
        "perceptual_opt: { layer_weights: { conv3_4: 0.5, 'conv5_4': 1 }, perceptual_weight: 0.1, vgg_type: vgg19, criterion: l1 }",
        'perceptual_opt: { type: PerceptualLoss, loss_weight: 0 }',
      ),
      { training: { losses: [{ type: 'l1', weight: 0.01 }] } },
      [],
    ],
    [
      'keys of newer programs',
      `${but(but(psnr, 'gt_size: 128', 'patch_size: 32'), 'batch_size_per_gpu: 8', 'batch_size: 6')}  ema: 0.99\n`,
      { batch_size: 6, pretraining: { cr_patch_size: [128, 128] }, ema: { decay: 0.99 } },
      [],
    ],
    [
      'zeros: no accumulation, no clipping',
      `${but(psnr, 'gt_size: 128', 'gt_size: 128\n    accumulate: 0')}  grad_clip: true\n  grad_clip_max_norm: 0\n`,
      { accumulate: 1, clip_gradient_norm: null },
      [],
    ],
    ['a type in lower case', but(psnr, 'PairedImageDataset', 'pairedimagedataset'), {}, []],
    [
      'a duplicate key',
      `${psnr}manual_seed: 1\nmanual_seed: 2\n`,
      { seed: 2 },
      ['`manual_seed`: is there more than once; the last one counts, as in BasicSR.'],
    ],
    [
      'JSON with comments',
      `// options\n/* mine */ { "name": "a//b", /* scale */ "scale": 4, // four
      "datasets": { "train": { "name": "x", "dataroot_gt": "/d/x", "batch_size_per_gpu": 2 } }, "train": { "total_iter": 5 } }`,
      { name: 'a--b', datasets: { x: { train: { hr: '/d/x' } } }, batch_size: 2 },
      [],
    ],
    [
      'TOML',
      `name = "small"
model_type = "image"
scale = 4
fast_matmul = true
[datasets.train] # of neosr
type = "paired"
dataroot_gt = '/d/hr'
dataroot_lq = '/d/lr'
patch_size = 32
batch_size = 8
[network_g]
type = "compact"
[path]
[train]
ema = 0.999
[train.optim_g]
type = "adamw"
lr = 1e-4
betas = [ 0.9, 0.99 ]
[train.pixel_opt]
type = "L1Loss"
loss_weight = 0.5
[logger]
total_iter = 1000
`,
      {
        name: 'small',
        generator: { type: 'compact' },
        datasets: { train: { train: { hr: '/d/hr', lr: '/d/lr' } } },
        batch_size: 8,
        // neosr clips, flips and rotates by default.
        clip_gradient_norm: 1,
        augmentation: { spatial: { p: 0.875, flip: 3, transpose: 1, rotate: 3 } },
        ema: { decay: 0.999 },
        pretraining: {
          num_step: 1000,
          lr: 1e-4,
          cr_patch_size: [128, 128],
          optimizer: { type: 'adamw', betas: [0.9, 0.99] },
          losses: [{ type: 'l1', weight: 0.5 }],
        },
      },
      [],
    ],
    [
      'a list of tables in TOML',
      `name = "a"
scale = 4
[datasets.train]
dataroot_gt = '/d/hr'
patch_size = 48
batch_size = 8
use_hflip = false
use_rot = false
accumulate = 0
[train]
grad_clip = 0
total_iter = 10
[[train.losses]]
type = "l1loss"
loss_weight = 0.5
[[train.losses]]
type = "mssimloss"
`,
      {
        accumulate: 1,
        clip_gradient_norm: null,
        augmentation: { spatial: false },
        pretraining: { losses: [{ type: 'l1', weight: 0.5 }, { type: 'ms_ssim' }] },
      },
      [],
    ],
  ])('%s', (_, text, expected, notes) => {
    const result = imported(text);
    expect(result.config).toMatchObject(expected);
    expect(result.notes).toEqual(notes);
  });
});

test.each<[string, string, RegExp]>([
  ['a syntax error', 'name: [a\ntrain: {}\n', /not an option file of .*KAIR: .* at line \d+, column \d+/],
  ['more than 0.2 MB', `name: a\n#${' '.repeat(2e5)}`, /not an option file of .*KAIR: .*larger than 0.2 MB/],
  ['an alias without an anchor', 'name: *a\n', /[Uu]nresolved alias/],
  ['a list', '- a\n', /no keys at the top level/],
  [
    'a TOML file with a syntax error',
    'name = "a"\n[datasets.train]\ntype = paired\n',
    /at line 3, column \d+/,
  ],
  ['a banner of slashes', `${'/'.repeat(200)}\nint a;\n`, /no keys at the top level/],
  ['many errors', `{ ${'/*'.repeat(20_000)}`, /Alias cannot be an empty string at line 1, column 8\)/],
  ['nothing', '', /no keys at the top level/],
])('%s is refused with its reason', (_, text, reason) => {
  const result = importOptions(text);
  expect('problem' in result && result.problem).toMatch(reason);
});

test.each(['SRVGGNetCompact', 'span', 'realplksr'])(
  '%s for x3, with sizes that are multiples of 3',
  (type) => {
    const network = 'type: RRDBNet, num_feat: 32, num_block: 6, num_grow_ch: 16';
    const text = but(but(psnr, network, `type: ${type}`), 'scale: 4', 'scale: 3');
    expect(imported(but(text, '128', '144'))).toMatchObject({
      config: { scale_factor: 3, pretraining: { cr_patch_size: [144, 144] } },
      notes: [],
    });
    expect(imported(but(text, 'gt_size: 128', 'num_worker_per_gpu: 1')).config).toMatchObject({
      pretraining: { cr_patch_size: [126, 126] },
      validation: { crop_size: [255, 255] },
    });
  },
);

test('a run file names the program, and starts with the notes', () => {
  const option = `${psnr}  ema_power: 0.75\namp_bf16: true\n`;
  const result = importOptions(option);
  expect(result).toMatchObject({ name: 'small', notes: ['`train.ema_power`: not supported.'] });
  expect('text' in result && result.text).toMatch(
    /^# Not carried over from the option file:\n# {2}- `train\.ema_power`: not supported\.\n\n# Imported from an option file of traiNNer-redux\.\n/,
  );
});

test('what to check is no loss', () => {
  const result = importOptions(`${psnr}num_gpu: 4\n`);
  expect(result).toMatchObject({ notes: [] });
  expect('text' in result && result.text).toMatch(
    /^# To check:\n# {2}- `num_gpu`: a run uses one GPU; .*\n\n# Imported from an option file of BasicSR\.\n/,
  );
});

test.each<[string, string, string]>([
  ['model', but(psnr, 'model_type: SRModel', 'model_type: RealESRNetModel'), 'Real-ESRGAN'],
  ['data set', but(psnr, 'type: PairedImageDataset', 'type: RealESRGANPairedDataset'), 'Real-ESRGAN'],
  ['neither', psnr, 'BasicSR'],
])('the program by its %s', (_, text, program) => {
  const result = importOptions(text);
  expect('text' in result && result.text).toContain(`# Imported from an option file of ${program}.\n`);
});
