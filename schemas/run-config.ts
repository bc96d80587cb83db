// Generated from run.esrgan.schema.json by `npm run schema`; do not edit.
// A run file with its defaults filled in: a key is optional here only if it has no default.

/**
 * A loss of the generator, with its weight.
 */
export type PretrainingLoss =
  | L1PretrainingLoss
  | L2PretrainingLoss
  | CharbonnierPretrainingLoss
  | HuberPretrainingLoss
  | MSSSIMPretrainingLoss
  | PerceptualPretrainingLoss
  | FFTPretrainingLoss
  | FocalFrequencyPretrainingLoss
  | LDLPretrainingLoss
  | ColorPretrainingLoss
  | GradientVariancePretrainingLoss
  | LPIPSPretrainingLoss
  | DISTSPretrainingLoss;
/**
 * A loss of the generator, with its weight.
 */
export type TrainingLoss =
  | L1TrainingLoss
  | L2TrainingLoss
  | CharbonnierTrainingLoss
  | HuberTrainingLoss
  | MSSSIMTrainingLoss
  | PerceptualTrainingLoss
  | FFTTrainingLoss
  | FocalFrequencyTrainingLoss
  | LDLTrainingLoss
  | ColorTrainingLoss
  | GradientVarianceTrainingLoss
  | LPIPSTrainingLoss
  | DISTSTrainingLoss;
/**
 * The upscaling network. The default is that of the paper: RRDBNet with 16.7 million parameters.
 */
export type GeneratorSettings =
  RRDBGeneratorSettings | CompactGeneratorSettings | SPANGeneratorSettings | RealPLKSRGeneratorSettings;
/**
 * The network that the training stage uses to tell real from generated images. The default is in VGG style, after SRGAN, with 7.2 million parameters.
 */
export type DiscriminatorSettings =
  VGGDiscriminatorSettings | UNetDiscriminatorSettings | PatchGANDiscriminatorSettings;
/**
 * Distance between the features of the generated and the HR image in a pretrained VGG network. Training stage only; the same as an entry `perceptual` with weight 1 in `training.losses`. `false` turns it off: the generator is then trained with the content and the adversarial loss only, which needs no VGG weights but is not the ESRGAN of the paper. `true` is the same as the defaults.
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
      criterion: 'l1' | 'l2' | 'charbonnier';
      /**
       * Weight of the style relative to the features: the distance of the Gram matrices of the same layers, that is of the correlations of their channels (Gatys et al. 2016). 0 turns it off.
       */
      style_weight: number;
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
 * Low-resolution images that match `hr`: a folder or glob, or one for each split. The images of a pair have the same name, or the LR name ends in `x{scale}`, and the HR image is `scale_factor` times as large; up to `scale_factor` - 1 more pixels at its right and bottom are left out. Without it, LR images are made from `hr` by `downscale`.
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
 * Lists of the images in the folder `hr` to use, as BasicSR's `meta_info_file` and Real-ESRGAN's `meta_info`: a text file with one image on a line, `name`, `name (h,w,c)` or `HR name, LR name`. Names are paths in `hr` and `lr`, which are folders then. A name that is listed twice is used twice. Without LR names, LR images are found by name. Relative to the run file's folder; one list for both splits, or one for each.
 */
