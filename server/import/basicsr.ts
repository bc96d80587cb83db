import { Document, visit } from 'yaml';
import { folderName, withoutPlaceholder } from '../../trainer/config/index.ts';
import { homeFolder } from '../../trainer/files/user-folders.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { type Options, readOptions } from './options.ts';

/** A run file made from an option file. Each note names a key that could not be imported exactly, and why. */
interface ImportedRun {
  readonly text: string;
  readonly notes: readonly string[];
}

type Settings = Record<string, unknown>;

/** The import of one option file. */
interface Import {
  readonly options: Options;
  readonly stage: Stage;
  /** The supported scale. */
  readonly scale: number;
  note(key: string, why: string): void;
}

/**
 * Converts a training option file of BasicSR, or of a program based on it such as Real-ESRGAN, to a run file. An option
 * file describes one stage; the other one gets its defaults.
 *
 * @returns `problem`, a message, if the text is not such a file
 */
export function importBasicSR(text: string): ImportedRun | { readonly problem: string } {
  const read = readOptions(text);
  if ('problem' in read)
    return { problem: `This is not a BasicSR option file: it is not a valid YAML map (${read.problem}).` };
  const { options } = read;
  if (!options.has('train') || !options.has('datasets.train')) {
    return {
      problem:
        'This is not a BasicSR option file for training: it has no `train` or `datasets.train`. Option files for testing cannot be imported.',
    };
  }
  const notes: string[] = [];
  const stage = options.has('train.gan_opt') || options.has('network_d') ? 'training' : 'pretraining';
  const note: Import['note'] = (key, why) => void notes.push(`\`${key}\`: ${why}`);
  const given = scaleOf(options, note);
  const reading: Import = { options, stage, scale: given ?? 4, note };
  for (const key of read.repeated)
    reading.note(key, 'is there more than once; the last one counts, as in BasicSR.');
  const settings = settingsOf(reading, given);
  noteRest(reading);
  return { text: written(settings), notes };
}

