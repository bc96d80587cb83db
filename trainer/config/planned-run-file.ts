import type { Plan } from './time-budget.ts';

/** What a new run file says besides its plan. */
export interface PlannedRun {
  readonly minutes: number;
  /** The engine that was measured. */
  readonly engine: string;
  readonly scale: number;
  /** Name of the data set. */
  readonly dataset: string;
  /** Folders or globs, as the run file names them. */
  readonly train: string;
  readonly val: string;
  /** Number of training images. */
  readonly images: number;
}

/** The text of a run file for a plan: pretraining takes the time, training may follow. Each value has its reason. */
export function plannedRunFile(plan: Plan, run: PlannedRun): string {
  const { recipe, secondsPerStep, steps, decayEvery, validateEvery } = plan;
  const { channels, growth, blocks, batch, patch, learningRate } = recipe;
  const time = durationText(run.minutes);
  const ganSteps = Math.max(1, Math.floor(steps / 4));
  const crop = 2 * patch;
  return `# Made by New Run: the pretraining takes about ${time} on this machine (engine ${run.engine}, ${secondsText(secondsPerStep)} per step).
# Choose Start Pretraining. Training, the second stage, is optional and takes about half as long: sharper texture, lower PSNR.

scale_factor: ${run.scale}
batch_size: ${batch} # small batches: in a short training, more steps are worth more than larger batches

datasets:
  ${quoted(run.dataset)}: # ${run.images} images to train on; LR images are made from them
    hr:
      train: ${quoted(run.train)}
      val: ${quoted(run.val)} # never trained on: these show what the model can do with new images

generator: # the largest network that gets enough steps in ${time}; the paper has 64, 32 and 23
  rrdb_channels: ${channels}
  growth_channels: ${growth}
  num_basic_blocks: ${blocks}

pretraining:
  num_epoch: 1000000 # num_step ends the stage
  num_step: ${steps} # ${time} at ${secondsText(secondsPerStep)} per step, a tenth of it for validation and samples
  cr_patch_size: [${patch}, ${patch}] # cost grows with the area; the receptive field of a small network is not larger
  lr: ${learningRate.toExponential()} # ${rateReason(learningRate)}
  sched_step: ${decayEvery} # halved at each quarter: large steps first, small ones at the end
  sched_gamma: 0.5
  train_datasets: [${quoted(run.dataset)}]
  val_datasets: [${quoted(run.dataset)}]

training:
  num_epoch: 1000000
  num_step: ${ganSteps} # with the discriminator, a step takes up to twice as long
  cr_patch_size: [${patch}, ${patch}]
  g_sched_steps: [${Math.max(1, Math.floor(ganSteps / 2))}]
  d_sched_steps: [${Math.max(1, Math.floor(ganSteps / 2))}]
  g_content_loss_scaling: 1 # 0.01 with a perceptual loss; without one, this preserves colors and edges
  train_datasets: [${quoted(run.dataset)}]
  val_datasets: [${quoted(run.dataset)}]

discriminator: { vgg_blk_ch: [${discriminatorFor(patch)}], fc_features: [20] } # small, as the generator is
perceptual_loss: false # needs a download: esrgan weights download vgg19

augmentation: # flips only: repairing JPEG artifacts as well takes a longer training
  compression: false
  dropout: false

validation: { every_steps: ${validateEvery}, crop_size: [${crop}, ${crop}], max_images: 10 }
samples: { every_steps: ${validateEvery}, count: 2, crop_size: [${crop}, ${crop}] }
checkpoints: { every_steps: ${validateEvery}, keep: 2 }
`;
}

/** A time budget, as people say it. */
function durationText(minutes: number): string {
  if (minutes < 120) return `${minutes} minute${minutes === 1 ? '' : 's'}`;
  return `${Math.round((minutes / 60) * 10) / 10} hours`;
}

function secondsText(seconds: number): string {
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toPrecision(2)} s`;
}

function rateReason(rate: number): string {
  if (rate <= 2e-4) return 'as in the paper';
  return 'the paper trains for days at 2e-4; in a short training a higher rate converges faster';
}

/** Channels of the discriminator's blocks. Each second one halves the patch, which must not become too small. */
function discriminatorFor(patch: number): string {
  return (patch < 56 ? [16, 16, 32, 32] : [16, 16, 32, 32, 64, 64]).join(', ');
}

/** A string in double quotes, which YAML reads as JSON does, unless it needs none. */
function quoted(text: string): string {
  return /^[\p{L}\p{N}_./][\p{L}\p{N}_./ -]*$/u.test(text) && !/^(true|false|null|[-+.\d].*)$/i.test(text)
    ? text
    : JSON.stringify(text);
}
