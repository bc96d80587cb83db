// Generated from run.esrgan.schema.json by `npm run schema`; do not edit.
// A run file with its defaults filled in: a key is optional here only if it has no default.

/**
 * Distance between the features that a pretrained VGG network sees in the two images. Training stage only. `false` leaves it out: the generator then learns from the content and adversarial losses alone, which needs no VGG weights and is no ESRGAN of the paper; `true` is the same as the defaults.
 */
export type PerceptualLoss =
  | {
      /**
       * Weight of each VGG layer in the loss. A layer is named convB_I: convolution I of block B; its features are taken before the activation. Deeper layers care for texture and objects, earlier ones for edges and colors.
       */
      layer_weights: {
        /**
         * This interface was referenced by `undefined`'s JSON-Schema definition
         * via the `patternProperty` "^conv[1-5]_[1-4]$".
         */
        [k: string]: number;
      };
      /**
       * Which VGG network, by its layers with weights. It compares features only; it is not trained.
       */
      vgg_type: 'vgg11' | 'vgg13' | 'vgg16' | 'vgg19';
      /**
       * Distance between features, averaged over all of them.
       */
      criterion: 'l1' | 'l2';
      /**
       * Shift and scale the colors by ImageNet's mean and standard deviation before VGG, as it was trained.
       */
      normalize_input: boolean;
      /**
       * Divide the loss by the sum of `layer_weights`. The original crashed when this was on.
       */
      normalize_loss: boolean;
      /**
       * File with the pretrained VGG weights (.safetensors or torchvision's .pth), relative to the run file's folder.
       */
      weights?: string;
    }
  | boolean;
/**
 * High-resolution images: a folder or a glob, for both uses, or one for training and one for validation. Relative to the run file's folder; `{scale}` stands for `scale_factor`.
 */
export type HRImages =
  | string
  | {
      /**
       * Folder or glob of the images to learn from.
       */
      train?: string;
      /**
       * Folder or glob of the images to validate on.
       */
      val?: string;
    };
/**
 * Low-resolution images that belong to `hr`: folder, glob, or one for each use. A pair has the same name, or the LR name ends in `x{scale}`, and exactly `scale_factor` between its sizes. When absent, they are made from `hr` by `downscale`.
 */
export type LRImages =
  | string
  | {
      /**
       * Folder or glob of the images to learn from.
       */
      train?: string;
      /**
       * Folder or glob of the images to validate on.
       */
      val?: string;
    };
/**
 * Random changes to training patches. `false` switches all off, `true` is the same as the defaults.
 */
export type AugmentationSettings =
  | {
      spatial: SpatialAugmentation;
      compression: CompressionAugmentation;
      dropout: DropoutAugmentation;
    }
  | boolean;
/**
 * Flip or transpose a patch, HR and LR alike, in both stages. `false` switches it off, `true` is the same as the defaults.
 */
export type SpatialAugmentation =
  | {
      /**
       * Probability that a patch is changed at all.
       */
      p: number;
      /**
       * Weight of a flip against a transpose; the flip is horizontal, vertical or both, each as likely. With the defaults 37.5 % of patches are flipped. The original's README has the two weights exchanged.
       */
      flip: number;
      /**
       * Weight of a transpose against a flip. With the defaults 12.5 % of patches are transposed.
       */
      transpose: number;
    }
  | boolean;
/**
 * JPEG compression of the LR patch, pretraining only; the HR patch stays clean, so the network learns to remove the artefacts. `false` switches it off, `true` is the same as the defaults.
 */
export type CompressionAugmentation =
  | {
      /**
       * Probability that a patch is compressed.
       */
      p: number;
      /**
       * Lowest and highest JPEG quality; each value between is as likely.
       *
       * @minItems 2
       * @maxItems 2
       */
      quality: [number, number];
    }
  | boolean;
/**
 * Black squares in the LR patch, pretraining only; the HR patch stays whole, so the network learns to fill them. `false` switches it off, `true` is the same as the defaults.
 */
export type DropoutAugmentation =
  | {
      /**
       * Probability that a patch gets holes.
       */
      p: number;
      /**
       * Holes in such a patch; they may overlap.
       */
      holes: number;
      /**
       * Side of a hole, measured in the low-resolution patch.
       */
      size: number;
    }
  | boolean;

/**
 * A training run of ESRGAN Workbench: which data, which networks, which losses and how the two stages train. Every key has a default, so a run file says only what differs.
 */
