import { Document, isMap, visit } from 'yaml';
import { folderName, withoutPlaceholder } from '../config/index.ts';
import { homeFolder } from '../files/user-folders.ts';
import type { Stage } from '../run-state/run-state.ts';
import { degradingTypes, type ImportedDegradation, importedDegradation } from './degradation.ts';
import { importedLosses } from './losses.ts';
import { type Options, type Program, readOptions } from './options.ts';

/** A run file made from an option file. Each note names a key that could not be imported exactly, and why. */
interface ImportedRun {
  /** With the notes as comments at its start. */
  readonly text: string;
  /** Of the run, for the name of the file. */
  readonly name: string;
  readonly notes: readonly string[];
  /** Keys that were imported, with what to look at before the first run. */
  readonly advice: readonly string[];
}

/** In messages. */
const programs = 'BasicSR, Real-ESRGAN, traiNNer-redux, neosr or KAIR';

type Settings = Record<string, unknown>;

/** The import of one option file. */
interface Import {
  readonly options: Options;
  readonly program: Program;
  readonly stage: Stage;
  /** The class of the whole model. */
  readonly model: string | undefined;
  /** The type of the generator. */
  readonly network: string | undefined;
  /** The type of the training data set. */
  readonly trainingData: string | undefined;
  /** The supported scale. */
  readonly scale: number;
  note(key: string, why: string): void;
  advise(key: string, what: string): void;
}

/**
 * Converts a training option file of BasicSR, of a program based on it (Real-ESRGAN, traiNNer-redux, neosr), or of KAIR to a run file. An
 * option file describes one stage; the other one gets its defaults.
 *
 * @returns `problem`, a message, if the text is not such a file
 */
export function importOptions(text: string): ImportedRun | { readonly problem: string } {
  const read = readOptions(text);
  if ('problem' in read)
    return {
      problem: `This is not an option file of ${programs}: it is not a valid YAML map (${read.problem}).`,
    };
  const { options, program } = read;
  if (!options.has('train') || !options.has('datasets.train')) {
    return {
      problem: `This is not an option file of ${programs} for training: it has no \`train\` or \`datasets.train\`. Option files for testing cannot be imported.`,
    };
  }
  const notes: string[] = [];
  const stage = options.has('train.gan_opt') || options.has('network_d') ? 'training' : 'pretraining';
  const advice: string[] = [];
  const advise: Import['advise'] = (key, what) => void advice.push(`\`${options.original(key)}\`: ${what}`);
  const note: Import['note'] = (key, why) => void notes.push(`\`${options.original(key)}\`: ${why}`);
  const file: Omit<Import, 'scale'> = {
    options,
    program,
    stage,
    model: options.text('model_type'),
    network: options.text('network_g.type'),
    trainingData: options.text('datasets.train.type'),
    note,
    advise,
  };
  const given = scaleOf(file);
  const reading: Import = { ...file, scale: given ?? 4 };
  for (const key of read.repeated)
    reading.note(key, 'is there more than once; the last one counts, as in BasicSR.');
  const origin = isOfRedux(options) ? 'traiNNer-redux' : isOfRealEsrgan(reading) ? 'Real-ESRGAN' : program;
  const settings = settingsOf(reading, given);
  noteRest(reading);
  const name = typeof settings.name === 'string' ? settings.name : 'imported';
  return { text: withNotes(written(settings, origin), notes, advice), name, notes, advice };
}

/** Whether the models or data sets are Real-ESRGAN's, whose files are otherwise BasicSR's. */
function isOfRealEsrgan({ program, model, trainingData }: Import): boolean {
  return program === 'BasicSR' && [model, trainingData].some((type) => /^RealESR/.test(type ?? ''));
}