export type ListsOfImages =
  | string
  | {
      /**
       * List of the training images.
       */
      train?: string;
      /**
       * List of the validation images.
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
 * Flip, transpose or turn the HR and the LR patch, in both stages. `false` turns it off; `true` is the same as the defaults.
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
      /**
       * Weight of the other three symmetries relative to flips: a quarter turn to the left or right, or a transpose at the other diagonal. With `p: 0.875`, `flip: 3`, `transpose: 1` and `rotate: 3`, all eight symmetries are equally likely, as in BasicSR, KAIR and neosr.
       */
      rotate: number;
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
 * How LR patches are made from HR patches during training, for real photos: operations in this order, each with random parameters for each patch, or a preset by name. The result depends only on `seed`, step and place in the batch. Training then uses `lr` and `downscale` of the data sets for the patches that `degradation_probability` spares; validation always uses them. An empty list turns it off. `esrgan data preview` and the code lens "Show Training Patches" show the patches.
 *
 * @maxItems 50
 */
export type Degradation = Operation[] | string;
/**
 * One operation: `- op: blur`, followed by what differs from its defaults.
 */
export type Operation =
  | BlurOperation
  | ResizeOperation
  | NoiseOperation
  | JPEGOperation
  | WebPOperation
  | SincOperation
  | SharpenOperation
  | DownscaleOperation;
/**
 * Probability that the degradation makes an LR patch. The others are cut out of the LR images of the data set: those in `lr`, or without it HR images downscaled by `downscale`.
 */
export type DegradationProbability = number;

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
   * GPU of NVIDIA to train on, for machines with several: its number as `esrgan doctor` lists it. The engines cuda and tensorflow use it; webgpu always takes the system's first GPU. `auto`: a run that the editor starts gets the GPU with the fewest runs, another one the first.
   */
  device: 'auto' | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15;
  /**
   * Folder in which each run gets its own folder. A relative path starts at the run file's folder.
   */
  runs_dir: string;
  /**
   * Folder that contains the predefined data sets (div2k, bsds500, set5, set14) as extracted from their archives. A relative path starts at the run file's folder.
   */
  data_dir: string;
  /**
   * Upscaling factor in width and height. A network is trained for one factor only. The papers and all published runs use 4. A factor of 8 upscales 8 times (the original built a 16x network); 3 is for all types of generators except `rrdb`.
   */
  scale_factor: 1 | 2 | 3 | 4 | 8;
  /**
   * Number of patches in a batch. A training step takes one batch, or `accumulate` batches. The paper and the published runs use 16, which is 50 steps per epoch on DIV2K's 800 images. An incomplete last batch of an epoch is dropped.
   */
  batch_size: number;
  /**
   * Number of batches whose gradients a training step averages; 1 takes one batch per step. The step then has the result of a batch of `batch_size` times `accumulate` patches, but needs only the memory of `batch_size`. In the training stage the result differs a little, because batch normalization and the averages of the relativistic loss (`gan_type: ragan`) are of each batch.
   */
  accumulate: number;
  /**
   * Largest 2-norm of the gradients of a network: if it is exceeded, all gradients of the network are scaled down to it before the update. `null` never does so. The curves show the norm before clipping; choose a value a few times above its usual level.
   */
  clip_gradient_norm: number | null;
  non_finite: NonFiniteSettings;
  /**
   * Number of channels of the images that the networks take and make. Images are converted: to gray by the weights of BT.601, and with 4 channels images without alpha are opaque. Alpha is trained like a color; degradation and JPEG compression change the colors only, and metrics leave it out.
   */
  img_channels: 1 | 3 | 4;
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
  degradation: Degradation;
  degradation_probability: DegradationProbability;
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
 * What happens if a loss or a gradient of a step is not finite, that is NaN or infinite. By default the run stops.
 */
export interface NonFiniteSettings {
  /**
   * Number of such steps in a row to skip: they change no weights, and the next batch is tried. One more ends in what `then` says.
   */
  max_skipped: number;
  /**
   * What happens after that many skipped steps in a row.
   */
  then: 'stop' | 'rollback';
  /**
   * Factor by which each rollback multiplies the learning rates for the rest of the stage. The run stops when they would fall below a thousandth.
   */
  lr_factor: number;
}
/**
 * First stage, PSNR-oriented: trains the generator alone to minimize `content_loss`.
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
   * Initial learning rate.
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
  schedule?: PretrainingSchedule;
  optimizer: PretrainingOptimizer;
  /**
   * The losses of the generator in this stage, in place of `content_loss`. Each is multiplied by its weight, and their sum is minimized. Each has a curve of its own, without the weight.
   *
   * @minItems 1
   * @maxItems 50
   */
  losses?: [PretrainingLoss, ...PretrainingLoss[]];
  early_stopping?: EarlyStoppingOfPretraining;
  stop_at?: TargetOfPretraining;
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
   * Initial weights of the generator: path of a .safetensors file, a .pth file or a checkpoint, relative to the run file's folder. Without it, the weights are random and depend on `seed`. `{ from: PATH, strict: false }` takes only what fits.
   */
  init?:
    | string
    | {
        /**
         * The weights, as without the map.
         */
        from: string;
        /**
         * Whether every tensor must fit the generator of the run file. With `false`, tensors of the same name and shape are taken, such as those of a network with another `scale_factor` or more blocks; the others are random. The log says which.
         */
        strict: boolean;
      };
}
/**
 * Learning rate of the pretraining over the steps of the stage, in place of `sched_step` and `sched_gamma`.
 */
export interface PretrainingSchedule {
  /**
   * How the learning rate changes.
   */
  type: 'step' | 'multi_step' | 'cosine' | 'constant';
  /**
   * Number of steps in which the learning rate rises linearly to its full value: at step k it is k / `warmup_steps` of it. The decays count from the start of the stage, as in BasicSR.
   */
  warmup_steps: number;
  /**
   * For step: number of steps after which the learning rate is multiplied by `gamma`, again and again. Default: 200000.
   */
  step_size?: number;
  /**
   * For multi_step: steps at which the learning rate is multiplied by `gamma`, in increasing order. Default: [50000, 100000, 200000, 300000].
   *
   * @maxItems 1000
   */
  milestones?: number[];
  /**
   * For step and multi_step: factor by which each decay multiplies the learning rate. Default: 0.5.
   */
  gamma?: number;
  /**
   * For cosine: length of each period; a list of one has no restart. After the last one, the learning rate stays at `eta_min`.
   *
   * @minItems 1
   * @maxItems 1000
   */
  periods?: [number, ...number[]];
  /**
   * For cosine: the fraction of the learning rate at which each period starts. Default: 1 for each.
   *
   * @minItems 1
   * @maxItems 1000
   */
  restart_weights?: [number, ...number[]];
  /**
   * For cosine: the learning rate at the end of each period. Default: 0.
   */
  eta_min?: number;
}
/**
 * Optimizer of the pretraining. Without it, Adam with betas 0.9 and 0.999, as in the original.
 */
