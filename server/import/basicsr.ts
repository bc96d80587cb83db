import { Document, visit } from 'yaml';
import { folderName } from '../../trainer/config/index.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { type Options, readOptions } from './options.ts';

/** A run file made of an option file; each note names a key that could not be carried over, and why. */
export interface ImportedRun {
  readonly text: string;
  readonly notes: readonly string[];
}

type Settings = Record<string, unknown>;

/** One reading of an option file. */
interface Import {
  readonly options: Options;
  readonly stage: Stage;
  note(key: string, why: string): void;
}

/**
 * Makes a run file of an option file for training of BasicSR or of a program that builds on it, such as Real-ESRGAN.
 * An option file describes one stage; the other one keeps its defaults.
 *
 * @returns `problem`, a sentence, where the text is no such file
 */
export function importBasicSR(text: string): ImportedRun | { readonly problem: string } {
  const options = readOptions(text);
  if (!options) return { problem: 'This is no option file of BasicSR: it cannot be read as a map of YAML.' };
  if (!options.has('train') || !options.has('datasets.train')) {
    return {
      problem:
        'This is no option file of BasicSR for training: it lacks `train` or `datasets.train`. Files for testing describe no run.',
    };
  }
  const notes: string[] = [];
  const stage = options.has('train.gan_opt') || options.has('network_d') ? 'training' : 'pretraining';
  const reading: Import = { options, stage, note: (key, why) => void notes.push(`\`${key}\`: ${why}`) };
  const settings = settingsOf(reading);
  noteRest(reading);
  return { text: written(settings), notes };
}

function settingsOf(reading: Import): Settings {
  const { options, stage } = reading;
  const name = options.text('name');
  const data = dataOf(reading);
  const { train_datasets, val_datasets } = data.stage;
  // The other stage names the same data, so that nothing in the file asks for the predefined sets.
  const names = { train_datasets, val_datasets };
  const own = compact({
    ...data.stage,
    ...scheduleOf(reading),
    ...weightsOf(reading),
    ...(stage === 'training' ? adversarialOf(reading) : {}),
  });
  return compact({
    name: name === undefined ? undefined : folderName(name),
    seed: options.number('manual_seed'),
    scale_factor: scaleOf(reading),
    batch_size: data.batchSize,
    datasets: data.datasets,
    generator: generatorOf(reading),
    discriminator: discriminatorOf(reading),
    pretraining: stage === 'pretraining' ? own : names,
    training: stage === 'training' ? own : names,
    ...lossesOf(reading),
    augmentation: { spatial: data.spatial, compression: false, dropout: false },
    ...intervalsOf(reading),
    workers: data.workers,
  });
}

function scaleOf({ options, note }: Import): number | undefined {
  const scale = options.number('scale');
  if (scale === undefined || [1, 2, 4, 8].includes(scale)) return scale;
  note('scale', `${scale} is not possible here (1, 2, 4 or 8 are); 4 stands in its place.`);
  return 4;
}

interface ImportedData {
  readonly datasets: Settings;
  readonly stage: { train_datasets: string[]; val_datasets: string[]; cr_patch_size: number[] | undefined };
  readonly batchSize: number | undefined;
  readonly workers: number | undefined;
  readonly spatial: Settings | boolean;
}

function dataOf(reading: Import): ImportedData {
  const { options, note } = reading;
  const datasets: Record<string, { hr: Record<string, string>; lr: Record<string, string> }> = {};
  const names = { train: [] as string[], val: [] as string[] };
  for (const section of options.names('datasets')) {
    const split = section.startsWith('train') ? 'train' : section.startsWith('val') ? 'val' : undefined;
    if (!split) continue;
    const key = `datasets.${section}`;
    const name = options.text(`${key}.name`) ?? section;
    const hr = options.text(`${key}.dataroot_gt`);
    const lr = options.text(`${key}.dataroot_lq`);
    if (hr === undefined) {
      note(key, 'has no `dataroot_gt`, and nothing can be learnt or measured without HR images.');
    } else {
      const entry = datasets[name] ?? { hr: {}, lr: {} };
      datasets[name] = entry;
      entry.hr[split] = hr;
      if (lr !== undefined) entry.lr[split] = lr;
      if (!names[split].includes(name)) names[split].push(name);
    }
    noteSource(reading, key, [hr, lr]);
  }
  const roots = Object.values(datasets).flatMap(({ hr, lr }) => [...Object.values(hr), ...Object.values(lr)]);
  if (roots.some((root) => !/^([/\\]|[a-z]:)/i.test(root))) {
    note(
      'datasets',
      'relative paths start at the folder of the run file here, not where the program is started.',
    );
  }
  const train = 'datasets.train';
  const patch = options.number(`${train}.gt_size`) ?? options.number('gt_size');
  options.drop('gt_size');
  return {
    datasets: Object.fromEntries(
      Object.entries(datasets).map(([name, { hr, lr }]) => [
        name,
        Object.keys(lr).length > 0 ? { hr, lr } : { hr },
      ]),
    ),
    stage: {
      train_datasets: names.train,
      val_datasets: names.val,
      cr_patch_size: patch === undefined ? undefined : [patch, patch],
    },
    batchSize: batchOf(reading),
    workers: options.number(`${train}.num_worker_per_gpu`) || undefined,
    spatial: spatialOf(reading),
  };
}