export interface RunConfig {
  /**
   * Name of the run and of its folder under `runs_dir`. When absent, the name of the run file without `.esrgan.yaml`, `.esrgan.yml` or `.esrgan.json`.
   */
  name?: string;
  /**
   * Seed of everything random: initial weights, order of images, crops and augmentation. Two runs with the same file and seed on the same engine give the same numbers. The original program set no seed.
   */
  seed: number;
  /**
   * What computes the run. `esrgan doctor` shows which engines this machine has. A run never falls to a slower engine in silence.
   */
  engine: 'auto' | 'cuda' | 'tensorflow' | 'webgpu' | 'cpu';
  /**
   * Folder that receives one folder for each run. A relative path starts at the run file's folder.
   */
  runs_dir: string;
  /**
   * Folder in which the predefined data sets (div2k, bsds500, set5, set14) lie as they are unpacked. A relative path starts at the run file's folder.
   */
  data_dir: string;
  /**
   * How many times wider and higher the result is. Fixed for the life of a network: another factor is another network. The papers and all published runs use 4; 8 really gives 8 times (the original built 16 times).
   */
  scale_factor: 1 | 2 | 4 | 8;
  /**
   * Patches in one training step. 16 in the paper and in the published runs: 50 steps an epoch on DIV2K's 800 images. The rest of an epoch that does not fill a batch is left out.
   */
  batch_size: number;
  /**
   * Color channels of the images. Always 3 (RGB): grey images are read as RGB, and the VGG network of the perceptual loss knows nothing else.
   */
  img_channels: 3;
  pretraining: PretrainingSettings;
  training: TrainingSettings;
  generator: GeneratorSettings;
  discriminator: DiscriminatorSettings;
  content_loss: ContentLossSettings;
  perceptual_loss: PerceptualLoss;
  /**
   * Data sets of your own by name, for `train_datasets` and `val_datasets`. A predefined name (div2k, bsds500, set5, set14) with `hr` is replaced; without `hr` only what is given is changed.
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
   * Threads that decode and augment images; null chooses by the number of cores.
   */
  workers: number | null;
  /**
   * Memory for decoded images, which spares decoding them again.
   */
  cache_mb: number;
  /**
   * Steps between two points of the training curves.
   */
  log_every_steps: number;
}
/**
 * First stage, PSNR-driven: the generator alone learns to minimise `content_loss`. Optimiser Adam with betas 0.9 and 0.999.
 */
export interface PretrainingSettings {
  /**
   * Length of the stage: how many times each training image is seen, each time as one random patch. The paper's authors train 1,000,000 steps; the published runs 8000 epochs, which are 400,000 steps on DIV2K.
   */
  num_epoch: number;
  /**
   * Length of the stage in steps. When given, the stage ends at whichever of `num_epoch` and `num_step` comes first.
   */
  num_step?: number;
  /**
   * Height and width of the random crop, measured in the high-resolution image; the low-resolution crop is this over `scale_factor`, so both must be multiples of it. The paper uses 128, three published runs use 192.
   *
   * @minItems 2
   * @maxItems 2
   */
  cr_patch_size: [number, number];
  /**
   * Learning rate of Adam at the first step.
   */
  lr: number;
  /**
   * After each so many steps (mini-batches, not epochs) the learning rate is multiplied by `sched_gamma`. The paper uses 200,000, the published runs 175,000.
   */
  sched_step: number;
  /**
   * Factor on the learning rate at each decay; 1 keeps it constant.
   */
  sched_gamma: number;
  /**
   * Names of the data sets that the stage learns from, predefined or from `datasets`; their images are mixed. Their `train` images are used.
   *
   * @minItems 1
   */
  train_datasets: [string, ...string[]];
  /**
   * Names of the data sets that the stage is validated on; their `val` images are used. An empty list validates on nothing. The original's README says bsds500; its code and configs use div2k.
   */
  val_datasets: string[];
  /**
   * Weights that the generator starts from: a .safetensors, .pth or checkpoint path, relative to the run file's folder. When absent, random weights by `seed`.
   */
  init?: string;
}
/**
 * Second stage, GAN-driven: generator and discriminator learn against each other. Validation PSNR falls by about 2.4 dB at its start; that is what it does, not a fault. Optimiser Adam with betas 0.9 and 0.99 for both.
 */
export interface TrainingSettings {
  /**
   * Length of the stage: how many times each training image is seen. The paper's authors train 400,000 steps; the published runs 6000 epochs, which are 300,000 steps on DIV2K.
   */
  num_epoch: number;
  /**
   * Length of the stage in steps. When given, the stage ends at whichever of `num_epoch` and `num_step` comes first.
   */
  num_step?: number;
  /**
   * Height and width of the random crop, measured in the high-resolution image; both must be multiples of `scale_factor`. 128 in the paper and three published runs.
   *
   * @minItems 2
   * @maxItems 2
   */
  cr_patch_size: [number, number];
  /**
   * Learning rate of the generator's Adam at the first step.
   */
  g_lr: number;
  /**
   * Learning rate of the discriminator's Adam at the first step. Smaller values hold back a discriminator that wins too easily.
   */
  d_lr: number;
  /**
   * Steps at which the generator's learning rate is multiplied by `g_sched_gamma`, in rising order; an empty list keeps it constant. The published runs use 50,000, 100,000, 175,000 and 250,000.
   */
  g_sched_steps: number[];
  /**
   * Factor on the generator's learning rate at each of `g_sched_steps`.
   */
  g_sched_gamma: number;
  /**
   * Steps at which the discriminator's learning rate is multiplied by `d_sched_gamma`, in rising order; an empty list keeps it constant.
   */
  d_sched_steps: number[];
  /**
   * Factor on the discriminator's learning rate at each of `d_sched_steps`.
   */
  d_sched_gamma: number;
  /**
   * Weight of the adversarial loss in the generator's total (lambda in the paper). More gives sharper, less faithful texture.
   */
  g_adversarial_loss_scaling: number;
  /**
   * Weight of the content loss in the generator's total (eta in the paper). More holds colors and edges closer to the original image.
   */
  g_content_loss_scaling: number;
  /**
   * Names of the data sets that the stage learns from; their `train` images are used, mixed.
   *
   * @minItems 1
   */
  train_datasets: [string, ...string[]];
  /**
   * Names of the data sets that the stage is validated on; their `val` images are used. An empty list validates on nothing.
   */
  val_datasets: string[];
  /**
   * Generator that the stage starts from: `last` or `best` checkpoint of this run's pretraining, or the path of a weight file, relative to the run file's folder. The original always took the last.
   */
  init: string;
}
/**
 * The network that upscales (RRDBNet). The defaults are the paper's: 16.7 million weights.
 */