export interface PretrainingOptimizer {
  /**
   * The optimizer. A run resumes with the type that it started with.
   */
  type: 'adam' | 'adamw' | 'nadam' | 'lion' | 'adan' | 'adamw_schedule_free';
  /**
   * Decays of the averages: of the gradient and of its square; for adan of the gradient, of its difference and of the square. Default: [0.9, 0.999] for adam, [0.9, 0.99] for lion, [0.98, 0.92, 0.99] for adan, [0.9, 0.999] for the others.
   *
   * @minItems 2
   * @maxItems 3
   */
  betas?: [number, number] | [number, number, number];
  /**
   * Small number that keeps the update finite where the gradient is nearly zero. Default: 1e-8. Lion has none.
   */
  eps?: number;
  /**
   * Weight decay. Default: 0.01 for adamw, 0 for the others. Lion is usually used with 0.01 to 0.1, adan with 0.02.
   */
  weight_decay?: number;
}
export interface L1PretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'l1';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface L2PretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'l2';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface CharbonnierPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'charbonnier';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * The loss is the mean of sqrt(d^2 + eps): a larger value is smoother near 0. 1e-12 as in BasicSR; the paper has 1e-6.
   */
  eps: number;
}
export interface HuberPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'huber';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Difference up to which the error is squared. Pixels are in 0 to 1, so with 1 all of them are.
   */
  delta: number;
}
export interface MSSSIMPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'ms_ssim';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Number of scales. The patch needs 11 pixels at the coarsest one: 176 for 5 scales, 88 for 4, 44 for 3.
   */
  scales: number;
}
export interface PerceptualPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'perceptual';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
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
  criterion: 'l1' | 'l2' | 'charbonnier';
  /**
   * Weight of the style relative to the features: the distance of the Gram matrices of the same layers, that is of the correlations of their channels (Gatys et al. 2016). 0 turns it off.
   */
  style_weight: number;
  /**
   * Normalize the images with ImageNet's mean and standard deviation before VGG, as in its training.
   */
  normalize_input: boolean;
  /**
   * Divide the loss by the sum of `layer_weights`.
   */
  normalize_loss: boolean;
  /**
   * Path of the pretrained VGG weights (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
   */
  weights?: string;
}
export interface FFTPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'fft';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface FocalFrequencyPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'focal_frequency';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Exponent of the weights of the frequencies; a higher one focuses more on the hard frequencies.
   */
  alpha: number;
  /**
   * Number of parts of the patch in each direction; each has a spectrum of its own. It divides `cr_patch_size`.
   */
  patch_factor: number;
  /**
   * Compare the mean spectra of the batch.
   */
  ave_spectrum: boolean;
  /**
   * Take the logarithm of the weights of the frequencies.
   */
  log_matrix: boolean;
  /**
   * Divide the weights of the frequencies by the largest of the batch, instead of that of each image and channel.
   */
  batch_matrix: boolean;
}
export interface LDLPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'ldl';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface ColorPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'color';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Distance of the averaged chroma.
   */
  criterion: 'l1' | 'l2' | 'charbonnier';
  /**
   * Side of the blocks whose pixels are averaged.
   */
  scale: number;
}
export interface GradientVariancePretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'gradient_variance';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Side of the patches.
   */
  patch_size: number;
}
export interface LPIPSPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'lpips';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Path of the weights of LPIPS for VGG16 (vgg.pth of the Python package lpips), relative to the run file's folder. Defaults to the downloaded weights.
   */
  weights?: string;
  /**
   * Path of the pretrained weights of VGG16 (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
   */
  vgg_weights?: string;
}
export interface DISTSPretrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'dists';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Path of the weights of DISTS (weights.pt of its Python package), relative to the run file's folder. Defaults to the downloaded weights.
   */
  weights?: string;
  /**
   * Path of the pretrained weights of VGG16 (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
   */
  vgg_weights?: string;
}
/**
 * Ends the stage when validation does not improve any more. The run is finished then, and the next stage follows as usual. Without it, the stage trains to its last step.
 */
export interface EarlyStoppingOfPretraining {
  /**
   * Validation metric that has to improve.
   */
  metric: 'psnr' | 'ssim' | 'psnr_y' | 'ssim_y' | 'lpips' | 'dists' | 'niqe';
  /**
   * Data set of `val_datasets` on which it is measured; `null`: on the images of all.
   */
  dataset: string | null;
  /**
   * Number of validations in a row without a new best value after which the stage ends. Validations that were requested in between do not count.
   */
  patience: number;
  /**
   * Step before which the stage does not end.
   */
  min_steps: number;
}
/**
 * Ends the stage at the first validation that reaches a value. The run is finished then, and the next stage follows as usual.
 */
export interface TargetOfPretraining {
  /**
   * Validation metric that has to reach `value`.
   */
  metric: 'psnr' | 'ssim' | 'psnr_y' | 'ssim_y' | 'lpips' | 'dists' | 'niqe';
  /**
   * Data set of `val_datasets` on which it is measured; `null`: on the images of all.
   */
  dataset: string | null;
  /**
   * Value to reach: in dB for PSNR, up to 1 for SSIM. LPIPS, DISTS and NIQE have to fall to it.
   */
  value: number;
}
/**
 * Second stage, GAN training: trains the generator and the discriminator against each other. Validation PSNR drops by about 2.4 dB at the start of the stage, which is normal.
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
  g_schedule?: GeneratorSchedule;
  d_schedule?: DiscriminatorSchedule;
  g_optimizer: GeneratorOptimizer;
  d_optimizer: DiscriminatorOptimizer;
  /**
   * Adversarial loss of both networks (`gan_type` in BasicSR and KAIR). They have different scales: adjust `g_adversarial_loss_scaling` when you change it.
   */
  gan_type: 'ragan' | 'vanilla' | 'lsgan' | 'hinge';
  /**
   * Show the discriminator a sharpened HR patch as real: the unsharp mask of `sharpen_hr` in `losses` (`gan_gt_usm` in Real-ESRGAN, which leaves it off).
   */
  gan_sharpen_hr: boolean;
  /**
   * Weight of the adversarial loss in the generator's total loss (lambda in the paper). A higher weight gives sharper but less faithful texture.
   */
  g_adversarial_loss_scaling: number;
  feature_matching?: FeatureMatching;
  r1_penalty?: R1Penalty;
  /**
   * Weight of the content loss in the generator's total loss (eta in the paper). A higher weight keeps colors and edges closer to the HR image.
   */
  g_content_loss_scaling: number;
  /**
   * The losses of the generator in this stage, in place of `content_loss`, `g_content_loss_scaling` and `perceptual_loss`. Each is multiplied by its weight, and their sum is minimized together with the adversarial loss. Each has a curve of its own, without the weight.
   *
   * @minItems 1
   * @maxItems 50
   */
  losses?: [TrainingLoss, ...TrainingLoss[]];
  early_stopping?: EarlyStoppingOfTraining;
  stop_at?: TargetOfTraining;
  /**
   * Adaptive discriminator: a step does not update the discriminator if its loss is below this value, so that the generator can catch up. The loss is 0.69 where it cannot distinguish real from generated images, and falls to 0 as it wins; 0.1 to 0.3 are usual. `null` updates it at every step. The curve `d_skipped_fraction` shows how often updates are skipped.
   */
  d_loss_threshold: number | null;
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
   * Initial weights of the generator: the `last` or `best` checkpoint of this run's pretraining, or the path of a weight file relative to the run file's folder. The original always uses the last checkpoint. `{ from: PATH, strict: false }` takes only what fits.
   */
  init:
    | string
    | {
        /**
         * The weights, as without the map.
         */
        from: string;
        /**
         * Whether every tensor must fit the generator of the run file. With `false`, tensors of the same name and shape are taken, such as those of a network with another `scale_factor` or more blocks; the others are random. The log says which.
         */
        strict: boolean;
      };
}
/**
 * Learning rate of the generator over the steps of the stage, in place of `g_sched_steps` and `g_sched_gamma`.
 */