function noteSource({ options, note }: Import, key: string, roots: readonly (string | undefined)[]) {
  const type = options.text(`${key}.type`);
  if (type !== undefined && !['PairedImageDataset', 'RealESRGANPairedDataset'].includes(type)) {
    note(
      `${key}.type`,
      `what ${type} makes of the images is not known here; LR images come from \`lr\` or from bicubic reduction.`,
    );
  }
  const template = options.text(`${key}.filename_tmpl`);
  if (template !== undefined && template !== '{}' && !/^\{\}[xX]\d$/.test(template)) {
    note(
      `${key}.filename_tmpl`,
      `LR images have the name of their HR image here, or end in \`x{scale}\`; not \`${template}\`.`,
    );
  }
  const backend = options.text(`${key}.io_backend.type`);
  if (backend === 'lmdb' || roots.some((root) => root?.endsWith('.lmdb'))) {
    note(
      `${key}.io_backend`,
      'images are read from folders here: name the folders that the LMDB was made of.',
    );
  }
  for (const list of options.drop(`${key}.meta_info`, `${key}.meta_info_file`)) {
    note(
      list,
      'all images of the folder are used here; put those that are meant into a folder of their own.',
    );
  }
  options.drop(`${key}.io_backend`);
}

/** BasicSR counts the patches of one GPU. */
function batchOf({ options, note }: Import): number | undefined {
  const each = options.number('datasets.train.batch_size_per_gpu');
  const devices = options.text('num_gpu');
  if (each === undefined) return undefined;
  const count = Number(devices ?? 1);
  if (!Number.isInteger(count)) {
    note(
      'num_gpu',
      `the batch is counted as for one GPU: ${each}. With more of them it was as many times larger.`,
    );
    return each;
  }
  if (count > 1)
    note('num_gpu', `a run has one GPU here; it gets the whole batch of ${count} times ${each} patches.`);
  return each * Math.max(count, 1);
}

function spatialOf({ options, note }: Import): Settings | boolean {
  const flips = [options.flag('datasets.train.use_hflip'), options.flag('datasets.train.use_flip')].includes(
    true,
  );
  const rotates = options.flag('datasets.train.use_rot') === true;
  if (!flips && !rotates) return false;
  note(
    rotates ? 'datasets.train.use_rot' : 'datasets.train.use_hflip',
    'a patch is flipped in any direction or transposed here, not both at once; the shares are as near as that can be.',
  );
  // Of the seven changes that flips and quarter turns make, three are flips; a flip alone comes every other time.
  if (flips && rotates) return { p: 0.875, flip: 3, transpose: 4 };
  return flips ? { p: 0.5, flip: 1, transpose: 0 } : { p: 0.75, flip: 1, transpose: 2 };
}

function generatorOf({ options, note }: Import): Settings {
  const type = options.text('network_g.type');
  if (type !== undefined && type !== 'RRDBNet') {
    note('network_g', `${type} cannot be trained here; the RRDB net of the paper stands in its place.`);
    options.drop('network_g');
    return {};
  }
  for (const key of ['network_g.num_in_ch', 'network_g.num_out_ch']) {
    const channels = options.number(key) ?? 3;
    if (channels !== 3) note(key, `images have 3 channels here, not ${channels}.`);
  }
  const scale = options.number('network_g.scale') ?? options.number('network_g.upscale') ?? 4;
  if (scale < 4) {
    note(
      'network_g.scale',
      `BasicSR's net for x${scale} folds pixels into channels before the blocks of x4; the one here works on the pixels themselves. It learns the same, but weights of one do not fit the other.`,
    );
  }
  return {
    rrdb_channels: options.number('network_g.num_feat') ?? 64,
    growth_channels: options.number('network_g.num_grow_ch') ?? 32,
    num_basic_blocks: options.number('network_g.num_block') ?? 23,
  };
}

