import { describe, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { importOptions } from '../../../../trainer/import/import-options.ts';
import { asOnUnix } from '../../../unix.ts';

function check(text: string, expected: object, notes: readonly (string | RegExp)[]): void {
  const result = importOptions(text);
  if ('problem' in result) throw new Error(result.problem);
  const { config, problems } = readRunFile(result.text, { file: '/p/imported.esrgan.yaml' });
  expect(problems).toEqual([]);
  if (!config) throw new Error('no config');
  expect(asOnUnix(config)).toMatchObject(expected);
  expect(result.notes).toEqual(
    notes.map((note) => (typeof note === 'string' ? note : expect.stringMatching(note))),
  );
}

/** A file of KAIR: its commas begin lines, and comments end them. */
const kair = `{
  "task": "small" // root/task
  , "model": "gan"
  , "gpu_ids": [0]
  , "scale": 4
  , "n_channels": 3
  , "path": { "root": "superresolution", "pretrained_netG": "/w/psnr.pth", "pretrained_netD": null }
  , "datasets": {
    "train": {
      "name": "birds"
      , "dataset_type": "sr"
      , "dataroot_H": "/d/hr" // path of H
      , "dataroot_L": null
      , "H_size": 96
      , "dataloader_shuffle": true
      , "dataloader_num_workers": 8
      , "dataloader_batch_size": 16
    }
    , "test": { "name": "set5", "dataset_type": "sr", "dataroot_H": "/d/set5", "dataroot_L": null }
  }
  , "netG": {
    "net_type": "rrdbnet", "in_nc": 3, "out_nc": 3, "nf": 32, "nb": 6, "gc": 16, "ng": 2, "act_mode": "R"
    , "init_type": "orthogonal", "init_gain": 0.2
  }
  , "netD": {
    "net_type": "discriminator_unet", "in_nc": 3, "base_nc": 32, "n_layers": 3, "norm_type": "spectral"
    , "init_type": "orthogonal"
  }
  , "train": {
    "G_lossfn_type": "l1", "G_lossfn_weight": 0.5
    , "F_lossfn_type": "l1", "F_lossfn_weight": 1
    , "F_feature_layer": [2, 7, 16, 25, 34], "F_weights": [0.1, 0.1, 1.0, 1.0, 1.0]
    , "F_use_input_norm": true, "F_use_range_norm": false
    , "gan_type": "lsgan", "D_lossfn_weight": 0.1
    , "E_decay": 0.999
    , "D_init_iters": 0
    , "G_optimizer_type": "adam", "G_optimizer_lr": 5e-5, "G_optimizer_wd": 0, "G_optimizer_clipgrad": null
    , "D_optimizer_type": "adam", "D_optimizer_lr": 2e-5, "D_optimizer_wd": 0
    , "G_scheduler_type": "MultiStepLR", "G_scheduler_milestones": [800, 1600], "G_scheduler_gamma": 0.5
    , "D_scheduler_type": "MultiStepLR", "D_scheduler_milestones": [800, 1600], "D_scheduler_gamma": 0.5
    , "G_optimizer_reuse": true, "D_optimizer_reuse": false, "G_param_strict": true
    , "checkpoint_test": 5000, "checkpoint_save": 2500, "checkpoint_print": 200
  }
}
`;

/** `text` with one stretch replaced. */
function but(text: string, from: string, to: string): string {
  expect(text.split(from)).toHaveLength(2);
  return text.replace(from, to);
}

/** The operations of a run file with this degradation. */
function degradationOf(degradation: string): readonly object[] {
  const { config } = readRunFile(`degradation: ${degradation}`, { file: '/p/a.esrgan.yaml' });
  return config?.degradation ?? [];
}

const endless = '`train`: KAIR trains until it is stopped; set `num_step` to the number of steps.';

describe('KAIR', () => {
  test.each<[string, string, object, (string | RegExp)[]]>([
    [
      'a whole file',
      kair,
      {
        name: 'small',
        scale_factor: 4,
        batch_size: 16,
        workers: 8,
        generator: { type: 'rrdb', rrdb_channels: 32, num_basic_blocks: 6, growth_channels: 16 },
        discriminator: { type: 'unet', num_feat: 32 },
        training: {
          cr_patch_size: [96, 96],
          g_lr: 5e-5,
          d_lr: 2e-5,
          g_sched_steps: [800, 1600],
          g_sched_gamma: 0.5,
          gan_type: 'lsgan',
          g_adversarial_loss_scaling: 0.1,
          losses: [
            { type: 'l1', weight: 0.5 },
            {
              type: 'perceptual',
              weight: 1,
              layer_weights: { conv1_2: 0.1, conv2_2: 0.1, conv3_4: 1, conv4_4: 1, conv5_4: 1 },
              criterion: 'l1',
              normalize_input: true,
            },
          ],
          init: '/w/psnr.pth',
          train_datasets: ['birds'],
          val_datasets: ['set5'],
        },
        ema: { decay: 0.999 },
        validation: { every_steps: 5000 },
        checkpoints: { every_steps: 2500 },
        log_every_steps: 200,
        augmentation: { spatial: { p: 0.875, flip: 3, transpose: 1, rotate: 3 } },
      },
      [endless],
    ],
    ['ragan', but(kair, '"lsgan"', '"ragan"'), { training: { gan_type: 'ragan' } }, [endless]],
    ['gan', but(kair, '"lsgan"', '"gan"'), { training: { gan_type: 'vanilla' } }, [endless]],
    [
      'wgan',
      but(kair, '"lsgan"', '"wgan"'),
      { training: { gan_type: 'vanilla' } },
      [endless, '`train.gan_type`: wgan is not supported; replaced by vanilla.'],
    ],
    [
      'patchgan',
      but(kair, 'discriminator_unet', 'discriminator_patchgan'),
      { discriminator: { type: 'patchgan', num_feat: 32, n_layers: 3, padding: 2 } },
      [endless],
    ],
    [
      'clipping and other schedules',
      but(
        but(kair, '"G_optimizer_clipgrad": null', '"G_optimizer_clipgrad": 2'),
        '"D_scheduler_gamma": 0.5',
        '"D_scheduler_gamma": 0.1',
      ),
      { clip_gradient_norm: 2 },
      [endless, '`train.D_scheduler_gamma`: not supported.'],
    ],
    [
      'a Charbonnier loss, whose epsilon others do not use',
      but(kair, '"G_lossfn_type": "l1"', '"G_lossfn_type": "charbonnier", "G_charbonnier_eps": 1e-9'),
      { training: { losses: [{ type: 'charbonnier', weight: 0.5, eps: 1e-9 }, { type: 'perceptual' }] } },
      [endless],
    ],
    [
      'the activation of `rrdb`',
      but(kair, '"rrdbnet"', '"rrdb"'),
      { generator: { rrdb_channels: 32 } },
      [endless, '`netG.act_mode`: not supported.'],
    ],
    [
      'random degradation',
      kair.replace(
        '"dataset_type": "sr"',
        '"dataset_type": "blindsr", "degradation_type": "bsrgan", "lq_patchsize": 24',
      ),
      { degradation: degradationOf('bsrgan'), training: { cr_patch_size: [96, 96] } },
      [endless],
    ],
    [
      'random degradation in the order of Real-ESRGAN',
      kair.replace(
        '"dataset_type": "sr"',
        '"dataset_type": "blindsr", "degradation_type": "bsrgan_plus", "lq_patchsize": 16, "use_sharp": true',
      ),
      {
        degradation: degradationOf(`
  - op: sharpen
  - { op: blur, kernels: { iso: 1, aniso: 1 }, size: [7, 25], sigma: [0.1, 2.8] }
  - { op: resize, range: [0.125, 2] }
  - { op: noise, gaussian: 1, poisson: 0, sigma: [2, 25], gray: 0.5, order: shuffled }
  - { op: noise, p: 0.1, gaussian: 0, poisson: 1, scale: [0.16, 1.6], gray: 0.5, order: shuffled }
  - op: jpeg
  - { op: blur, kernels: { iso: 1, aniso: 1 }, size: [7, 25], sigma: [0.1, 2.8] }
  - { op: resize, range: [0.125, 2] }
  - { op: noise, gaussian: 1, poisson: 0, sigma: [2, 25], gray: 0.5, order: shuffled }
  - { op: noise, p: 0.1, gaussian: 0, poisson: 1, scale: [0.16, 1.6], gray: 0.5, order: shuffled }
  - op: downscale
  - op: jpeg`),
        training: { cr_patch_size: [64, 64] },
      },
      [
        '`datasets.train.degradation_type`: speckle noise, and the random order of all operations that `shuffle_prob` gives some patches, are not supported.',
        endless,
      ],
    ],
    [
      'another loss and network',
      but(but(kair, '"rrdbnet"', '"imdn"'), '"G_lossfn_type": "l1"', '"G_lossfn_type": "ssim"'),
      {},
      [
        endless,
        '`train.G_lossfn_type`: ssim is not supported; replaced by L1.',
        '`netG`: imdn cannot be trained; replaced by the RRDBNet of the paper.',
      ],
    ],
  ])('%s', (_, text, expected, notes) => check(text, expected, notes));
});