export interface GeneratorSchedule {
  /**
   * How the learning rate changes.
   */
  type: 'step' | 'multi_step' | 'cosine' | 'constant';
  /**
   * Number of steps in which the learning rate rises linearly to its full value: at step k it is k / `warmup_steps` of it. The decays count from the start of the stage, as in BasicSR.
   */
  warmup_steps: number;
  /**
   * For step: number of steps after which the learning rate is multiplied by `gamma`, again and again. Default: 200000.
   */
  step_size?: number;
  /**
   * For multi_step: steps at which the learning rate is multiplied by `gamma`, in increasing order. Default: [50000, 100000, 200000, 300000].
   *
   * @maxItems 1000
   */
  milestones?: number[];
  /**
   * For step and multi_step: factor by which each decay multiplies the learning rate. Default: 0.5.
   */
  gamma?: number;
  /**
   * For cosine: length of each period; a list of one has no restart. After the last one, the learning rate stays at `eta_min`.
   *
   * @minItems 1
   * @maxItems 1000
   */
  periods?: [number, ...number[]];
  /**
   * For cosine: the fraction of the learning rate at which each period starts. Default: 1 for each.
   *
   * @minItems 1
   * @maxItems 1000
   */
  restart_weights?: [number, ...number[]];
  /**
   * For cosine: the learning rate at the end of each period. Default: 0.
   */
  eta_min?: number;
}
/**
 * Learning rate of the discriminator over the steps of the stage, in place of `d_sched_steps` and `d_sched_gamma`.
 */
export interface DiscriminatorSchedule {
  /**
   * How the learning rate changes.
   */
  type: 'step' | 'multi_step' | 'cosine' | 'constant';
  /**
   * Number of steps in which the learning rate rises linearly to its full value: at step k it is k / `warmup_steps` of it. The decays count from the start of the stage, as in BasicSR.
   */
  warmup_steps: number;
  /**
   * For step: number of steps after which the learning rate is multiplied by `gamma`, again and again. Default: 200000.
   */
  step_size?: number;
  /**
   * For multi_step: steps at which the learning rate is multiplied by `gamma`, in increasing order. Default: [50000, 100000, 200000, 300000].
   *
   * @maxItems 1000
   */
  milestones?: number[];
  /**
   * For step and multi_step: factor by which each decay multiplies the learning rate. Default: 0.5.
   */
  gamma?: number;
  /**
   * For cosine: length of each period; a list of one has no restart. After the last one, the learning rate stays at `eta_min`.
   *
   * @minItems 1
   * @maxItems 1000
   */
  periods?: [number, ...number[]];
  /**
   * For cosine: the fraction of the learning rate at which each period starts. Default: 1 for each.
   *
   * @minItems 1
   * @maxItems 1000
   */
  restart_weights?: [number, ...number[]];
  /**
   * For cosine: the learning rate at the end of each period. Default: 0.
   */
  eta_min?: number;
}
/**
 * Optimizer of the generator. Without it, Adam with betas 0.9 and 0.99, as in the original.
 */
export interface GeneratorOptimizer {
  /**
   * The optimizer. A run resumes with the type that it started with.
   */
  type: 'adam' | 'adamw' | 'nadam' | 'lion' | 'adan' | 'adamw_schedule_free';
  /**
   * Decays of the averages: of the gradient and of its square; for adan of the gradient, of its difference and of the square. Default: [0.9, 0.99] for adam, [0.9, 0.99] for lion, [0.98, 0.92, 0.99] for adan, [0.9, 0.999] for the others.
   *
   * @minItems 2
   * @maxItems 3
   */
  betas?: [number, number] | [number, number, number];
  /**
   * Small number that keeps the update finite where the gradient is nearly zero. Default: 1e-8. Lion has none.
   */
  eps?: number;
  /**
   * Weight decay. Default: 0.01 for adamw, 0 for the others. Lion is usually used with 0.01 to 0.1, adan with 0.02.
   */
  weight_decay?: number;
}
/**
 * Optimizer of the discriminator. Without it, Adam with betas 0.9 and 0.99, as in the original.
 */