function discriminatorOf({ options, note }: Import): Settings | undefined {
  const type = options.text('network_d.type');
  if (type === undefined) return undefined;
  const width = options.number('network_d.num_feat') ?? 64;
  const isVgg = type.startsWith('VGGStyleDiscriminator');
  const why = isVgg
    ? 'every other convolution is 3x3 with stride 2 here and 4x4 there, and a last pair of them is left out.'
    : `${type} is not known here; the discriminator in the style of VGG stands in its place.`;
  note('network_d', why);
  options.drop('network_d');
  if (!isVgg) return undefined;
  return { vgg_blk_ch: [1, 1, 2, 2, 4, 4, 8, 8].map((factor) => factor * width), fc_features: [100] };
}

function weightsOf({ options, stage, note }: Import): Settings {
  const init = options.text('path.pretrain_network_g') ?? options.text('path.pretrain_model_g');
  options.drop('path.param_key_g', 'path.strict_load_g', 'path.strict_load', 'path.pretrain_model_g');
  if (options.text('path.pretrain_network_d') ?? options.text('path.pretrain_model_d')) {
    note('path.pretrain_network_d', 'the discriminator always starts from random weights.');
  }
  options.drop('path.param_key_d', 'path.strict_load_d');
  if (options.text('path.resume_state')) {
    note(
      'path.resume_state',
      "the state of BasicSR's optimiser cannot be taken over; `init` starts from weights alone.",
    );
  }
  if (init === undefined && stage === 'training') {
    note(
      'path.pretrain_network_g',
      'is not given, and the training stage starts from a generator: from the pretraining of the same run, unless `training.init` names a file.',
    );
  }
  return compact({ init });
}

function scheduleOf({ options, stage, note }: Import): Settings {
  const steps = options.number('train.total_iter') ?? options.number('train.niter');
  const isTraining = stage === 'training';
  for (const net of isTraining ? ['g', 'd'] : ['g'])
    noteOptimizer({ options, stage, note }, `train.optim_${net}`);
  if ((options.number('train.warmup_iter') ?? -1) > 0)
    note('train.warmup_iter', 'the learning rate begins at its full height here.');
  return compact({
    // Whole epochs are the other bound of a stage; this one is never reached before the steps are done.
    num_epoch: steps,
    num_step: steps,
    ...(isTraining
      ? { g_lr: options.number('train.optim_g.lr'), d_lr: options.number('train.optim_d.lr') }
      : { lr: options.number('train.optim_g.lr') }),
    ...decayOf({ options, stage, note }, steps),
  });
}

function noteOptimizer({ options, stage, note }: Import, key: string) {
  const type = options.text(`${key}.type`);
  if (type !== undefined && type !== 'Adam') note(`${key}.type`, `Adam stands in the place of ${type}.`);
  if ((options.number(`${key}.weight_decay`) ?? 0) !== 0)
    note(`${key}.weight_decay`, 'there is no weight decay here.');
  const betas = options.numbers(`${key}.betas`);
  const ours = stage === 'training' ? [0.9, 0.99] : [0.9, 0.999];
  if (betas && String(betas) !== String(ours)) {
    note(`${key}.betas`, `Adam's betas are ${ours.join(' and ')} in this stage, not ${betas.join(' and ')}.`);
  }
}

