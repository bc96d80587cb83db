import type { Options } from './options.ts';

type Settings = Record<string, unknown>;
type Note = (key: string, why: string) => void;
type Range = readonly [low: number, high: number];

/** The degradation of an option file: what a run file has as `degradation`, if there is any. */
export type ImportedDegradation = readonly Settings[] | 'bsrgan' | undefined;

/** Blur kernels of Real-ESRGAN, which have the same names here. */
const kernelNames = ['iso', 'aniso', 'generalized_iso', 'generalized_aniso', 'plateau_iso', 'plateau_aniso'];

/** Modes of Real-ESRGAN, which resizes without antialiasing. */
const esrganModes: Readonly<Record<string, string>> = {
  area: 'area',
  bilinear: 'bilinear',
  bicubic: 'bicubic',
};

/** Modes of traiNNer-redux, which resizes with antialiasing. */
const reduxModes: Readonly<Record<string, string>> = {
  area: 'area',
  bilinear: 'triangle',
  bicubic: 'matlab',
  lanczos: 'lanczos',
  'nearest-exact': 'nearest',
};

/** What a program does where its file says nothing. */
interface Usual {
  readonly blur: readonly [number, number];
  readonly kernelSize: Range;
  readonly sigma: readonly [Range, Range];
  readonly resizeRange: readonly [Range, Range];
  readonly modes: Readonly<Record<string, string>>;
  readonly gaussian: number;
  readonly noise: readonly [Range, Range];
  readonly poisson: readonly [Range, Range];
  readonly gray: number;
  readonly quality: Range;
  readonly sinc: number;
  readonly finalSinc: number;
}

/** Real-ESRGAN's option files; neosr's are the same. */
const esrgan: Usual = {
  blur: [1, 0.8],
  kernelSize: [7, 21],
  sigma: [
    [0.2, 3],
    [0.2, 1.5],
  ],
  resizeRange: [
    [0.15, 1.5],
    [0.3, 1.2],
  ],
  modes: esrganModes,
  gaussian: 0.5,
  noise: [
    [1, 30],
    [1, 25],
  ],
  poisson: [
    [0.05, 3],
    [0.05, 2.5],
  ],
  gray: 0.4,
  quality: [30, 95],
  sinc: 0.1,
  finalSinc: 0.8,
};

/** traiNNer-redux's defaults. */
const redux: Usual = {
  blur: [0, 0],
  kernelSize: [5, 17],
  sigma: [
    [0.2, 2],
    [0.2, 1],
  ],
  resizeRange: [
    [0.4, 1.5],
    [0.6, 1.2],
  ],
  modes: reduxModes,
  gaussian: 0,
  noise: [
    [0, 0],
    [0, 0],
  ],
  poisson: [
    [0, 0],
    [0, 0],
  ],
  gray: 0,
  quality: [75, 95],
  sinc: 0,
  finalSinc: 0,
};

/** Keys that start without a section, in that of the training images, or in neosr's own section. */
const sections = ['', 'datasets.train.', 'degradations.'];

/** The keys of both orders; those of the second end in 2. */
const keysOfOrders = [
  'blur_prob',
  'second_blur_prob',
  'blur_kernel_size',
  'blur_sigma',
  'kernel_list',
  'kernel_prob',
  'kernel_range',
  'sinc_prob',
  'betag_range',
  'betap_range',
  'resize_prob',
  'resize_range',
  'resize_mode_list',
  'resize_mode_prob',
  'gaussian_noise_prob',
  'noise_range',
  'poisson_scale_range',
  'gray_noise_prob',
  'jpeg_prob',
  'jpeg_range',
];

/** All keys of the degradation of Real-ESRGAN, traiNNer-redux, neosr and KAIR. */
const allKeys = [
  ...keysOfOrders.flatMap((key) => [key, `${key}2`]),
  'resize_mode_list3',
  'resize_mode_prob3',
  'final_sinc_prob',
  'final_kernel_range',
  'lq_usm',
  'lq_usm_radius_range',
  'thicklines_prob',
  'degradation_type',
  'shuffle_prob',
  'use_sharp',
  'high_order_degradation',
  'high_order_degradations_debug',
  'high_order_degradations_debug_limit',
  'queue_size',
];