export interface DiscriminatorOptimizer {
  /**
   * The optimizer. A run resumes with the type that it started with.
   */
  type: 'adam' | 'adamw' | 'nadam' | 'lion' | 'adan' | 'adamw_schedule_free';
  /**
   * Decays of the averages: of the gradient and of its square; for adan of the gradient, of its difference and of the square. Default: [0.9, 0.99] for adam, [0.9, 0.99] for lion, [0.98, 0.92, 0.99] for adan, [0.9, 0.999] for the others.
   *
   * @minItems 2
   * @maxItems 3
   */
  betas?: [number, number] | [number, number, number];
  /**
   * Small number that keeps the update finite where the gradient is nearly zero. Default: 1e-8. Lion has none.
   */
  eps?: number;
  /**
   * Weight decay. Default: 0.01 for adamw, 0 for the others. Lion is usually used with 0.01 to 0.1, adan with 0.02.
   */
  weight_decay?: number;
}
/**
 * Feature matching loss of the generator (pix2pixHD; `GANFeatLoss` in BasicSR): the mean absolute difference of the discriminator's features of real and generated images, summed over its layers. It follows textures with less noise than the adversarial loss. Without this key it is not computed.
 */
export interface FeatureMatching {
  /**
   * Weight in the generator's total loss. pix2pixHD takes ten times that of the adversarial loss (`g_adversarial_loss_scaling`).
   */
  weight: number;
  /**
   * Numbers of the discriminator's convolutions whose activated maps are compared, from 1. `null` takes all before the logits.
   *
   * @minItems 1
   * @maxItems 100
   */
  layers: [number, ...number[]] | null;
}
/**
 * Penalizes steep discriminators (R1 regularization, Mescheder et al. 2018): half the weight times the squared norm of the gradient of the discriminator's output by real images. Training becomes more stable, and the discriminator wins less easily. Without this key there is no penalty.
 */
export interface R1Penalty {
  /**
   * Weight of the penalty (gamma in the paper, `r1_reg_weight` in BasicSR). That paper and StyleGAN2 take 10, for larger images; smaller patches need less.
   */
  weight: number;
  /**
   * Updates of the discriminator per penalty, whose weight is multiplied by this number (lazy regularization of StyleGAN2; `net_d_reg_every` in BasicSR).
   */
  every_steps: number;
}
export interface L1TrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'l1';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface L2TrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'l2';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface CharbonnierTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'charbonnier';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * The loss is the mean of sqrt(d^2 + eps): a larger value is smoother near 0. 1e-12 as in BasicSR; the paper has 1e-6.
   */
  eps: number;
}
export interface HuberTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'huber';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Difference up to which the error is squared. Pixels are in 0 to 1, so with 1 all of them are.
   */
  delta: number;
}
export interface MSSSIMTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'ms_ssim';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Number of scales. The patch needs 11 pixels at the coarsest one: 176 for 5 scales, 88 for 4, 44 for 3.
   */
  scales: number;
}
export interface PerceptualTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'perceptual';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
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
  criterion: 'l1' | 'l2' | 'charbonnier';
  /**
   * Weight of the style relative to the features: the distance of the Gram matrices of the same layers, that is of the correlations of their channels (Gatys et al. 2016). 0 turns it off.
   */
  style_weight: number;
  /**
   * Normalize the images with ImageNet's mean and standard deviation before VGG, as in its training.
   */
  normalize_input: boolean;
  /**
   * Divide the loss by the sum of `layer_weights`.
   */
  normalize_loss: boolean;
  /**
   * Path of the pretrained VGG weights (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
   */
  weights?: string;
}
export interface FFTTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'fft';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface FocalFrequencyTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'focal_frequency';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Exponent of the weights of the frequencies; a higher one focuses more on the hard frequencies.
   */
  alpha: number;
  /**
   * Number of parts of the patch in each direction; each has a spectrum of its own. It divides `cr_patch_size`.
   */
  patch_factor: number;
  /**
   * Compare the mean spectra of the batch.
   */
  ave_spectrum: boolean;
  /**
   * Take the logarithm of the weights of the frequencies.
   */
  log_matrix: boolean;
  /**
   * Divide the weights of the frequencies by the largest of the batch, instead of that of each image and channel.
   */
  batch_matrix: boolean;
}
export interface LDLTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'ldl';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
}
export interface ColorTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'color';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Distance of the averaged chroma.
   */
  criterion: 'l1' | 'l2' | 'charbonnier';
  /**
   * Side of the blocks whose pixels are averaged.
   */
  scale: number;
}
export interface GradientVarianceTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'gradient_variance';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Side of the patches.
   */
  patch_size: number;
}
export interface LPIPSTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'lpips';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Path of the weights of LPIPS for VGG16 (vgg.pth of the Python package lpips), relative to the run file's folder. Defaults to the downloaded weights.
   */
  weights?: string;
  /**
   * Path of the pretrained weights of VGG16 (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
   */
  vgg_weights?: string;
}
export interface DISTSTrainingLoss {
  /**
   * Kind of the loss. The other keys of the entry depend on it.
   */
  type: 'dists';
  /**
   * Factor of the loss in the sum.
   */
  weight: number;
  /**
   * Name of its curve, `train/<name>`. Default: the type with `_loss`; of a second loss of the type with `_loss_2`.
   */
  name?: string;
  /**
   * Compare with a sharpened HR patch, so that results have stronger edges: the unsharp mask of Real-ESRGAN, with a Gaussian of 51 pixels, a weight of 0.5 and a threshold of 10 levels (`l1_gt_usm` and `percep_gt_usm` there). Default: false.
   */
  sharpen_hr?: boolean;
  /**
   * Path of the weights of DISTS (weights.pt of its Python package), relative to the run file's folder. Defaults to the downloaded weights.
   */
  weights?: string;
  /**
   * Path of the pretrained weights of VGG16 (.safetensors, or torchvision's .pth), relative to the run file's folder. Defaults to the downloaded weights.
   */
  vgg_weights?: string;
}
/**
 * Ends the stage when validation does not improve any more. The run is finished then, and the next stage follows as usual. Without it, the stage trains to its last step.
 */