function decayOf(reading: Import, steps: number | undefined): Settings {
  const { options, stage, note } = reading;
  const key = 'train.scheduler';
  const type = options.text(`${key}.type`);
  const milestones = options.numbers(`${key}.milestones`);
  const gamma = options.number(`${key}.gamma`);
  if (type === undefined) return {};
  if (!milestones || !/^MultiStep(Restart)?LR$/.test(type)) {
    options.drop(key);
    return substitutedDecay(reading, type, steps);
  }
  if (options.drop(`${key}.restarts`, `${key}.restart_weights`).length > 0) {
    note(`${key}.restarts`, 'the learning rate only falls here.');
  }
  if (stage === 'training') {
    // Where BasicSR decays at its last step, nothing of the decay is seen.
    const reached = milestones.filter((step) => steps === undefined || step < steps);
    return { g_sched_steps: reached, d_sched_steps: reached, g_sched_gamma: gamma, d_sched_gamma: gamma };
  }
  const period = milestones[0];
  const isEven = milestones.every((step, index) => step === (index + 1) * (period ?? 0));
  const goesOn = period !== undefined && (milestones.length + 1) * period < (steps ?? 0);
  if (!isEven || goesOn) {
    note(
      `${key}.milestones`,
      `pretraining decays after each \`sched_step\` steps; ${period} stands for ${milestones.join(', ')}.`,
    );
  }
  return { sched_step: period, sched_gamma: gamma };
}

/** Decays as the paper has them, in proportion to the length of the stage. */
function substitutedDecay({ stage, note }: Import, type: string, steps: number | undefined): Settings {
  note(
    'train.scheduler',
    `${type} is not known here; the rate is halved at the paper's shares of the stage in its place.`,
  );
  if (steps === undefined) return {};
  const at = (share: number) => Math.max(1, Math.round(steps * share));
  if (stage === 'pretraining') return { sched_step: at(1 / 5), sched_gamma: 0.5 };
  const shares = [...new Set([1 / 8, 1 / 4, 1 / 2, 3 / 4].map(at))];
  return { g_sched_steps: shares, d_sched_steps: shares };
}

function lossesOf(reading: Import): Settings {
  const { options, stage, note } = reading;
  const key = 'train.pixel_opt';
  const type = options.text(`${key}.type`);
  const known: Readonly<Record<string, string>> = { L1Loss: 'l1', MSELoss: 'l2' };
  const loss_f = known[type ?? 'L1Loss'] ?? 'l1';
  if (type !== undefined && !Object.hasOwn(known, type))
    note(`${key}.type`, `L1 stands in the place of ${type}.`);
  if ((options.text(`${key}.reduction`) ?? 'mean') !== 'mean') {
    note(`${key}.reduction`, 'a loss is the mean over all pixels here.');
  }
  if (stage === 'pretraining') {
    const weight = options.number(`${key}.loss_weight`) ?? 1;
    if (weight !== 1)
      note(`${key}.loss_weight`, 'the only loss of a stage has no weight; Adam is indifferent to it.');
  }
  return {
    content_loss: { loss_f },
    ...(stage === 'training' ? { perceptual_loss: perceptualOf(reading) } : {}),
  };
}

function adversarialOf({ options, note }: Import): Settings {
  const key = 'train.gan_opt';
  const model = options.text('model_type') ?? 'ESRGANModel';
  if (model !== 'ESRGANModel') {
    note(
      'model_type',
      `the adversarial loss is the relativistic average one of ESRGAN here, not that of ${model}.`,
    );
  }
  const type = options.text(`${key}.gan_type`) ?? 'vanilla';
  if (type !== 'vanilla')
    note(`${key}.gan_type`, `the relativistic average loss of ESRGAN stands in the place of ${type}.`);
  const [real, fake] = [
    options.number(`${key}.real_label_val`) ?? 1,
    options.number(`${key}.fake_label_val`) ?? 0,
  ];
  if (real !== 1 || fake !== 0) note(`${key}.real_label_val`, 'labels are 1 and 0 here.');
  options.drop(`${key}.type`);
  for (const [name, usual] of [
    ['net_d_iters', 1],
    ['net_d_init_iters', 0],
  ] as const) {
    if ((options.number(`train.${name}`) ?? usual) !== usual)
      note(`train.${name}`, 'both nets learn at every step here.');
  }
  return {
    g_adversarial_loss_scaling: options.number(`${key}.loss_weight`),
    g_content_loss_scaling: options.has('train.pixel_opt')
      ? (options.number('train.pixel_opt.loss_weight') ?? 1)
      : 0,
  };
}