function settingsOf(reading: Import, scale: number | undefined): Settings {
  const { options, stage } = reading;
  const name = options.text('name');
  const given = sharpenedLosses(reading);
  const degradation = degradationOf(reading, given);
  // KAIR sharpens the images themselves.
  const isAll = reading.program === 'KAIR' && Array.isArray(degradation) && degradation[0]?.op === 'sharpen';
  const sharpened = isAll ? { pixel: true, perceptual: true, gan: true } : given;
  const probability = degradationProbabilityOf(reading, degradation !== undefined);
  const data = dataOf(reading, degradation !== undefined, probability !== undefined);
  const { train_datasets, val_datasets } = data.stage;
  // A pretraining before a GAN uses the same data, so that the file does not need the predefined data sets.
  // The default patch of 128 pixels is no multiple of 3.
  const patch = reading.scale === 3 ? (data.stage.cr_patch_size ?? [126, 126]) : undefined;
  const names = { train_datasets, val_datasets, ...(patch ? { cr_patch_size: patch } : {}) };
  const own = compact({
    ...data.stage,
    ...names,
    ...scheduleOf(reading),
    ...weightsOf(reading),
    ...(stage === 'training' ? adversarialOf(reading, sharpened.gan) : {}),
    losses: lossesOf(reading, data.stage.cr_patch_size?.[0], sharpened),
  });
  return compact({
    name: name === undefined ? undefined : folderName(name),
    seed: options.number('manual_seed'),
    scale_factor: scale,
    batch_size: data.batchSize,
    img_channels: channelsOf(reading),
    accumulate: accumulationOf(reading),
    clip_gradient_norm: largestNormOf(reading),
    datasets: data.datasets,
    generator: generatorOf(reading),
    discriminator: discriminatorOf(reading),
    pretraining: stage === 'pretraining' ? own : names,
    // Without this section, the file has no training with a GAN, as the option file.
    training: stage === 'training' ? own : undefined,
    augmentation: { spatial: data.spatial, compression: false, dropout: false },
    degradation,
    degradation_probability: probability,
    ...intervalsOf(reading),
    workers: data.workers,
  });
}

function degradationOf(
  { options, model, trainingData, scale, note }: Import,
  sharpened: SharpenedLosses,
): ImportedDegradation {
  // Real-ESRGAN degrades the sharpened HR image, whichever losses compare with it.
  const isSharpened = model === 'RealESRGANModel' || (model === 'RealESRNetModel' && sharpened.pixel);
  return importedDegradation(options, note, { type: trainingData, scale, isSharpened });
}

/** The losses that compare with sharpened HR images. */
interface SharpenedLosses {
  readonly pixel: boolean;
  readonly perceptual: boolean;
  readonly gan: boolean;
}

function sharpenedLosses({ options }: Import): SharpenedLosses {
  const isOn = (...keys: readonly string[]) => keys.map((key) => options.flag(key)).includes(true);
  return {
    pixel: isOn('l1_gt_usm', 'gt_usm'),
    perceptual: isOn('percep_gt_usm'),
    gan: isOn('gan_gt_usm'),
  };
}

/** traiNNer-redux's key for the part of the patches that are taken from pairs. */
function degradationProbabilityOf({ options }: Import, isDegraded: boolean): number | undefined {
  const given = options.number('dataroot_lq_prob') ?? 0;
  return isDegraded && given > 0 ? Number((1 - given).toPrecision(12)) : undefined;
}

function scaleOf({ options, network, note }: Omit<Import, 'scale'>): number | undefined {
  const scale = options.number('scale');
  // Those that upsample by one pixel shuffle.
  const isShuffled = /compact$|^(span|realplksr)(_|$)/i.test(network ?? '');
  const supported = isShuffled ? [1, 2, 3, 4, 8] : [1, 2, 4, 8];
  if (scale === undefined || supported.includes(scale)) return scale;
  const list = `${supported.slice(0, -1).join(', ')} and 8`;
  note('scale', `a scale of ${scale} is not supported (only ${list}); replaced by 4.`);
  return 4;
}

/** The channels of the images; undefined for 3. */
function channelsOf({ options, note }: Import): number | undefined {
  const of = (...names: string[]) =>
    names.map((name) => options.number(`network_g.${name}`)).find((value) => value !== undefined) ?? 3;
  const [inputs, outputs] = [of('num_in_ch', 'in_ch'), of('num_out_ch', 'out_ch')];
  const isSupported = inputs === outputs && [1, 3, 4].includes(inputs);
  if (!isSupported) {
    note(
      'network_g.num_in_ch',
      `a network of ${inputs} to ${outputs} channels is not supported (only 1, 3 or 4 of both); replaced by 3.`,
    );
    return undefined;
  }
  for (const section of options.names('datasets')) {
    if (options.text(`datasets.${section}.color`) === 'y' && inputs !== 1)
      note(`datasets.${section}.color`, 'only networks of one channel are trained on luma; images are RGB.');
  }
  return inputs === 3 ? undefined : inputs;
}

interface ImportedData {
  readonly datasets: Settings;
  readonly stage: { train_datasets: string[]; val_datasets: string[]; cr_patch_size: number[] | undefined };
  readonly batchSize: number | undefined;
  readonly workers: number | undefined;
  readonly spatial: Settings | boolean;
}