export interface EarlyStoppingOfTraining {
  /**
   * Validation metric that has to improve.
   */
  metric: 'psnr' | 'ssim' | 'psnr_y' | 'ssim_y' | 'lpips' | 'dists' | 'niqe';
  /**
   * Data set of `val_datasets` on which it is measured; `null`: on the images of all.
   */
  dataset: string | null;
  /**
   * Number of validations in a row without a new best value after which the stage ends. Validations that were requested in between do not count.
   */
  patience: number;
  /**
   * Step before which the stage does not end.
   */
  min_steps: number;
}
/**
 * Ends the stage at the first validation that reaches a value. The run is finished then, and the next stage follows as usual.
 */
export interface TargetOfTraining {
  /**
   * Validation metric that has to reach `value`.
   */
  metric: 'psnr' | 'ssim' | 'psnr_y' | 'ssim_y' | 'lpips' | 'dists' | 'niqe';
  /**
   * Data set of `val_datasets` on which it is measured; `null`: on the images of all.
   */
  dataset: string | null;
  /**
   * Value to reach: in dB for PSNR, up to 1 for SSIM. LPIPS, DISTS and NIQE have to fall to it.
   */
  value: number;
}
export interface RRDBGeneratorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it, and weights of one architecture cannot be used in another.
   */
  type: 'rrdb';
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
export interface CompactGeneratorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it, and weights of one architecture cannot be used in another.
   */
  type: 'compact';
  /**
   * Width of the network: number of feature maps of each convolution (`num_feat` in Real-ESRGAN).
   */
  num_feat: number;
  /**
   * Depth of the network: number of convolutions between the first and the last (`num_conv` in Real-ESRGAN). `realesr-animevideov3` has 16, `realesr-general-x4v3` 32.
   */
  num_conv: number;
  /**
   * Activation after each convolution except the last (`act_type` in Real-ESRGAN).
   */
  act: 'prelu' | 'relu' | 'leakyrelu';
}
export interface SPANGeneratorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it, and weights of one architecture cannot be used in another.
   */
  type: 'span';
  /**
   * Width of the network: number of feature maps of each convolution (`feature_channels` in neosr and traiNNer-redux); 48 in the paper.
   */
  feature_channels: number;
  /**
   * Depth of the network: number of blocks of three convolutions; 6 in the paper. Of other programs, only traiNNer-redux loads another number than 6.
   */
  num_blocks: number;
  /**
   * Subtract the mean color of DIV2K from the image and multiply by `img_range` first, as the network of the paper does. neosr and traiNNer-redux train without.
   */
  norm: boolean;
  /**
   * Factor on the image with `norm: true`. Files of other programs do not contain it and are read with 255.
   */
  img_range: number;
}
export interface RealPLKSRGeneratorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it, and weights of one architecture cannot be used in another.
   */
  type: 'realplksr';
  /**
   * Width of the network: number of feature maps between the blocks.
   */
  dim: number;
  /**
   * Depth of the network: number of blocks. neosr's `realplksr_s` and traiNNer-redux' `realplksr_tiny` have 12.
   */
  n_blocks: number;
  /**
   * Height and width of the large convolution in each block. The small published networks have 13.
   */
  kernel_size: 3 | 5 | 7 | 9 | 11 | 13 | 15 | 17 | 19 | 21 | 23 | 25 | 27 | 29 | 31;
  /**
   * Part of the channels that the large convolution reads; the others pass unchanged.
   */
  split_ratio: number;
  /**
   * Multiply each value by an attention of its own (element-wise attention). The small published networks do not.
   */
  use_ea: boolean;
  /**
   * Groups of the normalization at the end of each block. It is over the whole image, so that an image that is upscaled in tiles differs a little from one that is not. Files of other programs do not contain the number: they are read with 4.
   */
  norm_groups: number;
  /**
   * Instead normalize the channels of each pixel at the start of each block, as traiNNer-redux does by default.
   */
  layer_norm: boolean;
}
export interface VGGDiscriminatorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it.
   */
  type: 'vgg';
  /**
   * Initial weights: the path of a weight file of this architecture (.safetensors or .pth), relative to the run file's folder, such as `discriminator.safetensors` of a checkpoint or Real-ESRGAN's discriminator for `unet`. By default they are random.
   */
  init?: string;
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
export interface UNetDiscriminatorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it.
   */
  type: 'unet';
  /**
   * Initial weights: the path of a weight file of this architecture (.safetensors or .pth), relative to the run file's folder, such as `discriminator.safetensors` of a checkpoint or Real-ESRGAN's discriminator for `unet`. By default they are random.
   */
  init?: string;
  /**
   * Number of feature maps of the first convolution (`num_feat` in Real-ESRGAN). The smallest maps have eight times as many. The patch must be a multiple of 8 pixels high and wide.
   */
  num_feat: number;
  /**
   * Add the maps before the halvings to the doubled maps of the same size.
   */
  skip_connection: boolean;
}
export interface PatchGANDiscriminatorSettings {
  /**
   * Architecture of the network. The other keys of this section depend on it.
   */
  type: 'patchgan';
  /**
   * Initial weights: the path of a weight file of this architecture (.safetensors or .pth), relative to the run file's folder, such as `discriminator.safetensors` of a checkpoint or Real-ESRGAN's discriminator for `unet`. By default they are random.
   */
  init?: string;
  /**
   * Number of feature maps of the first convolution (`ndf` in KAIR and traiNNer-redux).
   */
  num_feat: number;
  /**
   * Number of convolutions that halve the map. With 3, each output rates 70x70 pixels.
   */
  n_layers: number;
  /**
   * Zeros around each map on each side: 2 in KAIR, 1 in traiNNer-redux and neosr.
   */
  padding: 1 | 2;
}
/**
 * Pixel loss: mean distance between the pixels of the generated and the HR image. The same as an entry in the lists `losses` of both stages, which have more kinds.
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
  meta_info?: ListsOfImages;
  /**
   * How LR images are made from HR images if `lr` is absent. A network works well only on images that were downscaled like those it was trained on: on one BSDS500 image the published runs differ by 4 dB.
   */
  downscale: 'bicubic' | 'nearest';
  /**
   * How often an epoch of training uses each image of the data set: 2 uses each twice, 0.5 another half of them in each epoch. It balances data sets of different sizes.
   */
  weight: number;
}
export interface BlurOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'blur';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  kernels: BlurKernels;
  /**
   * Smallest and largest side of the kernel. All odd numbers in this range are equally likely. A wide kernel does not blur more than its `sigma`; a narrow one cuts it off.
   *
   * @minItems 2
   * @maxItems 2
   */
  size: [number, number];
  /**
   * Smallest and largest standard deviation of the kernel, at the current size of the patch: 0.5 is hardly visible, 1 is slightly soft, 2 is out of focus, 3 loses all fine detail. A sharp edge becomes about 2.4 times as wide, 7 pixels at 3. Stretched kernels have one for each axis.
   *
   * @minItems 2
   * @maxItems 2
   */
  sigma: [number, number];
  /**
   * Smallest and largest exponent of generalised Gaussians: 0.5 has a sharp center and a wide haze, 1 is the Gaussian, 4 is a disk with hard edges. Below and above 1 are equally likely.
   *
   * @minItems 2
   * @maxItems 2
   */
  beta_generalized: [number, number];
  /**
   * Smallest and largest exponent of plateau-shaped kernels: 1 fades slowly, 2 has a flat middle with harder edges. Below and above 1 are equally likely.
   *
   * @minItems 2
   * @maxItems 2
   */
  beta_plateau: [number, number];
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
/**
 * Weight of each shape of the kernel; a shape that is not listed is not used. The default is Real-ESRGAN's.
 */