/** Data sets that degrade HR images to LR images in training. */
export const degradingTypes = /^(realesrgandataset|otf|blindsr)$/i;

/**
 * The random degradation of an option file: both orders of Real-ESRGAN, traiNNer-redux or neosr, or KAIR's. Keys that have
 * no effect are dropped.
 *
 * @param type of the training data set
 * @param isSharpened whether the program degrades a sharpened HR image
 */
export function importedDegradation(
  options: Options,
  note: Note,
  given: { readonly type: string | undefined; readonly scale: number; readonly isSharpened: boolean },
): ImportedDegradation {
  const { type, scale, isSharpened } = given;
  const keyOf = (name: string) =>
    sections.map((section) => section + name).find((key) => options.has(key)) ?? name;
  const isOn = options.switch(keyOf('high_order_degradation')) ?? degradingTypes.test(type ?? '');
  const degradation = !isOn
    ? undefined
    : type?.toLowerCase() === 'blindsr'
      ? kairDegradation(options, note, scale)
      : bothOrders({ options, note, keyOf, isSharpened });
  options.drop(...allKeys.flatMap((name) => sections.map((section) => section + name)));
  return degradation;
}

/** Reads the keys of a file with two orders. */
interface Orders {
  readonly options: Options;
  readonly note: Note;
  /** The whole key of a name. */
  readonly keyOf: (name: string) => string;
  readonly isSharpened: boolean;
}

function bothOrders(orders: Orders): Settings[] {
  const { options, note, keyOf } = orders;
  const usual = isOfRedux(options, keyOf) ? redux : esrgan;
  if ((options.number(keyOf('thicklines_prob')) ?? 0) > 0)
    note('thicklines_prob', 'thicker lines are not supported.');
  const [jpegFirst, jpegSecond] = [jpegOf(orders, usual, ''), jpegOf(orders, usual, '2')];
  const final = modesOf(orders, usual, '3');
  return [
    sharpeningOf(orders),
    blurOf(orders, usual, ''),
    resizeOf(orders, usual, ''),
    noiseOf(orders, usual, ''),
    jpegFirst,
    blurOf(orders, usual, '2'),
    resizeOf(orders, usual, '2'),
    noiseOf(orders, usual, '2'),
    { op: 'downscale', modes: final, ...(jpegSecond && { order: 'shuffled' }) },
    sincOf(orders, usual),
    jpegSecond && { ...jpegSecond, order: 'shuffled' },
  ].filter((operation) => operation !== undefined);
}

/** The second order's keys end in 2. */
type Suffix = '' | '2';

/** The usual value of an order. */
function ofOrder<T>([first, second]: readonly [T, T], suffix: Suffix): T {
  return suffix === '' ? first : second;
}

/** traiNNer-redux names probabilities and modes that Real-ESRGAN and neosr do not have. */
function isOfRedux(options: Options, keyOf: Orders['keyOf']): boolean {
  return ['blur_prob', 'resize_mode_list', 'resize_mode_list3', 'jpeg_prob', 'kernel_range'].some((name) =>
    options.has(keyOf(name)),
  );
}

function sharpeningOf({ options, keyOf, isSharpened, note }: Orders): Settings | undefined {
  if (isSharpened) return { op: 'sharpen' };
  const radius = options.numbers(keyOf('lq_usm_radius_range')) ?? [1, 25];
  if (!options.flag(keyOf('lq_usm'))) return undefined;
  // The program makes the sides odd by adding 1. A side of 1 sharpens nothing.
  const size = radius.map((value) => Math.max(3, Math.floor(value / 2) * 2 + 1));
  return { op: 'sharpen', size: within('lq_usm_radius_range', size, [3, 51], note) };
}