function perceptualOf({ options, note }: Import): Settings | false {
  const key = 'train.perceptual_opt';
  const factor = options.number(`${key}.perceptual_weight`) ?? 1;
  if ((options.number(`${key}.style_weight`) ?? 0) > 0)
    note(`${key}.style_weight`, 'there is no style loss here.');
  if (options.flag(`${key}.range_norm`))
    note(`${key}.range_norm`, 'images are in 0..1 here, as VGG wants them.');
  const layers = options.names(`${key}.layer_weights`).flatMap((layer): [string, number][] => {
    const weight = options.number(`${key}.layer_weights.${layer}`);
    if (weight === undefined || weight * factor === 0) return [];
    if (/^conv[1-5]_[1-4]$/.test(layer)) return [[layer, rounded(weight * factor)]];
    note(
      `${key}.layer_weights.${layer}`,
      'features are taken from convolutions before their activation here.',
    );
    return [];
  });
  const type = options.text(`${key}.vgg_type`) ?? 'vgg19';
  const criterion = options.text(`${key}.criterion`) ?? 'l1';
  const normalize_input = options.flag(`${key}.use_input_norm`) ?? true;
  options.drop(`${key}.type`);
  if (layers.length === 0) {
    options.drop(key);
    return false;
  }
  const vgg_type = ['vgg11', 'vgg13', 'vgg16', 'vgg19'].includes(type) ? type : 'vgg19';
  if (vgg_type !== type) note(`${key}.vgg_type`, `vgg19 stands in the place of ${type}.`);
  if (!['l1', 'l2'].includes(criterion)) note(`${key}.criterion`, `l1 stands in the place of ${criterion}.`);
  return {
    layer_weights: Object.fromEntries(layers),
    vgg_type,
    criterion: criterion === 'l2' ? 'l2' : 'l1',
    normalize_input,
  };
}

/** Products such as 0.1 * 3 without the dust of binary fractions. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function intervalsOf({ options, note }: Import): Settings {
  const every = options.number('val.val_freq');
  const kept = options.number('logger.save_checkpoint_freq');
  const decay = options.number('train.ema_decay');
  for (const metric of options.names('val.metrics')) {
    const type = options.text(`val.metrics.${metric}.type`) ?? metric;
    if (!/psnr|ssim/.test(type))
      note(`val.metrics.${metric}`, `${type} is not measured here; PSNR and SSIM are.`);
  }
  if (options.text('logger.wandb.project')) {
    note('logger.wandb', 'a run does not speak to wandb by itself; `wandb sync` takes its folder.');
  }
  return {
    validation: every === undefined ? undefined : { every_steps: every },
    samples: every === undefined ? undefined : { every_steps: every },
    checkpoints: kept === undefined ? undefined : { every_steps: kept },
    ema: decay === undefined ? undefined : { decay },
    log_every_steps: options.number('logger.print_freq'),
  };
}

/** Keys that say nothing about the result, or that hold here in any case. */
const settled = [
  'model_type',
  'datasets.train.use_shuffle',
  'datasets.train.dataset_enlarge_ratio',
  'datasets.train.prefetch_mode',
  'datasets.train.num_prefetch_queue',
  'datasets.train.pin_memory',
  'datasets.train.phase',
  'datasets.train.scale',
  'val.save_img',
  'val.suffix',
  'val.metrics',
  'logger.use_tb_logger',
  'logger.wandb',
  'dist_params',
  'train.optim_g',
  'train.optim_d',
  'queue_size',
  'num_gpu',
];

/** The random degradations that Real-ESRGAN makes LR images with. */
const degradation =
  /(^|\.)(l1_gt_usm|percep_gt_usm|gan_gt_usm|gt_usm|high_order_degradation|(resize|gaussian_noise|gray_noise|second_blur|kernel|sinc|final_sinc)_prob2?|(resize|noise|jpeg|poisson_scale|betag|betap)_range2?|blur_(kernel_size|sigma)2?|kernel_list2?)$/;

function noteRest({ options, note }: Import) {
  options.drop(...settled);
  const rest = options.rest();
  const degradations = rest.filter((key) => degradation.test(key));
  if (degradations[0] !== undefined) {
    const others = degradations.length - 1;
    note(
      degradations[0],
      `${others > 0 ? `and ${others} more keys of Real-ESRGAN's random degradation: ` : ''}LR images are made by bicubic reduction here. Make degraded ones yourself and name them under \`lr\`.`,
    );
  }
  for (const key of rest) if (!degradation.test(key)) note(key, 'there is nothing like it here.');
}

function compact(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function written(settings: Settings): string {
  const document = new Document(settings, { aliasDuplicateObjects: false });
  document.commentBefore = ' Made of an option file of BasicSR.';
  visit(document, {
    Seq: (_, list) => {
      list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
