import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importBasicSR } from '../../../../server/import/basicsr.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
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
  const result = importBasicSR(text);
  if ('problem' in result) throw new Error(result.problem);
  const { config, problems } = readRunFile(result.text, { file: '/p/from-basicsr.esrgan.yaml' });
  expect(problems).toEqual([]);
  if (!config) throw new Error('no config');
  return { config: asOnUnix(config), notes: result.notes };
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
        training: { train_datasets: ['birds'] },
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
          g_content_loss_scaling: 0.01,
          g_adversarial_loss_scaling: 0.005,
        },
        generator: { rrdb_channels: 64, num_basic_blocks: 23, growth_channels: 32 },
        perceptual_loss: {
          layer_weights: { conv3_4: 0.05, conv5_4: 0.1 },
          vgg_type: 'vgg19',
          criterion: 'l1',
        },
      },
    ],
    ['a seed', `${psnr}manual_seed: 10\n`, { seed: 10 }],
    ['workers', but(psnr, 'gt_size: 128', 'gt_size: 128\n    num_worker_per_gpu: 6'), { workers: 6 }],
    [
      'one worker for the main thread',
      but(psnr, 'gt_size: 128', 'gt_size: 128\n    num_worker_per_gpu: 0'),
      { workers: null },
    ],
    ['the default growth', but(psnr, ', num_grow_ch: 16', ''), { generator: { growth_channels: 32 } }],
    ['EMA', but(psnr, 'train:\n  optim', 'train:\n  ema_decay: 0.999\n  optim'), { ema: { decay: 0.999 } }],
    ['a squared loss', but(psnr, 'L1Loss', 'MSELoss'), { content_loss: { loss_f: 'l2' } }],
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
      { training: { g_content_loss_scaling: 0 } },
    ],
    [
      'no perceptual loss',
      but(gan, 'perceptual_weight: 0.1', 'perceptual_weight: 0'),
      { perceptual_loss: false },
    ],
  ])('%s', (_, text, expected) => {
    const { config, notes } = imported(text);
    expect(config).toMatchObject(expected);
    expect(notes).toEqual([]);
  });
});