function blurOf({ options, note, keyOf }: Orders, usual: Usual, suffix: Suffix): Settings | undefined {
  const key = (name: string) => keyOf(name + suffix);
  const own = suffix === '2' ? options.number(keyOf('second_blur_prob')) : undefined;
  const p = options.number(key('blur_prob')) ?? own ?? ofOrder(usual.blur, suffix);
  if (p === 0) return undefined;
  const sinc = options.number(key('sinc_prob')) ?? usual.sinc;
  const names = options.texts(key('kernel_list'));
  const weights = options.numbers(key('kernel_prob')) ?? [0.45, 0.25, 0.12, 0.03, 0.12, 0.03];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kernels: Record<string, number> = {};
  for (const [i, name] of (names.length > 0 ? names : kernelNames).entries()) {
    const weight = weights[i] ?? 0;
    if (!kernelNames.includes(name)) note(key('kernel_list'), `${name} is not supported.`);
    else if (weight > 0) kernels[name] = rounded((kernels[name] ?? 0) + ((1 - sinc) * weight) / total);
  }
  if (sinc > 0) kernels.sinc = sinc;
  const range = (name: string, usually: Range, limits: Range) =>
    within(key(name), options.numbers(key(name)) ?? usually, limits, note);
  return {
    op: 'blur',
    ...(p < 1 && { p }),
    kernels,
    size: range('kernel_range', usual.kernelSize, [3, 51]),
    sigma: range('blur_sigma', ofOrder(usual.sigma, suffix), [0.01, 20]),
    beta_generalized: range('betag_range', [0.5, 4], [0.1, 10]),
    beta_plateau: range('betap_range', [1, 2], [0.1, 10]),
  };
}

function resizeOf(orders: Orders, usual: Usual, suffix: Suffix): Settings | undefined {
  const { options, note, keyOf } = orders;
  const probabilities = options.numbers(keyOf(`resize_prob${suffix}`));
  const [up = 0, down = 0, keep = 0] = probabilities ?? (suffix === '' ? [0.2, 0.7, 0.1] : [0.3, 0.4, 0.3]);
  const modes = modesOf(orders, usual, suffix);
  const key = keyOf(`resize_range${suffix}`);
  const given = options.numbers(key) ?? ofOrder(usual.resizeRange, suffix);
  const range = within(key, given, [0.05, 4], note);
  // To the size of LR by a factor of 1 is a resize in Real-ESRGAN, and nothing in traiNNer-redux.
  const isKept = suffix === '' || usual === esrgan;
  if (up + down === 0 && (suffix === '' || !isKept)) return undefined;
  const p = isKept ? 1 : rounded((up + down) / (up + down + keep));
  return {
    op: 'resize',
    ...(p < 1 && { p }),
    up,
    down,
    keep: isKept ? keep : 0,
    range,
    ...(suffix === '2' && { of: 'lr' }),
    modes,
  };
}

function modesOf({ options, note, keyOf }: Orders, usual: Usual, suffix: Suffix | '3'): Settings {
  const key = keyOf(`resize_mode_list${suffix}`);
  const listed = options.texts(key);
  const weights = options.numbers(keyOf(`resize_mode_prob${suffix}`)) ?? [];
  const usually =
    usual === redux ? ['bilinear', 'bicubic', 'nearest-exact', 'lanczos'] : Object.keys(usual.modes);
  const modes: Record<string, number> = {};
  for (const [i, name] of (listed.length > 0 ? listed : usually).entries()) {
    const mode = usual.modes[name];
    const weight = weights[i] ?? 1;
    if (mode === undefined) note(key, `${name} is not supported.`);
    else if (weight > 0) modes[mode] = rounded((modes[mode] ?? 0) + weight);
  }
  return modes;
}

