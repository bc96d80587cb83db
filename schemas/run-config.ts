// Generated from run.esrgan.schema.json by `npm run schema`; do not edit.
// A run file with its defaults filled in: a key is optional here only if it has no default.

/**
 * Distance between the features of the generated and the HR image in a pretrained VGG network. Training stage only. `false` turns it off: the generator is then trained with the content and the adversarial loss only, which needs no VGG weights but is not the ESRGAN of the paper. `true` is the same as the defaults.
 */
export type PerceptualLoss =
  | {
      /**
       * Weight of each VGG layer in the loss. Layer convB_I is convolution I of block B; its features are taken before the activation. Deep layers represent texture and objects, early layers edges and colors.
       */
      layer_weights: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` "^conv[1-5]_[1-4]$".
         */
        [k: string]: number;
      };
      /**
       * VGG variant. The network is not trained.
       */
      vgg_type: 'vgg11' | 'vgg13' | 'vgg16' | 'vgg19';
      /**
       * Distance between features, averaged over all of them.
       */
      criterion: 'l1' | 'l2';
      /**
       * Normalize the images with ImageNet's mean and standard deviation before VGG, as in its training.
       */
      normalize_input: boolean;
      /**
       * Divide the loss by the sum of `layer_weights`. The original crashes when this is on.
       */
      normalize_loss: boolean;
      /**
       * Path of the pretrained VGG weights (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
       */
      weights?: string;
    }
  | boolean;
/**
 * High-resolution images: a folder or glob for both training and validation, or one for each. Relative to the run file's folder; `{scale}` is replaced by `scale_factor`; `{{scale}}` is a name with `{scale}` in it.
 */
export type HRImages =
  | string
  | {
      /**
       * Folder or glob of the training images.
       */
      train?: string;
      /**
       * Folder or glob of the validation images.
       */
      val?: string;
    };
/**
 * Low-resolution images that match `hr`: a folder or glob, or one for each split. The images of a pair have the same name, or the LR name ends in `x{scale}`, and the HR image is exactly `scale_factor` times as large. Without it, LR images are made from `hr` by `downscale`.
 */
export type LRImages =
  | string
  | {
      /**
       * Folder or glob of the training images.
       */
      train?: string;
      /**
       * Folder or glob of the validation images.
       */
      val?: string;
    };
/**
 * Random changes to training patches. `false` turns all of them off; `true` is the same as the defaults.
 */
export type AugmentationSettings =
  | {
      spatial: SpatialAugmentation;
      compression: CompressionAugmentation;
      dropout: DropoutAugmentation;
    }
  | boolean;
/**
 * Flip or transpose the HR and the LR patch, in both stages. `false` turns it off; `true` is the same as the defaults.
 */
export type SpatialAugmentation =
  | {
      /**
       * Probability that a patch is flipped or transposed.
       */
      p: number;
      /**
       * Weight of flips relative to transposes. A flip is horizontal, vertical or both, with equal probability. By default, 37.5 % of patches are flipped. The original's README has the two weights the other way round.
       */
      flip: number;
      /**
       * Weight of transposes relative to flips. By default, 12.5 % of patches are transposed.
       */
      transpose: number;
    }
  | boolean;
/**
 * JPEG compression of the LR patch, pretraining only. The HR patch is not compressed, so the network learns to remove the artifacts. `false` turns it off; `true` is the same as the defaults.
 */
export type CompressionAugmentation =
  | {
      /**
       * Probability that a patch is compressed.
       */
      p: number;
      /**
       * Lowest and highest JPEG quality. All values in this range are equally likely.
       *
       * @minItems 2
       * @maxItems 2
       */
      quality: [number, number];
    }
  | boolean;
/**
 * Black squares in the LR patch, pretraining only. The HR patch is not changed, so the network learns to fill the holes. `false` turns it off; `true` is the same as the defaults.
 */
export type DropoutAugmentation =
  | {
      /**
       * Probability that a patch gets holes.
       */
      p: number;
      /**
       * Number of holes in a patch. They may overlap.
       */
      holes: number;
      /**
       * Side length of a hole in the low-resolution patch.
       */
      size: number;
    }
  | boolean;

/**
 * A training run of ESRGAN Workbench: its data, its networks, its losses and the schedule of its two stages. Every key has a default, so a run file contains only what differs.
 */
export interface RunConfig {
  /**
   * Name of the run and of its folder in `runs_dir`. Defaults to the name of the run file without `.esrgan.yaml`, `.esrgan.yml` or `.esrgan.json`.
   */
  name?: string;
  /**
   * Random seed of the initial weights, the order of the images, the crops and the augmentation. Two runs with the same file and seed on the same engine produce the same numbers. The original program sets no seed.
   */
  seed: number;
  /**
   * Compute backend. `esrgan doctor` lists the engines that are available on this machine. A run never falls back to a slower engine silently.
   */
  engine: 'auto' | 'cuda' | 'tensorflow' | 'webgpu' | 'cpu';
  /**
   * Folder in which each run gets its own folder. A relative path starts at the run file's folder.
   */
  runs_dir: string;
  /**
   * Folder that contains the predefined data sets (div2k, bsds500, set5, set14) as extracted from their archives. A relative path starts at the run file's folder.
   */
  data_dir: string;
  /**
   * Upscaling factor in width and height. A network is trained for one factor only. The papers and all published runs use 4. A factor of 8 upscales 8 times (the original built a 16x network).
   */
  scale_factor: 1 | 2 | 4 | 8;
  /**
   * Number of patches in a training step. The paper and the published runs use 16, which is 50 steps per epoch on DIV2K's 800 images. An incomplete last batch of an epoch is dropped.
   */
  batch_size: number;
  /**
   * Number of image channels. Always 3 (RGB): grayscale images are read as RGB, and the VGG network of the perceptual loss requires three channels.
   */
  img_channels: 3;
  pretraining: PretrainingSettings;
  training: TrainingSettings;
  generator: GeneratorSettings;
  discriminator: DiscriminatorSettings;
  content_loss: ContentLossSettings;
  perceptual_loss: PerceptualLoss;
  /**
   * Your own data sets by name, for `train_datasets` and `val_datasets`. An entry with the name of a predefined data set (div2k, bsds500, set5, set14) replaces it if it has `hr`; otherwise it overrides only the keys that it contains.
   */
  datasets: {
    [k: string]: DatasetSettings;
  };
  augmentation: AugmentationSettings;
  validation: ValidationSettings;
  samples: SampleSettings;
  checkpoints: CheckpointSettings;
  ema: EMASettings;
  /**
   * Number of threads that decode and augment images; `null` chooses it by the number of CPU cores.
   */
  workers: number | null;
  /**
   * Size of the cache for decoded images.
   */
  cache_mb: number;
  /**
   * Steps between points of the training curves.
   */
  log_every_steps: number;
}
/**
 * First stage, PSNR-oriented: trains the generator alone to minimize `content_loss`. Optimizer: Adam with betas 0.9 and 0.999.
 */
export interface PretrainingSettings {
  /**
   * Length of the stage in epochs. An epoch takes one random patch from each training image. The paper's authors train for 1,000,000 steps, the published runs for 8000 epochs (400,000 steps on DIV2K).
   */
  num_epoch: number;
  /**
   * Length of the stage in steps. The stage ends when it reaches `num_epoch` or `num_step`, whichever comes first.
   */
  num_step?: number;
  /**
   * Height and width of the random training crop in the high-resolution image. Both must be multiples of `scale_factor`, because the low-resolution crop is smaller by that factor. The paper uses 128, three of the published runs use 192.
   *
   * @minItems 2
   * @maxItems 2
   */
  cr_patch_size: [number, number];
  /**
   * Initial learning rate of Adam.
   */
  lr: number;
  /**
   * Number of steps (not epochs) after which the learning rate is multiplied by `sched_gamma`, again and again. The paper uses 200,000, the published runs 175,000.
   */
  sched_step: number;
  /**
   * Factor by which each decay multiplies the learning rate; 1 keeps it constant.
   */
  sched_gamma: number;
  /**
   * Data sets to train on, predefined or from `datasets`. Their `train` images are mixed.
   *
   * @minItems 1
   * @maxItems 1000
   */
  train_datasets: [string, ...string[]];
  /**
   * Data sets to validate on, predefined or from `datasets`. Their `val` images are used. An empty list turns validation off. The original's README says bsds500; its code and configs use div2k.
   *
   * @maxItems 1000
   */
  val_datasets: string[];
  /**
   * Initial weights of the generator: path of a .safetensors file, a .pth file or a checkpoint, relative to the run file's folder. Without it, the weights are random and depend on `seed`.
   */
  init?: string;
}
/**
 * Second stage, GAN training: trains the generator and the discriminator against each other. Validation PSNR drops by about 2.4 dB at the start of the stage, which is normal. Optimizer: Adam with betas 0.9 and 0.99 for both networks.
 */
export interface TrainingSettings {
  /**
   * Length of the stage in epochs. An epoch takes one random patch from each training image. The paper's authors train for 400,000 steps, the published runs for 6000 epochs (300,000 steps on DIV2K).
   */
  num_epoch: number;
  /**
   * Length of the stage in steps. The stage ends when it reaches `num_epoch` or `num_step`, whichever comes first.
   */
  num_step?: number;
  /**
   * Height and width of the random training crop in the high-resolution image. Both must be multiples of `scale_factor`. The paper and three of the published runs use 128.
   *
   * @minItems 2
   * @maxItems 2
   */
  cr_patch_size: [number, number];
  /**
   * Initial learning rate of the generator.
   */
  g_lr: number;
  /**
   * Initial learning rate of the discriminator. Lower it if the discriminator overpowers the generator.
   */
  d_lr: number;
  /**
   * Steps at which the generator's learning rate is multiplied by `g_sched_gamma`, in increasing order. An empty list keeps it constant. The published runs use 50,000, 100,000, 175,000 and 250,000.
   */
  g_sched_steps: number[];
  /**
   * Factor by which each of `g_sched_steps` multiplies the generator's learning rate.
   */
  g_sched_gamma: number;
  /**
   * Steps at which the discriminator's learning rate is multiplied by `d_sched_gamma`, in increasing order. An empty list keeps it constant.
   */
  d_sched_steps: number[];
  /**
   * Factor by which each of `d_sched_steps` multiplies the discriminator's learning rate.
   */
  d_sched_gamma: number;
  /**
   * Weight of the adversarial loss in the generator's total loss (lambda in the paper). A higher weight gives sharper but less faithful texture.
   */
  g_adversarial_loss_scaling: number;
  /**
   * Weight of the content loss in the generator's total loss (eta in the paper). A higher weight keeps colors and edges closer to the HR image.
   */
  g_content_loss_scaling: number;
  /**
   * Data sets to train on, predefined or from `datasets`. Their `train` images are mixed.
   *
   * @minItems 1
   * @maxItems 1000
   */
  train_datasets: [string, ...string[]];
  /**
   * Data sets to validate on, predefined or from `datasets`. Their `val` images are used. An empty list turns validation off.
   *
   * @maxItems 1000
   */
  val_datasets: string[];
  /**
   * Initial weights of the generator: the `last` or `best` checkpoint of this run's pretraining, or the path of a weight file relative to the run file's folder. The original always uses the last checkpoint.
   */
  init: string;
}
/**
 * The upscaling network (RRDBNet). The defaults are those of the paper: 16.7 million parameters.
 */
export interface GeneratorSettings {
  /**
   * Width of the trunk: number of feature maps between the blocks (`num_feat` in BasicSR).
   */
  rrdb_channels: number;
  /**
   * Number of feature maps that each convolution of a dense block adds (`num_grow_ch` in BasicSR).
   */
  growth_channels: number;
  /**
   * Depth of the trunk: number of residual-in-residual dense blocks, RRDB (`num_block` in BasicSR). The original's README says 16; its code, its configs and the paper use 23.
   */
  num_basic_blocks: number;
  /**
   * Number of dense blocks in each RRDB.
   */
  num_dense_blocks: number;
  /**
   * Number of convolutions in each dense block. Each one reads the input of the block and the output of all earlier ones.
   */
  num_residual_blocks: number;
  /**
   * Factor on the residual of each dense block and each RRDB (beta in the paper). Small values keep deep networks stable.
   */
  residual_scaling: number;
  /**
   * Upsample with a convolution to four times the channels and a pixel shuffle, instead of nearest-neighbor interpolation and a convolution. The weights of the two variants are incompatible.
   */
  use_subpixel_conv: boolean;
}
/**
 * The network that the training stage uses to tell real from generated images (VGG style, after SRGAN). The defaults have 7.2 million parameters.
 */
export interface DiscriminatorSettings {
  /**
   * Output channels of each 3x3 convolution. A convolution with as many output as input channels has stride 2. The result is pooled to 7x7, so any patch size works.
   *
   * @minItems 1
   */
  vgg_blk_ch: [number, ...number[]];
  /**
   * Width of each hidden fully connected layer before the output logit. An empty list means no hidden layer. The original's code defaults to 1024; all of its configs use 100.
   */
  fc_features: number[];
}
/**
 * Pixel loss: mean distance between the pixels of the generated and the HR image.
 */
export interface ContentLossSettings {
  /**
   * Distance function. The paper and all published runs use l1.
   */
  loss_f: 'l1' | 'l2' | 'mse';
}
/**
 * Where the images of a data set are.
 */
export interface DatasetSettings {
  hr?: HRImages;
  lr?: LRImages;
  /**
   * How LR images are made from HR images if `lr` is absent. A network works well only on images that were downscaled like those it was trained on: on one BSDS500 image the published runs differ by 4 dB.
   */
  downscale: 'bicubic' | 'nearest';
}
/**
 * How often each stage computes PSNR and SSIM on its `val_datasets`, and on which part of the images.
 */
export interface ValidationSettings {
  /**
   * Steps between validations. There is one more at the end of the stage.
   */
  every_steps: number;
  /**
   * Height and width of the center crop to measure, in the HR image; both must be multiples of `scale_factor`. Smaller images are measured whole, and `null` measures all images whole. The crop does not depend on the training patch, so that runs with different patches are comparable; the original crops to the patch.
   *
   * @minItems 2
   * @maxItems 2
   */
  crop_size: [number, number] | null;
  /**
   * Maximum number of images to measure, in order of their names; `null` measures all.
   */
  max_images: number | null;
}
/**
 * Sample images saved during training: LR, SR, HR and bicubic upscaling of the first validation images.
 */
export interface SampleSettings {
  /**
   * Steps between sample images.
   */
  every_steps: number;
  /**
   * Number of images to sample; 0 saves none.
   */
  count: number;
  /**
   * Height and width of the center crop to save, in the HR image; both must be multiples of `scale_factor`. Smaller images are saved whole.
   *
   * @minItems 2
   * @maxItems 2
   */
  crop_size: [number, number];
}
/**
 * Saved weights and training state, to resume, compare and upscale from.
 */
export interface CheckpointSettings {
  /**
   * Steps between checkpoints. A run that is killed loses at most that many steps.
   */
  every_steps: number;
  /**
   * How many of the latest checkpoints to keep, in addition to the best one.
   */
  keep: number;
  /**
   * Validation metric that determines the best checkpoint.
   */
  best: 'psnr' | 'ssim';
}
/**
 * Exponential moving average of the generator's weights, validated and saved in addition to the weights themselves.
 */
export interface EMASettings {
  /**
   * Decay of the average per step; 0 turns the average off, as in the original. Other trainers use 0.999, which smooths the validation curves. At the start of a stage the decay is limited to (1 + step) / (10 + step), so that short stages forget the initial weights.
   */
  decay: number;
}