function settingsOf(reading: Import, scale: number | undefined): Settings {
  const { options, stage } = reading;
  const name = options.text('name');
  const data = dataOf(reading);
  const { train_datasets, val_datasets } = data.stage;
  // The other stage uses the same data, so that the file does not need the predefined data sets.
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
    scale_factor: scale,
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

function scaleOf(options: Options, note: Import['note']): number | undefined {
  const scale = options.number('scale');
  if (scale === undefined || [1, 2, 4, 8].includes(scale)) return scale;
  note('scale', `a scale of ${scale} is not supported (only 1, 2, 4 and 8); replaced by 4.`);
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
  const datasets = new Map<string, { hr: Record<string, string>; lr: Record<string, string> }>();
  const names = { train: [] as string[], val: [] as string[] };
  for (const section of options.names('datasets')) {
    const split = section.startsWith('train') ? 'train' : section.startsWith('val') ? 'val' : undefined;
    if (!split) continue;
    const key = `datasets.${section}`;
    const name = options.text(`${key}.name`) ?? section;
    const hrRoots = options.texts(`${key}.dataroot_gt`).map(imageFolder);
    const lrRoots = options.texts(`${key}.dataroot_lq`).map(imageFolder);
    if (lrRoots.length > 0 && lrRoots.length !== hrRoots.length && hrRoots.length > 0) {
      note(
        `${key}.dataroot_lq`,
        `has ${lrRoots.length} folders for ${hrRoots.length} of \`dataroot_gt\`; those without a partner are not used.`,
      );
    }
    if (hrRoots.length === 0) {
      note(key, 'skipped, because it has no `dataroot_gt`: training and validation need HR images.');
    }
    for (const [i, hr] of hrRoots.entries()) {
      const own = unusedName(name, (each) => datasets.get(each)?.hr[split] === undefined);
      const entry = datasets.get(own) ?? { hr: {}, lr: {} };
      datasets.set(own, entry);
      entry.hr[split] = hr;
      const lr = lrRoots[i];
      if (lr !== undefined) entry.lr[split] = lr;
      names[split].push(own);
    }
    noteSource(reading, key, [...hrRoots, ...lrRoots]);
  }
  const roots = [...datasets.values()].flatMap(({ hr, lr }) => [...Object.values(hr), ...Object.values(lr)]);
  if (roots.some((root) => !/^([/\\]|[a-z]:)/i.test(root))) {
    note('datasets', 'relative paths start at the folder of the run file, not at the working directory.');
  }
  const train = 'datasets.train';
  const patch = patchOf(reading);
  return {
    datasets: Object.fromEntries(
      [...datasets].map(([name, { hr, lr }]) => [name, Object.keys(lr).length > 0 ? { hr, lr } : { hr }]),
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

/** `name`, or with the first number that makes it unused: `Set5 2`. */
function unusedName(name: string, isUnused: (name: string) => boolean): string {
  let own = name;
  for (let number = 2; !isUnused(own); number++) own = `${name} ${number}`;
  return own;
}

/** A folder of images as run files write it: BasicSR has no placeholders. */
function imageFolder(path: string): string {
  return withoutPlaceholder(withHome(path));
}

/** A path with the home folder, if there is one, in place of `~`. */
function withHome(path: string): string {
  return path.replace(/^~(?=$|[/\\])/, () => homeFolder() ?? '~');
}

/** The side of an HR patch, a multiple of the scale. */
function patchOf({ options, scale, note }: Import): number | undefined {
  const [train, top] = [options.number('datasets.train.gt_size'), options.number('gt_size')];
  const lr = options.number('datasets.train.lq_size') ?? options.number('datasets.train.patch_size');
  const side = train ?? top ?? (lr === undefined ? undefined : lr * scale);
  if (side === undefined || side % scale === 0) return side;
  const patch = Math.max(1, Math.floor(side / scale)) * scale;
  note('datasets.train.gt_size', `${side} is not a multiple of the scale ${scale}; replaced by ${patch}.`);
  return patch;
}

function noteSource({ options, note }: Import, key: string, roots: readonly string[]) {
  const type = options.text(`${key}.type`);
  if (type !== undefined && !/^(pairedimagedataset|realesrganpaireddataset|paired)$/i.test(type)) {
    note(
      `${key}.type`,
      `${type} is not supported; LR images are read from \`lr\` or made by bicubic downscaling.`,
    );
  }
  const template = options.text(`${key}.filename_tmpl`);
  if (template !== undefined && template !== '{}' && !/^\{\}[xX]\d$/.test(template)) {
    note(
      `${key}.filename_tmpl`,
      `\`${template}\` is not supported; an LR image must have the name of its HR image, with or without the suffix \`x{scale}\`.`,
    );
  }
  const backend = options.text(`${key}.io_backend.type`);
  if (backend === 'lmdb' || roots.some((root) => root.endsWith('.lmdb'))) {
    note(`${key}.io_backend`, 'LMDB is not supported; set the folders that it was made from.');
  }
  for (const list of options.drop(`${key}.meta_info`, `${key}.meta_info_file`)) {
    note(
      list,
      'lists of images are not supported; all images in the folder are used. Put the listed ones into a separate folder.',
    );
  }
  options.drop(`${key}.io_backend`);
}

/** BasicSR's batch size is per GPU. */
function batchOf({ options, note }: Import): number | undefined {
  const each =
    options.number('datasets.train.batch_size_per_gpu') ?? options.number('datasets.train.batch_size');
  const devices = options.text('num_gpu');
  if (each === undefined) return undefined;
  const count = Number(devices ?? 1);
  if (!Number.isInteger(count)) {
    note('num_gpu', `the batch size is set for one GPU: ${each}. Multiply it by the number of GPUs.`);
    return each;
  }
  if (count > 1)
    note('num_gpu', `a run uses one GPU; its batch size is the total of ${count} times ${each} patches.`);
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
    'a patch is either flipped or transposed, never both; the probabilities are the closest equivalent.',
  );
  // Flips and quarter turns combine to seven transformations, of which three are flips. A flip alone has probability 1/2.
  if (flips && rotates) return { p: 0.875, flip: 3, transpose: 4 };
  return flips ? { p: 0.5, flip: 1, transpose: 0 } : { p: 0.75, flip: 1, transpose: 2 };
}

function generatorOf({ options, note }: Import): Settings {
  const type = options.text('network_g.type');
  // Newer programs have the network as `esrgan`, with other names for its sizes.
  if (type !== undefined && !/^(rrdbnet|rrdb_net|esrgan)$/i.test(type)) {
    note('network_g', `${type} cannot be trained; replaced by the RRDBNet of the paper.`);
    options.drop('network_g');
    return {};
  }
  for (const key of ['network_g.num_in_ch', 'network_g.num_out_ch']) {
    const channels = options.number(key) ?? 3;
    if (channels !== 3) note(key, `${channels} channels are not supported; images always have 3.`);
  }
  const scale = options.number('network_g.scale') ?? options.number('network_g.upscale') ?? 4;
  if (scale < 4) {
    note(
      'network_g.scale',
      `BasicSR's network for x${scale} starts with a pixel unshuffle. This one does not, so weights of one cannot be used in the other.`,
    );
  }
  options.drop('network_g.use_pixel_unshuffle');
  const size = (...names: string[]) =>
    names.map((name) => options.number(`network_g.${name}`)).find((value) => value !== undefined);
  return {
    rrdb_channels: size('num_feat', 'num_filters', 'nf') ?? 64,
    growth_channels: size('num_grow_ch', 'gc') ?? 32,
    num_basic_blocks: size('num_block', 'num_blocks', 'nb') ?? 23,
  };
}

function discriminatorOf({ options, note }: Import): Settings | undefined {
  const type = options.text('network_d.type');
  if (type === undefined) return undefined;
  const width = options.number('network_d.num_feat') ?? 64;
  const isVgg = type.startsWith('VGGStyleDiscriminator');
  const why = isVgg
    ? 'convolutions with stride 2 are 3x3 instead of 4x4, and the last pair of convolutions is missing.'
    : `${type} is not supported; replaced by the VGG-style discriminator.`;
  note('network_d', why);
  options.drop('network_d');
  if (!isVgg) return undefined;
  return { vgg_blk_ch: [1, 1, 2, 2, 4, 4, 8, 8].map((factor) => factor * width), fc_features: [100] };
}

function weightsOf({ options, stage, note }: Import): Settings {
  const weights = options.text('path.pretrain_network_g') ?? options.text('path.pretrain_model_g');
  const init = weights === undefined ? undefined : withHome(weights);
  options.drop('path.param_key_g', 'path.strict_load_g', 'path.strict_load', 'path.pretrain_model_g');
  if (options.text('path.pretrain_network_d') ?? options.text('path.pretrain_model_d')) {
    note('path.pretrain_network_d', 'not supported; the discriminator always starts from random weights.');
  }
  options.drop('path.param_key_d', 'path.strict_load_d');
  if (options.text('path.resume_state')) {
    note('path.resume_state', "BasicSR's training state cannot be imported; `init` loads weights only.");
  }
  if (init === undefined && stage === 'training') {
    note(
      'path.pretrain_network_g',
      'missing; the training stage starts from the pretraining of the same run, unless you set `training.init` to a file.',
    );
  }
  return compact({ init });
}

function scheduleOf(reading: Import): Settings {
  const { options, stage, note } = reading;
  const steps = options.number('train.total_iter') ?? options.number('train.niter');
  const isTraining = stage === 'training';
  for (const network of isTraining ? ['g', 'd'] : ['g']) noteOptimizer(reading, `train.optim_${network}`);
  if ((options.number('train.warmup_iter') ?? -1) > 0)
    note('train.warmup_iter', 'warm-up is not supported; training starts with the full learning rate.');
  return compact({
    // An epoch has at least one step, so that `num_step` ends the stage first.
    num_epoch: steps,
    num_step: steps,
    ...(isTraining
      ? { g_lr: options.number('train.optim_g.lr'), d_lr: options.number('train.optim_d.lr') }
      : { lr: options.number('train.optim_g.lr') }),
    ...decayOf(reading, steps),
  });
}

function noteOptimizer({ options, stage, note }: Import, key: string) {
  const type = options.text(`${key}.type`);
  if (type !== undefined && type !== 'Adam')
    note(`${key}.type`, `${type} is not supported; replaced by Adam.`);
  if ((options.number(`${key}.weight_decay`) ?? 0) !== 0)
    note(`${key}.weight_decay`, 'weight decay is not supported.');
  const betas = options.numbers(`${key}.betas`);
  const ours = stage === 'training' ? [0.9, 0.99] : [0.9, 0.999];
  if (betas && String(betas) !== String(ours)) {
    note(
      `${key}.betas`,
      `betas of ${betas.join(' and ')} are not supported; this stage uses ${ours.join(' and ')}.`,
    );
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
    note(`${key}.restarts`, 'restarts are not supported; the learning rate only decreases.');
  }
  if (stage === 'training') {
    // A decay at the last step has no effect.
    const reached = milestones.filter((step) => steps === undefined || step < steps);
    return { g_sched_steps: reached, d_sched_steps: reached, g_sched_gamma: gamma, d_sched_gamma: gamma };
  }
  const period = milestones[0];
  const isEven = milestones.every((step, index) => step === (index + 1) * (period ?? 0));
  const hasMore = period !== undefined && (milestones.length + 1) * period < (steps ?? 0);
  if (!isEven || hasMore) {
    note(
      `${key}.milestones`,
      `pretraining decays every \`sched_step\` steps; ${milestones.join(', ')} is replaced by ${period}.`,
    );
  }
  return { sched_step: period, sched_gamma: gamma };
}

/** The decays of the paper, scaled to the length of the stage. */
function substitutedDecay({ stage, note }: Import, type: string, steps: number | undefined): Settings {
  note(
    'train.scheduler',
    `${type} is not supported; the learning rate is halved at the paper's milestones, scaled to the length of the stage.`,
  );
  if (steps === undefined) return {};
  const at = (fraction: number) => Math.max(1, Math.round(steps * fraction));
  if (stage === 'pretraining') return { sched_step: at(1 / 5), sched_gamma: 0.5 };
  const milestones = [...new Set([1 / 8, 1 / 4, 1 / 2, 3 / 4].map(at))];
  return { g_sched_steps: milestones, d_sched_steps: milestones };
}

function lossesOf(reading: Import): Settings {
  const { options, stage, note } = reading;
  const key = 'train.pixel_opt';
  const type = options.text(`${key}.type`);
  const known = new Map([
    ['L1Loss', 'l1'],
    ['MSELoss', 'l2'],
  ]);
  const loss_f = known.get(type ?? 'L1Loss') ?? 'l1';
  if (type !== undefined && !known.has(type))
    note(`${key}.type`, `${type} is not supported; replaced by L1.`);
  if ((options.text(`${key}.reduction`) ?? 'mean') !== 'mean') {
    note(`${key}.reduction`, 'only the mean over all pixels is supported.');
  }
  if (stage === 'pretraining') {
    const weight = options.number(`${key}.loss_weight`) ?? 1;
    if (weight !== 1)
      note(
        `${key}.loss_weight`,
        'dropped, because pretraining has one loss only and its weight does not affect Adam.',
      );
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
      `${model} is not supported; the adversarial loss is ESRGAN's relativistic average loss.`,
    );
  }
  const type = options.text(`${key}.gan_type`) ?? 'vanilla';
  if (type !== 'vanilla')
    note(`${key}.gan_type`, `${type} is not supported; replaced by ESRGAN's relativistic average loss.`);
  const [real, fake] = [
    options.number(`${key}.real_label_val`) ?? 1,
    options.number(`${key}.fake_label_val`) ?? 0,
  ];
  if (real !== 1 || fake !== 0) note(`${key}.real_label_val`, 'only the labels 1 and 0 are supported.');
  options.drop(`${key}.type`);
  for (const [name, usual] of [
    ['net_d_iters', 1],
    ['net_d_init_iters', 0],
  ] as const) {
    if ((options.number(`train.${name}`) ?? usual) !== usual)
      note(`train.${name}`, 'not supported; both networks are updated at every step.');
  }
  return {
    g_adversarial_loss_scaling: options.number(`${key}.loss_weight`),
    g_content_loss_scaling: options.has('train.pixel_opt')
      ? (options.number('train.pixel_opt.loss_weight') ?? 1)
      : 0,
  };
}

/** Real-ESRGAN's, which are the defaults of traiNNer-redux and neosr. */
const usualLayers: Readonly<Record<string, number>> = {
  conv1_2: 0.1,
  conv2_2: 0.1,
  conv3_4: 1,
  conv4_4: 1,
  conv5_4: 1,
};

function perceptualOf({ options, note }: Import): Settings | false {
  const key = 'train.perceptual_opt';
  const isUsed = options.has(key);
  const factor = options.number(`${key}.perceptual_weight`) ?? options.number(`${key}.loss_weight`) ?? 1;
  if ((options.number(`${key}.style_weight`) ?? 0) > 0)
    note(`${key}.style_weight`, 'style loss is not supported.');
  if (options.flag(`${key}.range_norm`))
    note(`${key}.range_norm`, 'not needed; images are in the range 0 to 1, which VGG expects.');
  const isUsual = isUsed && factor !== 0 && !options.has(`${key}.layer_weights`);
  if (isUsual) note(`${key}.layer_weights`, 'missing; the usual ones of newer programs are used.');
  const names = isUsual ? Object.keys(usualLayers) : options.names(`${key}.layer_weights`);
  const layers = names.flatMap((layer): [string, number][] => {
    const weight = isUsual ? usualLayers[layer] : options.number(`${key}.layer_weights.${layer}`);
    if (weight === undefined || weight * factor === 0) return [];
    if (/^conv[1-5]_[1-4]$/.test(layer)) return [[layer, rounded(weight * factor)]];
    note(
      `${key}.layer_weights.${layer}`,
      'only features of convolutions before the activation are supported.',
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
  if (vgg_type !== type) note(`${key}.vgg_type`, `${type} is not supported; replaced by vgg19.`);
  if (!['l1', 'l2'].includes(criterion))
    note(`${key}.criterion`, `${criterion} is not supported; replaced by l1.`);
  return {
    layer_weights: Object.fromEntries(layers),
    vgg_type,
    criterion: criterion === 'l2' ? 'l2' : 'l1',
    normalize_input,
  };
}

/** Removes the rounding error of products such as 0.1 * 3. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function intervalsOf({ options, note }: Import): Settings {
  const every = options.number('val.val_freq');
  const saveEvery = options.number('logger.save_checkpoint_freq');
  const decay = options.number('train.ema_decay') ?? options.number('train.ema');
  for (const metric of options.names('val.metrics')) {
    const type = options.text(`val.metrics.${metric}.type`) ?? metric;
    if (!/psnr|ssim/.test(type))
      note(`val.metrics.${metric}`, `${type} is not supported; PSNR and SSIM are measured.`);
  }
  if (options.text('logger.wandb.project')) {
    note(
      'logger.wandb',
      'not supported during training; upload the run with `esrgan mirror`, or with the setting `esrgan.mirror.wandb.enabled`.',
    );
  }
  return {
    validation: every === undefined ? undefined : { every_steps: every },
    samples: every === undefined ? undefined : { every_steps: every },
    checkpoints: saveEvery === undefined ? undefined : { every_steps: saveEvery },
    ema: decay === undefined ? undefined : { decay },
    log_every_steps: options.number('logger.print_freq'),
  };
}

/** Keys that do not affect the result, or whose setting always applies. */
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

/** The keys of Real-ESRGAN's random degradation of LR images. */
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
      `${others > 0 ? `and ${others} more keys of Real-ESRGAN's random degradation: ` : ''}not supported; LR images are made by bicubic downscaling. Prepare degraded LR images yourself and set them as \`lr\`.`,
    );
  }
  for (const key of rest) if (!degradation.test(key)) note(key, 'not supported.');
}

function compact(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function written(settings: Settings): string {
  const document = new Document(settings, { aliasDuplicateObjects: false });
  document.commentBefore = ' Imported from a BasicSR option file.';
  visit(document, {
    Seq: (_, list) => {
      list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