function noiseOf({ options, note, keyOf }: Orders, usual: Usual, suffix: Suffix): Settings | undefined {
  const key = (name: string) => keyOf(name + suffix);
  const range = (name: string, usually: Range, limits: Range) =>
    within(key(name), options.numbers(key(name)) ?? usually, limits, note);
  const gaussian = options.number(key('gaussian_noise_prob')) ?? usual.gaussian;
  const sigma = range('noise_range', ofOrder(usual.noise, suffix), [0, 255]);
  const scale = range('poisson_scale_range', ofOrder(usual.poisson, suffix), [0, 20]);
  const gray = options.number(key('gray_noise_prob')) ?? usual.gray;
  const isNone = (probability: number, [, high]: Range) => probability <= 0 || high === 0;
  if (isNone(gaussian, sigma) && isNone(1 - gaussian, scale)) return undefined;
  return { op: 'noise', gaussian, poisson: rounded(1 - gaussian), sigma, scale, gray };
}

function jpegOf({ options, note, keyOf }: Orders, usual: Usual, suffix: Suffix): Settings | undefined {
  const p = options.number(keyOf(`jpeg_prob${suffix}`)) ?? 1;
  const key = keyOf(`jpeg_range${suffix}`);
  const [low, high] = within(key, options.numbers(key) ?? usual.quality, [1, 100], note);
  if (p === 0) return undefined;
  return { op: 'jpeg', ...(p < 1 && { p }), quality: [Math.round(low), Math.round(high)] };
}

function sincOf({ options, note, keyOf }: Orders, usual: Usual): Settings | undefined {
  const p = options.number(keyOf('final_sinc_prob')) ?? usual.finalSinc;
  const key = keyOf('final_kernel_range');
  const size = within(key, options.numbers(key) ?? usual.kernelSize, [3, 51], note);
  return p === 0 ? undefined : { op: 'sinc', p, size, order: 'attached' };
}

/** KAIR's two degradations; their numbers are in the program (Zhang et al. 2021). */
function kairDegradation(options: Options, note: Note, scale: number): ImportedDegradation {
  const train = 'datasets.train';
  if (options.text(`${train}.degradation_type`) !== 'bsrgan_plus') return 'bsrgan';
  note(
    `${train}.degradation_type`,
    'speckle noise, and the random order of all operations that `shuffle_prob` gives some patches, are not supported.',
  );
  const blur = {
    op: 'blur',
    kernels: { iso: 1, aniso: 1 },
    size: [7, 25],
    sigma: [0.1, rounded(2 + 0.2 * scale)],
  };
  const modes = { area: 1, bilinear: 1, bicubic: 1 };
  const resize = { op: 'resize', up: 0.2, down: 0.7, keep: 0.1, range: [rounded(0.5 / scale), 2], modes };
  const noise = (own: Settings) => ({ op: 'noise', ...own, order: 'shuffled' });
  const noises = [
    noise({ gaussian: 1, poisson: 0, sigma: [2, 25], gray: 0.5 }),
    // Of 100 to 10,000 events at white.
    noise({ p: 0.1, gaussian: 0, poisson: 1, scale: [0.16, 1.6], gray: 0.5 }),
  ];
  const jpeg = { op: 'jpeg', quality: [30, 95] };
  return [
    ...(options.flag(`${train}.use_sharp`) ? [{ op: 'sharpen' }] : []),
    ...[blur, resize, ...noises, jpeg],
    ...[blur, resize, ...noises],
    { op: 'downscale', modes },
    jpeg,
  ];
}

/** A range inside of the limits of a run file. */
function within(key: string, values: readonly number[], [low, high]: Range, note: Note): Range {
  const [first = low, last = first] = values;
  const inside = (value: number) => Math.min(Math.max(value, low), high);
  const range: Range = [inside(first), inside(last)];
  if (range[0] !== first || range[1] !== last)
    note(key, `[${first}, ${last}] is not in ${low} to ${high}; replaced by [${range[0]}, ${range[1]}].`);
  return range;
}

/** Removes the rounding error of products such as 0.9 * 0.45. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