export interface GeneratorSettings {
  /**
   * Width of the trunk: feature maps that pass from block to block.
   */
  rrdb_channels: number;
  /**
   * Feature maps that each convolution of a dense block adds.
   */
  growth_channels: number;
  /**
   * Depth: residual-in-residual dense blocks (RRDB) in the trunk. The original's README says 16; its code, its configs and the paper 23.
   */
  num_basic_blocks: number;
  /**
   * Dense blocks in each RRDB.
   */
  num_dense_blocks: number;
  /**
   * Convolutions in each dense block; each sees the block's input and the output of all before it.
   */
  num_residual_blocks: number;
  /**
   * Factor on what a dense block and an RRDB add to their input (beta in the paper). Small values keep deep networks stable.
   */
  residual_scaling: number;
  /**
   * Upscale with a convolution to four times the channels and a pixel shuffle, instead of nearest-neighbour upsampling followed by a convolution. Weights of one variant do not fit the other.
   */
  use_subpixel_conv: boolean;
}
/**
 * The network of the training stage that tells real images from generated ones (VGG style, after SRGAN). The defaults have 7.2 million weights.
 */
export interface DiscriminatorSettings {
  /**
   * Output channels of each 3x3 convolution. Where a convolution has as many outputs as inputs, it halves width and height; the result is pooled to 7x7, so any patch size works.
   *
   * @minItems 1
   */
  vgg_blk_ch: [number, ...number[]];
  /**
   * Width of each hidden fully connected layer before the single score; an empty list has none. The original's code says 1024, all its configs 100.
   */
  fc_features: number[];
}
/**
 * Distance between generated and original pixels, averaged over all of them.
 */
export interface ContentLossSettings {
  /**
   * Which distance. The paper and all published runs use l1.
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
   * How LR images are made where `lr` is absent. A network upscales well only what was reduced in the way it was trained on: on one BSDS500 image the published runs differ by 4 dB.
   */
  downscale: 'bicubic' | 'nearest';
}
/**
 * How often and on which part of its `val_datasets` a stage is measured (PSNR and SSIM).
 */
export interface ValidationSettings {
  /**
   * Steps between two validations; there is one more at the end of the stage.
   */
  every_steps: number;
  /**
   * Height and width of the centre crop that is measured, in the HR image; multiples of `scale_factor`. Null measures whole images. Smaller images are measured whole. It does not depend on the training patch, so runs of different patches compare; the original cropped to the patch.
   *
   * @minItems 2
   * @maxItems 2
   */
  crop_size: [number, number] | null;
  /**
   * Measure at most so many images, the first by name; null measures all.
   */
  max_images: number | null;
}
/**
 * Images kept during training to look at: LR, SR, HR and bicubic of the first validation images.
 */
export interface SampleSettings {
  /**
   * Steps between two sets of samples.
   */
  every_steps: number;
  /**
   * Images in a set; 0 keeps none.
   */
  count: number;
  /**
   * Height and width of the centre crop that is kept, in the HR image; multiples of `scale_factor`. Smaller images are kept whole.
   *
   * @minItems 2
   * @maxItems 2
   */
  crop_size: [number, number];
}
/**
 * What is kept to resume, compare and upscale from.
 */
export interface CheckpointSettings {
  /**
   * Steps between two checkpoints. A run that is killed repeats at most so many.
   */
  every_steps: number;
  /**
   * How many of the latest checkpoints are kept, besides the best.
   */
  keep: number;
  /**
   * Validation metric that decides which checkpoint is the best.
   */
  best: 'psnr' | 'ssim';
}
/**
 * Exponential moving average of the generator's weights, validated and kept beside them.
 */
export interface EMASettings {
  /**
   * Share of the average that stays at each step; 0 switches it off, as in the original. 0.999 is what other trainers publish; it smooths validation curves. In the first steps of a stage less stays (at most (1 + step) / (10 + step)), so that short stages forget what they began with.
   */
  decay: number;
}