export interface BlurKernels {
  /**
   * Weight of isotropic Gaussians: round, as from a lens out of focus or from a resize.
   */
  iso?: number;
  /**
   * Weight of anisotropic Gaussians: stretched in a random direction.
   */
  aniso?: number;
  /**
   * Weight of round generalised Gaussians, whose edge is softer or harder by `beta_generalized`.
   */
  generalized_iso?: number;
  /**
   * Weight of stretched generalised Gaussians.
   */
  generalized_aniso?: number;
  /**
   * Weight of round plateau-shaped kernels, with a flat middle, by `beta_plateau`.
   */
  plateau_iso?: number;
  /**
   * Weight of stretched plateau-shaped kernels.
   */
  plateau_aniso?: number;
  /**
   * Weight of sinc filters: ringing next to edges, as from oversharpening. The cutoff is random from pi/3 (pi/5 from 13 pixels on) to pi.
   */
  sinc?: number;
}
export interface ResizeOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'resize';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  /**
   * Weight of upscaling, by a factor from 1 to the upper end of `range`.
   */
  up: number;
  /**
   * Weight of downscaling, by a factor from the lower end of `range` to 1.
   */
  down: number;
  /**
   * Weight of a factor of 1.
   */
  keep: number;
  /**
   * Smallest and largest factor of width and height: 0.15 leaves hardly any detail, 0.5 halves the sides, 1.5 softens a little.
   *
   * @minItems 2
   * @maxItems 2
   */
  range: [number, number];
  /**
   * The size that the factor multiplies.
   */
  of: 'current' | 'lr';
  /**
   * What is uniformly distributed in `range`.
   */
  uniform: 'factor' | 'divisor';
  modes: ResizeModes;
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
/**
 * Weight of each interpolation; one that is not listed is not used.
 */
