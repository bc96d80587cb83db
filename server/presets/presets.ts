import type { Preset } from '../protocol/messages.ts';

/** What "New Run" offers. A run is called like its file, so none of them has a name. */
export const presets: readonly Preset[] = [
  {
    id: 'quick',
    label: 'Quick try on this computer',
    description: 'A small net and both stages on your own photos: minutes on a processor, no download.',
    text: `# A small net on your own photos, to see everything work within minutes, also without a graphics card.
# Start Pretraining, then Training. Nothing has to be downloaded.

scale_factor: 4 # upscales 4 times; other factors: 1, 2, 8
batch_size: 4

datasets:
  photos:
    # Folders of sharp, large images (a few dozen will do). Small ones are made from them.
    hr: { train: photos/train, val: photos/val }

generator: # 23 blocks of 64 channels in the paper
  rrdb_channels: 24
  growth_channels: 12
  num_basic_blocks: 2

# Stage 1: as close to the original pixels as can be. High PSNR, soft texture.
pretraining:
  num_epoch: 10000 # num_step is what ends it
  num_step: 3000
  cr_patch_size: [64, 64]
  lr: 1e-3
  sched_step: 1000 # the learning rate halves after each so many steps
  train_datasets: [photos]
  val_datasets: [photos]

# Stage 2: against a discriminator. Sharper texture, lower PSNR.
training:
  num_epoch: 10000
  num_step: 500
  cr_patch_size: [64, 64]
  g_sched_steps: [250]
  d_sched_steps: [250]
  g_content_loss_scaling: 1 # without a perceptual loss it has to hold the image together
  train_datasets: [photos]
  val_datasets: [photos]

discriminator:
  vgg_blk_ch: [16, 16, 32, 32, 64, 64]
  fc_features: [20]

perceptual_loss: false # spares the download of VGG's weights; a real ESRGAN has it

validation: { every_steps: 250, crop_size: [128, 128], max_images: 10 }
samples: { every_steps: 250, count: 2, crop_size: [128, 128] }
checkpoints: { every_steps: 250, keep: 2 }
`,
  },
  {
    id: 'psnr',
    label: 'PSNR-driven: the full net, faithful pixels',
    description:
      'RRDB net of 23 blocks with L1 loss on DIV2K; a million steps, for a graphics card and days.',
    text: `# The generator of ESRGAN alone, trained for the highest PSNR, as its authors did before the GAN.
# What comes out is faithful and soft; other runs can start from it (pretraining.init, training.init).
# Before: esrgan data get div2k --to data

scale_factor: 4
batch_size: 16 # if memory does not suffice: 8, and twice the steps

generator: # 16.7 million weights
  rrdb_channels: 64
  growth_channels: 32
  num_basic_blocks: 23

content_loss: { loss_f: l1 }

pretraining:
  num_epoch: 20000 # 50 steps each: 1,000,000 on DIV2K's 800 images
  cr_patch_size: [128, 128] # 192 learns from more context and costs 2.25 times as much a step
  lr: 2e-4
  sched_step: 200000
  sched_gamma: 0.5
  train_datasets: [div2k]
  val_datasets: [div2k]

augmentation: # flips and transposes; JPEG and holes would teach it to repair images, too
  compression: false
  dropout: false

ema: { decay: 0.999 } # validated and kept beside the weights themselves

validation: { every_steps: 5000 }
samples: { every_steps: 5000 }
checkpoints: { every_steps: 5000 }
`,
  },
  {
    id: 'esrgan',
    label: 'ESRGAN as in the paper: both stages',
    description:
      'PSNR-driven pretraining, then GAN training with VGG19; 1.4 million steps, for a graphics card.',
    text: `# ESRGAN as in its paper (Wang et al. 2018, https://arxiv.org/abs/1809.00219) on DIV2K; the authors had more images.
# Start Pretraining; when it is done, Start Training. It goes on from the pretraining of the same run.
# Before: esrgan data get div2k --to data
#         esrgan weights get vgg19

scale_factor: 4
batch_size: 16

generator:
  rrdb_channels: 64
  growth_channels: 32
  num_basic_blocks: 23
  residual_scaling: 0.2 # beta

discriminator:
  vgg_blk_ch: [64, 64, 128, 128, 256, 256, 512, 512]
  fc_features: [100]

# Stage 1: 50 steps an epoch on DIV2K's 800 images.
pretraining:
  num_epoch: 20000 # 1,000,000 steps
  cr_patch_size: [128, 128]
  lr: 2e-4
  sched_step: 200000
  train_datasets: [div2k]
  val_datasets: [div2k]

# Stage 2: PSNR falls by about 2.4 dB at its start; that is what it does, not a fault.
training:
  num_epoch: 8000 # 400,000 steps
  cr_patch_size: [128, 128]
  g_lr: 1e-4
  d_lr: 1e-4
  g_sched_steps: [50000, 100000, 200000, 300000]
  d_sched_steps: [50000, 100000, 200000, 300000]
  g_adversarial_loss_scaling: 0.005 # lambda
  g_content_loss_scaling: 0.01 # eta
  init: last # of this run's pretraining
  train_datasets: [div2k]
  val_datasets: [div2k]

content_loss: { loss_f: l1 }

perceptual_loss: # features before the activation, as the paper found better
  vgg_type: vgg19
  layer_weights: { conv5_4: 1 }
  criterion: l1

augmentation: # flips and transposes only
  compression: false
  dropout: false

validation: { every_steps: 5000 }
samples: { every_steps: 5000 }
checkpoints: { every_steps: 5000 }
`,
  },
  {
    id: 'fine-tune',
    label: 'Fine-tune given weights on your own photos',
    description:
      'GAN training from a file of weights; some ten thousand steps, for a graphics card and hours.',
    text: `# Goes on from weights that somebody has trained, with your own kind of images. There is no pretraining:
# Start Training at once.
# Before: esrgan weights get vgg19
#         put the weights beside this file: .safetensors or .pth, of this run or another, in any known layout
#         esrgan inspect weights/esrgan-x4.safetensors tells scale and generator; they must stand below

scale_factor: 4
batch_size: 8

datasets:
  photos:
    # Folders of sharp, large images. With LR images of your own, add
    # lr: { train: photos/lr/train, val: photos/lr/val }
    hr: { train: photos/train, val: photos/val }

generator: # as the weights have it
  rrdb_channels: 64
  growth_channels: 32
  num_basic_blocks: 23

training:
  init: weights/esrgan-x4.safetensors
  num_epoch: 100000 # num_step is what ends it
  num_step: 20000
  cr_patch_size: [128, 128]
  g_lr: 5e-5 # half of what training from the start takes, so that little is forgotten
  d_lr: 1e-4 # the discriminator starts from nothing
  g_sched_steps: [10000]
  d_sched_steps: [10000]
  g_content_loss_scaling: 0.01 # more holds colors and edges closer to the original
  train_datasets: [photos]
  val_datasets: [photos]

# The stage that is not run; named here so that nothing of the file asks for DIV2K.
pretraining:
  train_datasets: [photos]
  val_datasets: [photos]

perceptual_loss:
  vgg_type: vgg19
  layer_weights: { conv5_4: 1 }

validation: { every_steps: 500, max_images: 20 }
samples: { every_steps: 500 }
checkpoints: { every_steps: 500 }
`,
  },
];