function dataOf(reading: Import, isDegraded: boolean, isMixed: boolean): ImportedData {
  const { options, note, advise } = reading;
  // Without a part that is taken from pairs, such a data set has no LR images.
  if (isDegraded && !isMixed) options.drop('datasets.train.dataroot_lq');
  const datasets = new Map<string, ImportedDataset>();
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
    const lists = listsOf(reading, key, hrRoots.length);
    if (hrRoots.length === 0) {
      note(key, 'skipped, because it has no `dataroot_gt`: training and validation need HR images.');
    }
    for (const [i, hr] of hrRoots.entries()) {
      const own = unusedName(name, (each) => datasets.get(each)?.hr[split] === undefined);
      const entry = datasets.get(own) ?? { hr: {}, lr: {}, meta_info: {} };
      datasets.set(own, entry);
      entry.hr[split] = hr;
      const lr = lrRoots[i];
      if (lr !== undefined) entry.lr[split] = lr;
      const list = lists[i];
      if (list !== undefined) entry.meta_info[split] = list;
      names[split].push(own);
    }
    noteSource(reading, key, [...hrRoots, ...lrRoots], isDegraded);
  }
  const roots = [...datasets.values()].flatMap((entry) =>
    Object.values(entry).flatMap(Object.values<string>),
  );
  if (roots.some((root) => !/^([/\\]|[a-z]:)/i.test(root))) {
    advise('datasets', 'relative paths start at the folder of the run file, not at the working directory.');
  }
  const train = 'datasets.train';
  const patch = patchOf(reading);
  return {
    datasets: Object.fromEntries(
      [...datasets].map(([name, entry]) => [
        name,
        Object.fromEntries(Object.entries(entry).filter(([, bySplit]) => Object.keys(bySplit).length > 0)),
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

/** Folders and lists by split; empty where there are none. */
interface ImportedDataset {
  readonly hr: Record<string, string>;
  readonly lr: Record<string, string>;
  readonly meta_info: Record<string, string>;
}

/** The lists of images of a section: BasicSR's key, or Real-ESRGAN's. */
function listsOf({ options, note }: Import, key: string, folders: number): string[] {
  const lists = ['meta_info_file', 'meta_info']
    .flatMap((name) => options.texts(`${key}.${name}`))
    .map(withHome);
  if (lists.length > 0 && lists.length !== folders)
    note(
      `${key}.meta_info`,
      `${lists.length} lists for ${folders} folders of \`dataroot_gt\`; a folder without a list is used whole.`,
    );
  return lists;
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

function noteSource(
  { options, trainingData, note }: Import,
  key: string,
  roots: readonly string[],
  isDegraded: boolean,
) {
  const isTraining = key === 'datasets.train';
  const type = isTraining ? trainingData : options.text(`${key}.type`);
  const isPaired = /^(pairedimagedataset|realesrganpaireddataset|paired|sr)$/i.test(type ?? 'paired');
  if (!isPaired && !(isTraining && isDegraded && degradingTypes.test(type ?? ''))) {
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
  options.drop(`${key}.io_backend`);
}

/** BasicSR's batch size is per GPU. */
function batchOf({ options, advise }: Import): number | undefined {
  const each =
    options.number('datasets.train.batch_size_per_gpu') ?? options.number('datasets.train.batch_size');
  const devices = options.text('num_gpu');
  if (each === undefined) return undefined;
  const count = Number(devices ?? 1);
  if (!Number.isInteger(count)) {
    advise('num_gpu', `the batch size is set for one GPU: ${each}. Multiply it by the number of GPUs.`);
    return each;
  }
  if (count > 1)
    advise('num_gpu', `a run uses one GPU; its batch size is the total of ${count} times ${each} patches.`);
  return each * Math.max(count, 1);
}

/** Batches in a step: traiNNer-redux's key, or neosr's. */
function accumulationOf({ options, note }: Import): number | undefined {
  const counted = options.number('datasets.train.accumulate');
  if (counted !== undefined && counted > 1) {
    note(
      'datasets.train.accumulate',
      `a step takes all ${counted} batches. Where a batch counts as an iteration, divide the numbers of steps by ${counted}.`,
    );
  }
  const batches = options.number('datasets.train.accum_iter') ?? counted ?? 1;
  // These programs take 0 as 1.
  return batches > 1 ? batches : undefined;
}

/** The norm that traiNNer-redux and neosr clip the gradients of each network to. */
function largestNormOf({ options, program, note }: Import): number | undefined {
  const clips = options.switch('train.grad_clip') ?? program === 'neosr';
  const norm = options.number('train.grad_clip_max_norm');
  if (!clips || (norm !== undefined && norm <= 0)) return undefined;
  if (norm === undefined && program !== 'neosr')
    note(
      'train.grad_clip',
      'the norm is not in the file; 1 is used, as in neosr. Newer versions of traiNNer-redux use 100.',
    );
  return norm ?? 1;
}

function spatialOf({ options, program, note }: Import): Settings | boolean {
  // neosr flips and rotates unless the file says otherwise.
  const usual = program === 'neosr';
  const flips = [
    options.flag('datasets.train.use_hflip') ?? usual,
    options.flag('datasets.train.use_flip'),
  ].includes(true);
  const rotates = options.flag('datasets.train.use_rot') ?? usual;
  if (!flips && !rotates) return false;
  // All eight symmetries are equally likely; three of them are flips.
  if (flips && rotates) return { p: 0.875, flip: 3, transpose: 1, rotate: 3 };
  // A flip alone has probability 1/2.
  note(
    rotates ? 'datasets.train.use_rot' : 'datasets.train.use_hflip',
    'a patch is either flipped or transposed, never both; the probabilities are the closest equivalent.',
  );
  return flips ? { p: 0.5, flip: 1, transpose: 0 } : { p: 0.75, flip: 1, transpose: 2 };
}

/** Compact networks by the names of BasicSR, traiNNer and neosr, in lower case, with the sizes that they have by default. */
const compactSizes: Readonly<Record<string, { readonly num_feat: number; readonly num_conv: number }>> = {
  srvggnetcompact: { num_feat: 64, num_conv: 16 },
  compact: { num_feat: 64, num_conv: 16 },
  ultracompact: { num_feat: 64, num_conv: 8 },
  superultracompact: { num_feat: 24, num_conv: 8 },
};

function generatorOf({ options, network: type, note }: Import): Settings {
  const compact = compactSizes[type?.toLowerCase() ?? ''];
  if (compact) {
    options.drop('network_g.upscale', 'network_g.scale');
    return {
      type: 'compact',
      num_feat: options.number('network_g.num_feat') ?? compact.num_feat,
      num_conv: options.number('network_g.num_conv') ?? compact.num_conv,
      act: options.text('network_g.act_type') ?? 'prelu',
    };
  }
  const other = spanOf(options, type?.toLowerCase()) ?? realplksrOf(options, type?.toLowerCase());
  if (other) {
    options.drop('network_g.upscale', 'network_g.scale', 'network_g.upscaling_factor');
    options.drop('network_g.bias', 'network_g.rgb_mean', 'network_g.dropout');
    if (options.flag('network_g.dysample') || options.text('network_g.upsampler') === 'dysample')
      note('network_g', 'DySample is not supported; replaced by a pixel shuffle.');
    return other;
  }
  // Newer programs have the network as `esrgan`, with other names for its sizes.
  if (type !== undefined && !/^(rrdbnet|rrdb_net|esrgan(_lite)?)$/i.test(type)) {
    note('network_g', `${type} cannot be trained; replaced by the RRDBNet of the paper.`);
    options.drop('network_g');
    return {};
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
  const isLite = /_lite$/i.test(type ?? '');
  return {
    rrdb_channels: size('num_feat', 'num_filters', 'nf') ?? (isLite ? 32 : 64),
    growth_channels: size('num_grow_ch', 'gc') ?? 32,
    num_basic_blocks: size('num_block', 'num_blocks', 'nb') ?? (isLite ? 12 : 23),
  };
}

/**
 * Whether an option file is of traiNNer-redux, whose networks have other sizes by default than neosr's. Both programs have
 * `use_amp` and `fast_matmul`.
 */
function isOfRedux(options: Options): boolean {
  return options.has('use_channels_last') || options.has('amp_bf16');
}

function spanOf(options: Options, type: string | undefined): Settings | undefined {
  const match = /^span(?:_s|_f(\d+))?$/.exec(type ?? '');
  if (!match) return undefined;
  const usual = type === 'span' && isOfRedux(options) ? 52 : Number(match[1] ?? 48);
  return compact({
    type: 'span',
    feature_channels: options.number('network_g.feature_channels') ?? usual,
    num_blocks: options.number('network_g.num_blocks'),
    norm: options.flag('network_g.norm'),
    img_range: options.number('network_g.img_range'),
  });
}

function realplksrOf(options: Options, type: string | undefined): Settings | undefined {
  const match = /^realplksr(?:_(s|tiny)|_(l|large))?$/.exec(type ?? '');
  if (!match) return undefined;
  const [isSmall, isLarge] = [match[1] !== undefined, match[2] !== undefined];
  return compact({
    type: 'realplksr',
    dim: options.number('network_g.dim') ?? (isLarge ? 96 : undefined),
    n_blocks: options.number('network_g.n_blocks') ?? (isSmall ? 12 : undefined),
    kernel_size: options.number('network_g.kernel_size') ?? (isSmall ? 13 : undefined),
    split_ratio: options.number('network_g.split_ratio'),
    use_ea: options.flag('network_g.use_ea') ?? (isSmall ? false : undefined),
    norm_groups: options.number('network_g.norm_groups'),
    layer_norm: options.flag('network_g.layer_norm') ?? (isOfRedux(options) ? true : undefined),
  });
}

function discriminatorOf({ options, program, note }: Import): Settings | undefined {
  const weights = options.text('path.pretrain_network_d') ?? options.text('path.pretrain_model_d');
  options.drop('path.param_key_d', 'path.strict_load_d', 'path.pretrain_model_d');
  const type = options.text('network_d.type');
  const supported = type === undefined ? undefined : supportedDiscriminator(options, program, type);
  if (supported)
    return compact({ ...supported, init: weights === undefined ? undefined : withHome(weights) });
  if (weights !== undefined)
    note('path.pretrain_network_d', 'not supported; the VGG-style discriminator starts from random weights.');
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

/** The discriminators that have the same parameters here. */
function supportedDiscriminator(options: Options, program: Program, type: string): Settings | undefined {
  if (/^unet(discriminatorsn)?$/i.test(type)) {
    options.drop('network_d.num_in_ch');
    return {
      type: 'unet',
      num_feat: options.number('network_d.num_feat') ?? 64,
      skip_connection: options.flag('network_d.skip_connection') ?? true,
    };
  }
  // neosr's names come second; it can also have other normalizations.
  const isSpectral =
    (options.flag('network_d.use_sn') ?? true) && (options.text('network_d.norm_type') ?? 'none') === 'none';
  if (/^patchgandiscriminatorsn$/i.test(type) || (/^patchgan$/i.test(type) && isSpectral)) {
    options.drop('network_d.input_nc', 'network_d.num_in_ch', 'network_d.max_nf_mult');
    return {
      type: 'patchgan',
      num_feat: options.number('network_d.ndf') ?? options.number('network_d.num_feat') ?? 64,
      n_layers: options.number('network_d.n_layers') ?? options.number('network_d.num_layers') ?? 3,
      padding: program === 'KAIR' ? 2 : 1,
    };
  }
  return undefined;
}

function weightsOf({ options, stage, note }: Import): Settings {
  const weights = options.text('path.pretrain_network_g') ?? options.text('path.pretrain_model_g');
  const file = weights === undefined ? undefined : withHome(weights);
  const isStrict = options.flag('path.strict_load_g') ?? options.flag('path.strict_load') ?? true;
  const init = file === undefined || isStrict ? file : { from: file, strict: false };
  options.drop('path.param_key_g', 'path.strict_load', 'path.pretrain_model_g');
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
  const { options, program, stage, note } = reading;
  if (program === 'KAIR')
    note('train', 'KAIR trains until it is stopped; set `num_step` to the number of steps.');
  const steps =
    options.number('train.total_iter') ??
    // neosr
    options.number('logger.total_iter') ??
    options.number('train.niter');
  const given = givenSchedule(reading, steps);
  const networks = stage === 'training' ? (['g', 'd'] as const) : (['g'] as const);
  const settings = networks.map((network) => networkOf(reading, network, given));
  // An epoch has at least one step, so that `num_step` ends the stage first.
  return compact({ num_epoch: steps, num_step: steps, ...Object.assign({}, ...settings) });
}

/** The learning rate, its schedule and the optimizer of a network. */
function networkOf(reading: Import, network: 'g' | 'd', given: GivenSchedule): Settings {
  const { options, stage } = reading;
  const prefix = stage === 'training' ? `${network}_` : '';
  const key = `train.optim_${network}`;
  const lr = { [`${prefix}lr`]: options.number(`${key}.lr`) };
  const { optimizer, isScheduleFree } = optimizerOf(reading, key);
  const warmUp = options.number(`${key}.warmup_steps`) ?? 0;
  if (isScheduleFree) {
    const schedule = { type: 'constant', ...withWarmUp(warmUp > 0 ? warmUp : given.warmUp) };
    return compact({ ...lr, [`${prefix}schedule`]: schedule, [`${prefix}optimizer`]: optimizer });
  }
  return compact({
    ...lr,
    ...decaysOf(given, stage, prefix),
    [`${prefix}optimizer`]: optimizer,
  });
}

/** Optimizers of BasicSR, traiNNer-redux and neosr, in lower case, without underscores. */
const optimizers: Readonly<Record<string, string>> = {
  adam: 'adam',
  adamw: 'adamw',
  nadam: 'nadam',
  lion: 'lion',
  adan: 'adan',
  adamwsf: 'adamw_schedule_free',
  adamwschedulefree: 'adamw_schedule_free',
};

/** The nearest of other optimizers. */
const nearestOptimizers: Readonly<Record<string, string>> = {
  adamwwin: 'adamw',
  adansf: 'adan',
  adanschedulefree: 'adan',
};

function optimizerOf(
  { options, stage, note }: Import,
  key: string,
): { readonly optimizer: Settings | undefined; readonly isScheduleFree: boolean } {
  const given = options.text(`${key}.type`);
  const name = given?.toLowerCase().replaceAll('_', '') ?? 'adam';
  const known = optimizers[name];
  const type = known ?? nearestOptimizers[name] ?? 'adam';
  if (known === undefined) note(`${key}.type`, `${given} is not supported; replaced by ${type}.`);
  options.drop(`${key}.schedule_free`);
  const [betas, eps] = [options.numbers(`${key}.betas`), options.number(`${key}.eps`)];
  const weight_decay = options.number(`${key}.weight_decay`);
  const ours = stage === 'training' ? [0.9, 0.99] : [0.9, 0.999];
  const isOurs =
    type === 'adam' &&
    (betas === undefined || String(betas) === String(ours)) &&
    (eps ?? 1e-8) === 1e-8 &&
    (weight_decay ?? 0) === 0;
  return {
    optimizer: isOurs ? undefined : compact({ type, betas, eps, weight_decay }),
    isScheduleFree: type === 'adamw_schedule_free',
  };
}

/** The learning-rate schedule of an option file, as keys of a `schedule`, and its warm-up in steps. */
interface GivenSchedule {
  readonly schedule: Settings;
  readonly warmUp: number;
}

function withWarmUp(steps: number): Settings {
  return steps > 0 ? { warmup_steps: steps } : {};
}

/** In the original's keys, if they can express it. */
function decaysOf({ schedule, warmUp }: GivenSchedule, stage: Stage, prefix: string): Settings {
  const { type, milestones, gamma, step_size } = schedule;
  if (warmUp === 0) {
    if (stage === 'training' && type === 'multi_step')
      return { [`${prefix}sched_steps`]: milestones, [`${prefix}sched_gamma`]: gamma };
    if (stage === 'pretraining' && type === 'step') return { sched_step: step_size, sched_gamma: gamma };
  }
  return { [`${prefix}schedule`]: { ...schedule, ...withWarmUp(warmUp) } };
}

/** Default of PyTorch and BasicSR. */
const usualGamma = 0.1;

/** Most periods of a cosine. */
const maximumPeriods = 1000;

function givenSchedule(reading: Import, steps: number | undefined): GivenSchedule {
  const warmUp = Math.max(0, reading.options.number('train.warmup_iter') ?? 0);
  return { schedule: scheduleSettings(reading, steps), warmUp };
}

function scheduleSettings(reading: Import, steps: number | undefined): Settings {
  const { options, stage, note } = reading;
  const key = 'train.scheduler';
  const type = options.text(`${key}.type`);
  const gamma = options.number(`${key}.gamma`) ?? usualGamma;
  const eta_min = options.number(`${key}.eta_min`);
  switch (type?.toLowerCase().replace(/lr$/, '')) {
    case undefined:
      return { type: 'constant' };
    case 'multistep':
    case 'multisteprestart': {
      if (options.drop(`${key}.restarts`, `${key}.restart_weights`).length > 0)
        note(`${key}.restarts`, 'restarts are not supported; the learning rate only decreases.');
      const given = options.numbers(`${key}.milestones`);
      if (!given) break;
      // A decay at the last step has no effect.
      const milestones = given.filter((step) => step < (steps ?? Infinity));
      if (milestones.length === 0) return { type: 'constant' };
      return stage === 'pretraining' && isEven(milestones, steps)
        ? { type: 'step', step_size: milestones[0], gamma }
        : { type: 'multi_step', milestones, gamma };
    }
    case 'step': {
      const step_size = options.number(`${key}.step_size`);
      if (step_size === undefined) break;
      return { type: 'step', step_size, gamma };
    }
    case 'cosineannealingrestart': {
      const periods = options.numbers(`${key}.periods`);
      if (!periods) break;
      const restart_weights = options.numbers(`${key}.restart_weights`);
      return compact({ type: 'cosine', periods, restart_weights, eta_min });
    }
    case 'cosineannealing': {
      const period = options.number(`${key}.T_max`);
      if (period === undefined) break;
      if (steps !== undefined && steps > period)
        note(`${key}.T_max`, `PyTorch's learning rate rises again after ${period} steps; here it stays low.`);
      return compact({ type: 'cosine', periods: [period], eta_min });
    }
    case 'cosineannealingwarmrestarts': {
      const periods = warmRestarts(options.number(`${key}.T_0`), options.number(`${key}.T_mult`), steps);
      if (!periods) break;
      return compact({ type: 'cosine', periods, eta_min });
    }
  }
  options.drop(key);
  return substitutedDecay(reading, type ?? '', steps);
}

/** Whether decays at milestones are decays at every so many steps, to the end of the stage. */
function isEven(milestones: readonly number[], steps: number | undefined): boolean {
  const [period] = milestones;
  if (period === undefined) return false;
  const hasMore = (milestones.length + 1) * period < (steps ?? 0);
  return !hasMore && milestones.every((step, index) => step === (index + 1) * period);
}

/** The periods of PyTorch's warm restarts up to the end of the stage; undefined if they are too many. */
function warmRestarts(
  first: number | undefined,
  factor = 1,
  steps: number | undefined,
): number[] | undefined {
  if (first === undefined || first < 1 || factor < 1 || steps === undefined) return undefined;
  const periods: number[] = [];
  for (let total = 0, period = first; total < steps; total += period, period *= factor) {
    if (periods.length === maximumPeriods) return undefined;
    periods.push(period);
  }
  return periods;
}

/** The decays of the paper, scaled to the length of the stage. */
function substitutedDecay({ stage, note }: Import, type: string, steps: number | undefined): Settings {
  note(
    'train.scheduler',
    `${type} is not supported; the learning rate is halved at the paper's milestones, scaled to the length of the stage.`,
  );
  const at = (fraction: number) => Math.max(1, Math.round((steps ?? usualSteps[stage]) * fraction));
  if (stage === 'pretraining') return { type: 'step', step_size: at(1 / 5), gamma: 0.5 };
  return {
    type: 'multi_step',
    milestones: [...new Set([1 / 8, 1 / 4, 1 / 2, 3 / 4].map(at))],
    gamma: 0.5,
  };
}

/** Steps of the stages in the paper. */
const usualSteps: Readonly<Record<Stage, number>> = { pretraining: 1_000_000, training: 400_000 };

/** A GAN without another loss gets one with the weight 0. */
function lossesOf(
  { options, stage, note }: Import,
  patch: number | undefined,
  sharpened: SharpenedLosses,
): Settings[] {
  const list = importedLosses(options, patch, note).map((loss) =>
    (loss.type === 'perceptual' ? sharpened.perceptual : sharpened.pixel)
      ? { ...loss, sharpen_hr: true }
      : loss,
  );
  return list.length > 0 ? list : [{ type: 'l1', weight: stage === 'training' ? 0 : 1 }];
}

/** The adversarial losses of BasicSR and, by its names for them, of neosr. */
const ganTypes: Readonly<Record<string, string>> = {
  vanilla: 'vanilla',
  bce: 'vanilla',
  lsgan: 'lsgan',
  mse: 'lsgan',
  hinge: 'hinge',
};

/** BasicSR's ESRGANModel makes the losses relativistic; all other models do not. */
function ganTypeOf({ options, model, note }: Import, key: string): string {
  const found = options.text(`${key}.gan_type`) ?? 'vanilla';
  const type = ganTypes[found];
  if (model === 'ESRGANModel') {
    if (type !== 'vanilla')
      note(
        `${key}.gan_type`,
        `a relativistic ${found} is not supported; replaced by ESRGAN's relativistic average loss.`,
      );
    return 'ragan';
  }
  if (type === undefined) note(`${key}.gan_type`, `${found} is not supported; replaced by vanilla.`);
  return type ?? 'vanilla';
}

function adversarialOf(reading: Import, isHrSharpened: boolean): Settings {
  const { options, program, note } = reading;
  const key = 'train.gan_opt';
  const gan_type = ganTypeOf(reading, key);
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
  const isAdaptive = options.flag('train.adaptive_d') === true;
  options.drop('train.adaptive_d_ema_decay', 'train.adaptive_d_threshold');
  if (isAdaptive) {
    note(
      'train.adaptive_d',
      "imported as a threshold of the discriminator's loss; traiNNer-redux compares averages of the generator's.",
    );
  }
  const matching = 'train.feature_matching_opt';
  const hasMatching = options.has(matching);
  options.drop(`${matching}.type`);
  if ((options.text(`${matching}.criterion`) ?? 'l1') !== 'l1')
    note(`${matching}.criterion`, 'not supported; features are compared by l1.');
  const r1 = options.number('train.r1_reg_weight');
  const r1Every = options.number('train.net_d_reg_every') ?? 1;
  return {
    ...(isAdaptive ? { d_loss_threshold: 0.2 } : {}),
    ...(hasMatching && {
      feature_matching: { weight: options.number(`${matching}.loss_weight`) ?? 1 },
    }),
    ...(r1 !== undefined && r1 > 0 && { r1_penalty: { weight: r1, every_steps: r1Every } }),
    gan_type,
    ...(isHrSharpened ? { gan_sharpen_hr: true } : {}),
    g_adversarial_loss_scaling:
      options.number(`${key}.loss_weight`) ?? (program === 'neosr' ? 0.1 : undefined),
  };
}

function intervalsOf({ options, scale, note }: Import): Settings {
  const every = options.number('val.val_freq');
  const saveEvery = options.number('logger.save_checkpoint_freq');
  const decay = options.number('train.ema_decay') ?? options.number('train.ema');
  const emaStart = options.number('train.ema_update_after_step');
  const metrics = options.names('val.metrics').flatMap((metric) => {
    const type = options.text(`val.metrics.${metric}.type`) ?? metric;
    const [, known] = /(?:^|_)(lpips|dists|niqe)$/.exec(type) ?? [];
    if (known !== undefined) return [known];
    if (!/psnr|ssim/.test(type))
      note(
        `val.metrics.${metric}`,
        `${type} is not supported; PSNR and SSIM are always measured, LPIPS, DISTS and NIQE on request.`,
      );
    return [];
  });
  if (options.text('logger.wandb.project')) {
    note(
      'logger.wandb',
      'not supported during training; upload the run with `esrgan mirror`, or with the setting `esrgan.mirror.wandb.enabled`.',
    );
  }
  // The default of 256 pixels is no multiple of 3.
  const crop = scale === 3 ? [255, 255] : undefined;
  const viewed = (every ?? crop) ? compact({ every_steps: every, crop_size: crop }) : undefined;
  return {
    validation: metrics.length > 0 ? { ...viewed, metrics: [...new Set(metrics)] } : viewed,
    samples: viewed,
    checkpoints: saveEvery === undefined ? undefined : { every_steps: saveEvery },
    ema: decay === undefined ? undefined : compact({ decay, start_step: emaStart }),
    log_every_steps: options.number('logger.print_freq'),
  };
}

/** Keys that do not affect the result, or whose setting always applies. */
const settled = [
  'use_channels_last',
  'fast_matmul',
  'deterministic',
  'use_amp',
  'amp_bf16',
  'bfloat16',
  'val.tile',
  'val.tile_size',
  'val.tile_overlap',
  'val.metrics_enabled',
  'logger.save_checkpoint_format',
  'logger.save_tb_img',
  'use_compile',
  'compile',
  'compile_mode',
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
  'val.val_enabled',
  // The pool from which Real-ESRGAN draws its batches: here, each patch has a degradation of its own.
  'queue_size',
  'train.queue_size',
  'datasets.train.queue_size',
  'degradations.queue_size',
  'logger.use_tb_logger',
  'logger.wandb',
  'dist_params',
  'train.optim_g',
  'train.optim_d',
  'num_gpu',
];

function noteRest({ options, note }: Import) {
  options.drop(...settled);
  const augmentations = options.texts('datasets.train.augmentation');
  options.drop('datasets.train.aug_prob');
  if (augmentations.some((name) => name !== 'none'))
    note('datasets.train.augmentation', `${augmentations.join(', ')} are not supported.`);
  // A loss is one note, however many keys it has.
  const rest = options.rest().map((key) => /^train\.\w+_opt(?=\.)/.exec(key)?.[0] ?? key);
  for (const key of new Set(rest)) note(key, 'not supported.');
}

function compact(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The file, preceded by comments that list what has no counterpart, and what to check. */
function withNotes(text: string, notes: readonly string[], advice: readonly string[]): string {
  return commentOf('Not carried over from the option file:', notes) + commentOf('To check:', advice) + text;
}

function commentOf(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  const lines = items.map((item) => `#  - ${item.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`);
  return `# ${title}\n${lines.join('\n')}\n\n`;
}

function written(settings: Settings, program: string): string {
  const document = new Document(settings, { aliasDuplicateObjects: false });
  document.commentBefore = ` Imported from an option file of ${program}.`;
  visit(document, {
    Seq: (_, list) => {
      if (!list.items.some(isMap)) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