export interface ResizeModes {
  /**
   * Weight of the mean of the covered area (OpenCV's INTER_AREA): soft, without false patterns.
   */
  area?: number;
  /**
   * Weight of bilinear interpolation without antialiasing, as in PyTorch and OpenCV: shrinking leaves false patterns.
   */
  bilinear?: number;
  /**
   * Weight of bicubic interpolation without antialiasing, as in PyTorch and OpenCV: sharper, with slight halos.
   */
  bicubic?: number;
  /**
   * Weight of bilinear interpolation with antialiasing, as in Pillow and traiNNer-redux (ImageMagick's Triangle): softer than `matlab`, without halos.
   */
  triangle?: number;
  /**
   * Weight of the bicubic interpolation with antialiasing of MATLAB's imresize, as in the LR images of benchmarks.
   */
  matlab?: number;
  /**
   * Weight of Lanczos with three lobes and antialiasing, as in Pillow and most image editors: the sharpest, with halos.
   */
  lanczos?: number;
  /**
   * Weight of the nearest pixel: hard steps.
   */
  nearest?: number;
}
export interface NoiseOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'noise';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  /**
   * Weight of Gaussian noise: equally strong in dark and bright areas.
   */
  gaussian: number;
  /**
   * Weight of Poisson noise: stronger in bright areas, as that of a sensor.
   */
  poisson: number;
  /**
   * Smallest and largest standard deviation of Gaussian noise: 1 is invisible, 5 is a phone in daylight, 15 at night, 30 is a coarse grain.
   *
   * @minItems 2
   * @maxItems 2
   */
  sigma: [number, number];
  /**
   * Smallest and largest strength of Poisson noise: 1 is that of a sensor which counts one electron for each level, with a standard deviation of 11 levels in medium gray; 0.05 is invisible, 3 very strong.
   *
   * @minItems 2
   * @maxItems 2
   */
  scale: [number, number];
  /**
   * Probability that all channels get the same noise, which changes brightness only.
   */
  gray: number;
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
export interface JPEGOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'jpeg';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  /**
   * Lowest and highest JPEG quality. All values in this range are equally likely: 95 is hardly visible, 75 is usual on the web, 50 has visible blocks of 8x8 pixels, 30 has blocks and ringing everywhere.
   *
   * @minItems 2
   * @maxItems 2
   */
  quality: [number, number];
  /**
   * Probability that color has half the resolution (4:2:0, the default of most programs); otherwise it has the full one (4:4:4).
   */
  halved_chroma: number;
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
export interface WebPOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'webp';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  /**
   * Lowest and highest WebP quality. All values in this range are equally likely: 90 is hardly visible, 75 is the default of most programs, 40 smears fine detail.
   *
   * @minItems 2
   * @maxItems 2
   */
  quality: [number, number];
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
export interface SincOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'sinc';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  /**
   * Smallest and largest side of the filter. All odd numbers in this range are equally likely; a larger one rings more often.
   *
   * @minItems 2
   * @maxItems 2
   */
  size: [number, number];
  /**
   * Lowest and highest cutoff frequency: 3.14 (pi) changes hardly anything, 1.05 (pi/3) blurs to a third of the resolution, with halos.
   *
   * @minItems 2
   * @maxItems 2
   */
  cutoff: [number, number];
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
export interface SharpenOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'sharpen';
  /**
   * Probability that a patch gets this operation.
   */
  p: number;
  /**
   * Smallest and largest side of the Gaussian that finds the edges; its sigma is OpenCV's for this side: 8 pixels at 51, which Real-ESRGAN uses and calls a radius of 50. A small one sharpens fine detail only. All odd numbers in this range are equally likely.
   *
   * @minItems 2
   * @maxItems 2
   */
  size: [number, number];
  /**
   * How much of the difference from the blurred patch is added: 0.5 is visible, 1 has bright and dark halos.
   */
  weight: number;
  /**
   * Least difference from the blurred patch that is sharpened, in levels of 255: 0 sharpens noise in flat areas too, 10 leaves that of most photos alone, 50 sharpens hard edges only.
   */
  threshold: number;
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
export interface DownscaleOperation {
  /**
   * The operation. The other keys of this item depend on it.
   */
  op: 'downscale';
  modes: DownscaleModes;
  /**
   * When the operation takes place. With `shuffled`, BSRGAN's random order.
   */
  order: 'fixed' | 'shuffled' | 'attached';
}
/**
 * Weight of each interpolation; one that is not listed is not used.
 */
export interface DownscaleModes {
  /**
   * Weight of the mean of the covered area (OpenCV's INTER_AREA): soft, without false patterns.
   */
  area?: number;
  /**
   * Weight of bilinear interpolation without antialiasing, as in PyTorch and OpenCV: shrinking leaves false patterns.
   */
  bilinear?: number;
  /**
   * Weight of bicubic interpolation without antialiasing, as in PyTorch and OpenCV: sharper, with slight halos.
   */
  bicubic?: number;
  /**
   * Weight of bilinear interpolation with antialiasing, as in Pillow and traiNNer-redux (ImageMagick's Triangle): softer than `matlab`, without halos.
   */
  triangle?: number;
  /**
   * Weight of the bicubic interpolation with antialiasing of MATLAB's imresize, as in the LR images of benchmarks.
   */
  matlab?: number;
  /**
   * Weight of Lanczos with three lobes and antialiasing, as in Pillow and most image editors: the sharpest, with halos.
   */
  lanczos?: number;
  /**
   * Weight of the nearest pixel: hard steps.
   */
  nearest?: number;
}
/**
 * How often each stage computes PSNR, SSIM and other metrics on its `val_datasets`, and on which part of the images.
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
   * Maximum number of images of each data set to measure, in order of their names; `null` measures all.
   */
  max_images: number | null;
  /**
   * Perceptual metrics to measure besides PSNR and SSIM, for the curves, and for `checkpoints.best`, `early_stopping` and `stop_at`. Lower is better. Their weights are downloaded with `esrgan weights download`.
   */
  metrics: ('lpips' | 'dists' | 'niqe')[];
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
  /**
   * Folder or glob of low-resolution images without originals, such as real photos: the first `count` of them are sampled too, and not measured. Relative to the run file's folder.
   */
  lr_images: string | null;
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
  best: 'psnr' | 'ssim' | 'psnr_y' | 'ssim_y' | 'lpips' | 'dists' | 'niqe';
  /**
   * Data set of `val_datasets` on which `best` is measured; `null`, and in a stage that does not validate on it: on the images of all.
   */
  best_dataset: string | null;
}
/**
 * Exponential moving average of the generator's weights, validated and saved in addition to the weights themselves.
 */
export interface EMASettings {
  /**
   * Decay of the average per step; 0 turns the average off, as in the original. Other trainers use 0.999, which smooths the validation curves. At the start of a stage the decay is limited to (1 + step) / (10 + step), so that short stages forget the initial weights.
   */
  decay: number;
  /**
   * Step of each stage after which the average starts; until then it equals the weights, and the limit on the decay counts the steps from there.
   */
  start_step: number;
}