describe('tells what it could not carry over', () => {
  test.each<[string, string, object, string[]]>([
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
      { augmentation: { spatial: { p: 0.875, flip: 3, transpose: 4 } } },
      [
        '`datasets.train.use_rot`: a patch is either flipped or transposed, never both; the probabilities are the closest equivalent.',
      ],
    ],
    [
      'LMDB and lists of images',
      but(
        psnr,
        'gt_size: 128',
        "gt_size: 128\n    io_backend: { type: lmdb }\n    meta_info_file: list.txt\n    filename_tmpl: '{}_small'",
      ),
      {},
      [
        '`datasets.train.filename_tmpl`: `{}_small` is not supported; an LR image must have the name of its HR image, with or without the suffix `x{scale}`.',
        '`datasets.train.io_backend`: LMDB is not supported; set the folders that it was made from.',
        '`datasets.train.meta_info_file`: lists of images are not supported; all images in the folder are used. Put the listed ones into a separate folder.',
      ],
    ],
    [
      'an unsupported generator',
      but(psnr, 'type: RRDBNet, num_feat: 32', 'type: MSRResNet, num_feat: 32'),
      { generator: { rrdb_channels: 64, num_basic_blocks: 23 } },
      ['`network_g`: MSRResNet cannot be trained; replaced by the RRDBNet of the paper.'],
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
      'an unsupported discriminator',
      `${gan}network_d: { type: UNetDiscriminatorSN, num_in_ch: 3, num_feat: 64, skip_connection: true }\n`,
      { discriminator: { vgg_blk_ch: [64, 64, 128, 128, 256, 256, 512, 512] } },
      ['`network_d`: UNetDiscriminatorSN is not supported; replaced by the VGG-style discriminator.'],
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
        '`path.pretrain_network_d`: not supported; the discriminator always starts from random weights.',
        "`path.resume_state`: BasicSR's training state cannot be imported; `init` loads weights only.",
      ],
    ],
    [
      'an unsupported optimizer',
      but(
        psnr,
        'type: Adam, lr: !!float 2e-4, betas: [0.9, 0.999]',
        'type: AdamW, lr: 1e-3, weight_decay: 0.01, betas: [0.9, 0.99]',
      ),
      { pretraining: { lr: 1e-3 } },
      [
        '`train.optim_g.type`: AdamW is not supported; replaced by Adam.',
        '`train.optim_g.weight_decay`: weight decay is not supported.',
        '`train.optim_g.betas`: betas of 0.9 and 0.99 are not supported; this stage uses 0.9 and 0.999.',
      ],
    ],
    [
      'cosine annealing',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  warmup_iter: 50\n  scheduler: { type: CosineAnnealingRestartLR, periods: [500, 500], restart_weights: [1, 1], eta_min: 1e-7 }',
      ),
      { pretraining: { sched_step: 200, sched_gamma: 0.5 } },
      [
        '`train.warmup_iter`: warm-up is not supported; training starts with the full learning rate.',
        "`train.scheduler`: CosineAnnealingRestartLR is not supported; the learning rate is halved at the paper's milestones, scaled to the length of the stage.",
      ],
    ],
    [
      'unevenly spaced decays',
      but(
        psnr,
        'total_iter: 1000',
        'total_iter: 1000\n  scheduler: { type: MultiStepLR, milestones: [200, 300], gamma: 0.5 }',
      ),
      { pretraining: { sched_step: 200 } },
      [
        '`train.scheduler.milestones`: pretraining decays every `sched_step` steps; 200, 300 is replaced by 200.',
      ],
    ],
    [
      'an unsupported loss',
      but(psnr, 'L1Loss, loss_weight: 1.0', 'CharbonnierLoss, loss_weight: 2, reduction: sum'),
      { content_loss: { loss_f: 'l1' } },
      [
        '`train.pixel_opt.type`: CharbonnierLoss is not supported; replaced by L1.',
        '`train.pixel_opt.reduction`: only the mean over all pixels is supported.',
        '`train.pixel_opt.loss_weight`: dropped, because pretraining has one loss only and its weight does not affect Adam.',
      ],
    ],
    [
      'unsupported features',
      but(gan, "conv3_4: 0.5, 'conv5_4': 1", "relu3_4: 0.5, 'conv5_4': 1").replace(
        'criterion: l1',
        'criterion: fro, range_norm: true, style_weight: 1',
      ),
      { perceptual_loss: { layer_weights: { conv5_4: 0.1 }, criterion: 'l1' } },
      [
        '`train.perceptual_opt.style_weight`: style loss is not supported.',
        '`train.perceptual_opt.range_norm`: not needed; images are in the range 0 to 1, which VGG expects.',
        '`train.perceptual_opt.layer_weights.relu3_4`: only features of convolutions before the activation are supported.',
        '`train.perceptual_opt.criterion`: fro is not supported; replaced by l1.',
      ],
    ],
    [
      'an unsupported GAN loss',
      but(but(gan, 'vanilla', 'lsgan'), 'ESRGANModel', 'SRGANModel').replace(
        'total_iter',
        'net_d_iters: 2\n  total_iter',
      ),
      {},
      [
        "`model_type`: SRGANModel is not supported; the adversarial loss is ESRGAN's relativistic average loss.",
        "`train.gan_opt.gan_type`: lsgan is not supported; replaced by ESRGAN's relativistic average loss.",
        '`train.net_d_iters`: not supported; both networks are updated at every step.',
      ],
    ],
    [
      'unsupported metrics and wandb',
      `${psnr}val: { metrics: { psnr: { type: calculate_psnr, crop_border: 4 }, niqe: { type: calculate_niqe } } }\nlogger: { wandb: { project: birds } }\n`,
      {},
      [
        '`val.metrics.niqe`: calculate_niqe is not supported; PSNR and SSIM are measured.',
        '`logger.wandb`: not supported during training; upload the run with `esrgan mirror`, or with the setting `esrgan.mirror.wandb.enabled`.',
      ],
    ],
    [
      'random degradation',
      `${but(psnr, 'PairedImageDataset', 'RealESRGANDataset')}resize_prob: [0.2, 0.7, 0.1]\njpeg_range2: [30, 95]\nl1_gt_usm: True\n`,
      {},
      [
        '`datasets.train.type`: RealESRGANDataset is not supported; LR images are read from `lr` or made by bicubic downscaling.',
        "`resize_prob`: and 2 more keys of Real-ESRGAN's random degradation: not supported; LR images are made by bicubic downscaling. Prepare degraded LR images yourself and set them as `lr`.",
      ],
    ],
    ['other keys', `${psnr}compile: true\nnothing: ~\noff_too: no\n`, {}, ['`compile`: not supported.']],
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
  expect(importBasicSR(text)).toEqual({ problem: expect.stringMatching(problem) });
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
      { content_loss: { loss_f: 'l1' } },
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
      { content_loss: { loss_f: 'l2' } },
      [],
    ],
    [
      'losses as a list, one of them unknown',
      but(
        psnr,
        'pixel_opt: { type: L1Loss, loss_weight: 1.0 }',
        'losses: [{ type: l1loss }, { type: msssim }]',
      ),
      { content_loss: { loss_f: 'l1' } },
      ['`train.losses.msssim`: not supported.'],
    ],
    [
      'losses as a list, one of them off',
      but(
        psnr,
        'pixel_opt: { type: L1Loss, loss_weight: 1.0 }',
        'losses: [{ type: l1loss }, { type: distsloss, loss_weight: 0 }, { type: l1loss, loss_weight: 2 }]',
      ),
      { content_loss: { loss_f: 'l1' } },
      ['`train.losses.l1loss`: not supported.'],
    ],
    [
      'a perceptual loss with the layers of newer programs',
      but(
        gan,
        "perceptual_opt: { layer_weights: { conv3_4: 0.5, 'conv5_4': 1 }, perceptual_weight: 0.1, vgg_type: vgg19, criterion: l1 }",
        'perceptual_opt: { type: PerceptualLoss, loss_weight: 0.5 }',
      ),
      {
        perceptual_loss: {
          layer_weights: { conv1_2: 0.05, conv2_2: 0.05, conv3_4: 0.5, conv4_4: 0.5, conv5_4: 0.5 },
        },
      },
      ['`train.perceptual_opt.layer_weights`: missing; the usual ones of newer programs are used.'],
    ],
    [
      'a perceptual loss that is off',
      but(
        gan,
        "perceptual_opt: { layer_weights: { conv3_4: 0.5, 'conv5_4': 1 }, perceptual_weight: 0.1, vgg_type: vgg19, criterion: l1 }",
        'perceptual_opt: { type: PerceptualLoss, loss_weight: 0 }',
      ),
      { perceptual_loss: false },
      [],
    ],
    [
      'keys of newer programs',
      `${but(but(psnr, 'gt_size: 128', 'patch_size: 32'), 'batch_size_per_gpu: 8', 'batch_size: 6')}  ema: 0.99\n`,
      { batch_size: 6, pretraining: { cr_patch_size: [128, 128] }, ema: { decay: 0.99 } },
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
  ])('%s', (_, text, expected, notes) => {
    const result = imported(text);
    expect(result.config).toMatchObject(expected);
    expect(result.notes).toEqual(notes);
  });
});

test.each<[string, string, RegExp]>([
  ['a syntax error', 'name: [a\ntrain: {}\n', /not a BasicSR option file: .* at line \d+, column \d+/],
  ['more than 0.2 MB', `name: a\n#${' '.repeat(2e5)}`, /not a BasicSR option file: .*larger than 0.2 MB/],
  ['an alias without an anchor', 'name: *a\n', /[Uu]nresolved alias/],
  ['a list', '- a\n', /no keys at the top level/],
  ['TOML', 'name = "a"\n\n[datasets.train]\ntype = "paired"\n', /it is TOML, which is not supported/],
  ['a banner of slashes', `${'/'.repeat(200)}\nint a;\n`, /no keys at the top level/],
  ['many errors', `{ ${'/*'.repeat(20_000)}`, /Alias cannot be an empty string at line 1, column 8\)/],
  ['nothing', '', /no keys at the top level/],
])('%s is refused with its reason', (_, text, reason) => {
  const result = importBasicSR(text);
  expect('problem' in result && result.problem).toMatch(reason);
});
