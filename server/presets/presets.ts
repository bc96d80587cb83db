import type { Preset } from '../protocol/workspace.ts';

/** The presets of "New Run". They have no `name`, so a run gets the name of its file. */
export const presets: readonly Preset[] = [
  {
    id: 'quick',
    label: 'Quick try on this computer',
    description: 'Small network, both stages, your own photos. Takes minutes on a CPU, needs no download.',
    text: `# A small network for your own photos. Both stages finish within minutes, even on a CPU.
# Start Pretraining, then Training. No download is needed.

scale_factor: 4 # upscales 4 times; other factors: 1, 2, 8
batch_size: 4

datasets:
  photos:
    # Folders of sharp, large images; a few dozen are enough. LR images are made from them.
    hr: { train: photos/train, val: photos/val }

generator: # the paper uses 23 blocks and 64 channels
  rrdb_channels: 24
  growth_channels: 12
  num_basic_blocks: 2

# Stage 1: minimize the pixel loss. High PSNR, soft texture.
pretraining:
  num_epoch: 10000 # num_step ends the stage
  num_step: 3000
  cr_patch_size: [64, 64]
  lr: 1e-3
  sched_step: 1000 # steps between halvings of the learning rate
  train_datasets: [photos]
  val_datasets: [photos]

# Stage 2: train against a discriminator. Sharper texture, lower PSNR.
training:
  num_epoch: 10000
  num_step: 500
  cr_patch_size: [64, 64]
  g_sched_steps: [250]
  d_sched_steps: [250]
  g_content_loss_scaling: 1 # high, because there is no perceptual loss
  train_datasets: [photos]
  val_datasets: [photos]

discriminator:
  vgg_blk_ch: [16, 16, 32, 32, 64, 64]
  fc_features: [20]

perceptual_loss: false # avoids the download of VGG weights; ESRGAN proper has this loss

validation: { every_steps: 250, crop_size: [128, 128], max_images: 10 }
samples: { every_steps: 250, count: 2, crop_size: [128, 128] }
checkpoints: { every_steps: 250, keep: 2 }
`,
  },
  {
    id: 'psnr',
    label: 'PSNR-driven: full-size network, faithful pixels',
    description: 'RRDBNet with 23 blocks and L1 loss on DIV2K. A million steps: takes days on a GPU.',
    text: `# Trains the ESRGAN generator alone for the highest PSNR, as the authors did before GAN training.
# The results are faithful but soft. Other runs can start from its weights (pretraining.init, training.init).
# Run first: esrgan data download div2k --to data

scale_factor: 4
batch_size: 16 # if memory is too small: 8, with accumulate: 2

generator: # 16.7 million parameters
  rrdb_channels: 64
  growth_channels: 32
  num_basic_blocks: 23

content_loss: { loss_f: l1 }

pretraining:
  num_epoch: 20000 # 50 steps each: 1,000,000 on DIV2K's 800 images
  cr_patch_size: [128, 128] # 192 gives more context, but costs 2.25 times as much per step
  lr: 2e-4
  sched_step: 200000
  sched_gamma: 0.5
  train_datasets: [div2k]
  val_datasets: [div2k]

augmentation: # flips and transposes only; with JPEG and holes it would learn to repair images as well
  compression: false
  dropout: false

ema: { decay: 0.999 } # validated and saved in addition to the weights themselves

validation: { every_steps: 5000 }
samples: { every_steps: 5000 }
checkpoints: { every_steps: 5000 }
`,
  },
  {
    id: 'esrgan',
    label: 'ESRGAN as in the paper: both stages',
    description: 'PSNR-driven pretraining, then GAN training with VGG19. 1.4 million steps on a GPU.',
    text: `# ESRGAN as in the paper (Wang et al. 2018, https://arxiv.org/abs/1809.00219) on DIV2K. The authors used more images.
# Start Pretraining and, when it has finished, Training, which continues from the pretraining of the same run.
# Run first: esrgan data download div2k --to data
#            esrgan weights download vgg19

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

# Stage 1: 50 steps per epoch on DIV2K's 800 images.
pretraining:
  num_epoch: 20000 # 1,000,000 steps
  cr_patch_size: [128, 128]
  lr: 2e-4
  sched_step: 200000
  train_datasets: [div2k]
  val_datasets: [div2k]

# Stage 2: PSNR drops by about 2.4 dB at the start, which is normal.
training:
  num_epoch: 8000 # 400,000 steps
  cr_patch_size: [128, 128]
  g_lr: 1e-4
  d_lr: 1e-4
  g_sched_steps: [50000, 100000, 200000, 300000]
  d_sched_steps: [50000, 100000, 200000, 300000]
  g_adversarial_loss_scaling: 0.005 # lambda
  g_content_loss_scaling: 0.01 # eta
  init: last # checkpoint of this run's pretraining
  train_datasets: [div2k]
  val_datasets: [div2k]

content_loss: { loss_f: l1 }

perceptual_loss: # uses the features before the activation, like the paper
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
    id: 'compact',
    label: 'Fast network for video: compact, both stages',
    description:
      'The small network of Real-ESRGAN on your own images. Takes hours on a CPU, upscales many times faster.',
    text: `# The compact network of Real-ESRGAN, which upscales several times faster than RRDB, also without a GPU.
# Start Pretraining and, when it has finished, Training, which continues from the pretraining of the same run.
# type: span is another fast network. esrgan convert exports either for other programs.
# Run first: esrgan weights download vgg19

scale_factor: 4 # other factors: 1, 2, 3, 8
batch_size: 8

datasets:
  photos:
    # Folders of sharp, large images, such as frames of a video. LR images are made from them.
    hr: { train: photos/train, val: photos/val }

generator: # 0.62 million parameters
  type: compact
  num_feat: 64
  num_conv: 16

# Stage 1: minimize the pixel loss. High PSNR, soft texture.
pretraining:
  num_epoch: 100000 # num_step ends the stage
  num_step: 50000
  cr_patch_size: [128, 128]
  lr: 2e-4
  sched_step: 20000
  train_datasets: [photos]
  val_datasets: [photos]

# Stage 2: train against a discriminator. Sharper texture, lower PSNR.
training:
  num_epoch: 100000
  num_step: 20000
  cr_patch_size: [128, 128]
  g_sched_steps: [10000]
  d_sched_steps: [10000]
  train_datasets: [photos]
  val_datasets: [photos]

perceptual_loss:
  vgg_type: vgg19
  layer_weights: { conv5_4: 1 }

ema: { decay: 0.999 } # validated and saved in addition to the weights themselves

validation: { every_steps: 1000, max_images: 10 }
samples: { every_steps: 1000 }
checkpoints: { every_steps: 1000 }
`,
  },
  {
    id: 'fine-tune',
    label: 'Fine-tune existing weights on your own photos',
    description: 'GAN training from a weight file. Tens of thousands of steps: takes hours on a GPU.',
    text: `# Continues from existing weights with your own kind of images. There is no pretraining: start Training.
# Run first: esrgan weights download vgg19
# Put the weights next to this file: .safetensors or .pth, from this or another program, in any known layout.
# Print their scale and generator settings, which must match those below:
#            esrgan inspect weights/esrgan-x4.safetensors

scale_factor: 4
batch_size: 8

datasets:
  photos:
    # Folders of sharp, large images. If you have matching LR images, add
    # lr: { train: photos/lr/train, val: photos/lr/val }
    hr: { train: photos/train, val: photos/val }

generator: # must match the weights
  rrdb_channels: 64
  growth_channels: 32
  num_basic_blocks: 23

training:
  init: weights/esrgan-x4.safetensors
  num_epoch: 100000 # num_step ends the stage
  num_step: 20000
  cr_patch_size: [128, 128]
  g_lr: 5e-5 # half of the usual rate, to preserve what the weights have learned
  d_lr: 1e-4 # the discriminator starts from random weights
  g_sched_steps: [10000]
  d_sched_steps: [10000]
  g_content_loss_scaling: 0.01 # a higher weight keeps colors and edges closer to the HR image
  train_datasets: [photos]
  val_datasets: [photos]

# Not run. Without these keys, the stage would need DIV2K.
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
