import { smallestMsSsimPatch } from '../models/ms-ssim/shapes.ts';
import { vggTypes } from '../models/vgg/shapes.ts';
import type { Options } from './options.ts';

type Settings = Record<string, unknown>;
type Note = (key: string, why: string) => void;

/** A loss of an option file: the key of its section, and its options. */
interface GivenLoss {
  readonly options: Options;
  readonly key: string;
  readonly note: Note;
  /** In the file, or that of its section. */
  readonly type: string;
  /** Shorter side of the HR patch. */
  readonly patch: number;
}

/** Keys of an entry of `losses` besides its type and weight, or undefined if it cannot be imported. */
type Converted = Settings | undefined;

/** How each loss of BasicSR, traiNNer-redux and neosr is read, by its type in lower case without underscores. */
const converters: Readonly<Record<string, (loss: GivenLoss) => Converted>> = {
  l1loss: () => ({ type: 'l1' }),
  mseloss: () => ({ type: 'l2' }),
  l2loss: () => ({ type: 'l2' }),
  charbonnierloss: ({ options, key }) => ({
    type: 'charbonnier',
    eps: options.number(`${key}.eps`) ?? 1e-12,
  }),
  huberloss: ({ options, key }) => ({ type: 'huber', delta: options.number(`${key}.delta`) ?? 1 }),
  mssimloss: msSsim,
  msssimloss: msSsim,
  perceptualloss: perceptual,
  vggperceptualloss: perceptual,
  fftloss: () => ({ type: 'fft' }),
  ffloss: focalFrequency,
  focalfrequencyloss: focalFrequency,
  ldlloss: ({ options, key }) => {
    options.drop(`${key}.criterion`, `${key}.ksize`);
    return { type: 'ldl' };
  },
  colorloss: ({ options, key }) => ({
    type: 'color',
    criterion: options.text(`${key}.criterion`) ?? 'l1',
    scale: options.number(`${key}.scale`) ?? 4,
  }),
  gradientvarianceloss: ({ options, key }) => {
    options.drop(`${key}.criterion`);
    return { type: 'gradient_variance', patch_size: options.number(`${key}.patch_size`) ?? 16 };
  },
  lpipsloss: () => ({ type: 'lpips' }),
  distsloss: ({ options, key }) => {
    options.drop(`${key}.as_loss`, `${key}.load_weights`, `${key}.use_input_norm`);
    return { type: 'dists' };
  },
};

/** Sections of BasicSR, neosr and LDL's program, with the type that they have by default. */
const sections: readonly (readonly [key: string, type: string])[] = [
  ['pixel_opt', 'L1Loss'],
  ['mssim_opt', 'MSSIMLoss'],
  ['perceptual_opt', 'PerceptualLoss'],
  ['dists_opt', 'DISTSLoss'],
  ['ff_opt', 'FFLoss'],
  ['artifacts_opt', 'LDLLoss'],
  ['ldl_opt', 'LDLLoss'],
];

/** The losses of an option file as a list, without those that are off. */
export function importedLosses(options: Options, patch: number | undefined, note: Note): Settings[] {
  const given: (readonly [key: string, type: string | undefined])[] = [
    ...sections.filter(([section]) => options.has(`train.${section}`)),
    ...options.names('train.losses').map((index) => [`losses.${index}`, undefined] as const),
  ];
  return given.flatMap(([section, usual]) => {
    const key = `train.${section}`;
    const written = options.text(`${key}.type`);
    // LDL's program writes the distance of its map as the type.
    const isMap = usual === 'LDLLoss';
    const type = (isMap ? usual : (written ?? usual)) ?? 'without a type';
    const name = type.toLowerCase().replaceAll('_', '');
    const weight = options.number(`${key}.perceptual_weight`) ?? options.number(`${key}.loss_weight`) ?? 1;
    const style = options.number(`${key}.style_weight`) ?? 0;
    const convert = Object.hasOwn(converters, name) ? converters[name] : undefined;
    if (weight === 0) {
      if (style > 0) note(`${key}.style_weight`, 'style without features is not supported.');
      options.drop(key);
      return [];
    }
    if ((options.text(`${key}.reduction`) ?? 'mean') !== 'mean')
      note(`${key}.reduction`, 'only the mean over all pixels is supported.');
    if (!convert) {
      const isPixel = section === 'pixel_opt';
      note(`${key}.type`, `${type} is not supported${isPixel ? '; replaced by L1.' : '.'}`);
      options.drop(key);
      return isPixel ? [{ type: 'l1', weight }] : [];
    }
    const converted = convert({ options, key, note, type, patch: patch ?? 128 });
    if (!converted) return [];
    const { type: ours, factor = 1, ...others } = converted;
    // BasicSR's weight of the style is not relative to that of the features.
    const relative = style > 0 ? { style_weight: rounded(style / weight) } : {};
    return [{ type: ours, weight: rounded(weight * Number(factor)), ...others, ...relative }];
  });
}

function msSsim({ options, key, note, patch }: GivenLoss): Settings {
  options.drop(
    ...['window_size', 'sigma', 'in_channels', 'K1', 'K2', 'L', 'padding', 'cosim', 'cosim_lambda'].map(
      (name) => `${key}.${name}`,
    ),
  );
  const scales = [5, 4, 3, 2].find((each) => smallestMsSsimPatch(each) <= patch) ?? 1;
  if (scales < 5)
    note(
      `${key}.type`,
      `the patch of ${patch} pixels is enough for ${scales} scales without padding, not 5.`,
    );
  return { type: 'ms_ssim', scales };
}

/** That of traiNNer-redux and neosr is 50 times the paper's, and averages the spectra of the batch. */
function focalFrequency({ options, key }: GivenLoss): Settings {
  return {
    type: 'focal_frequency',
    factor: 50,
    alpha: options.number(`${key}.alpha`) ?? 1,
    patch_factor: options.number(`${key}.patch_factor`) ?? 1,
    ave_spectrum: options.flag(`${key}.ave_spectrum`) ?? true,
    log_matrix: options.flag(`${key}.log_matrix`) ?? false,
    batch_matrix: options.flag(`${key}.batch_matrix`) ?? false,
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

function perceptual({ options, key, note, type: loss }: GivenLoss): Converted {
  const isUsual = !options.has(`${key}.layer_weights`);
  if (options.flag(`${key}.range_norm`))
    note(`${key}.range_norm`, 'not needed; images are in the range 0 to 1, which VGG expects.');
  const names = isUsual ? Object.keys(usualLayers) : options.names(`${key}.layer_weights`);
  const layers = names.flatMap((layer): [string, number][] => {
    const weight = isUsual ? usualLayers[layer] : options.number(`${key}.layer_weights.${layer}`);
    if (weight === undefined || weight === 0) return [];
    if (/^conv[1-5]_[1-4]$/.test(layer)) return [[layer, weight]];
    note(
      `${key}.layer_weights.${layer}`,
      'only features of convolutions before the activation are supported.',
    );
    return [];
  });
  const type = options.text(`${key}.vgg_type`) ?? 'vgg19';
  // neosr's type of the loss, and its default.
  const isOfNeosr = /^vgg/i.test(loss);
  const criterion = options.text(`${key}.criterion`) ?? (isOfNeosr ? 'chc' : 'l1');
  const normalize_input = options.flag(`${key}.use_input_norm`) ?? true;
  if (layers.length === 0) {
    options.drop(key);
    return undefined;
  }
  const vgg_type = vggTypes.find((each) => each === type) ?? 'vgg19';
  if (vgg_type !== type) note(`${key}.vgg_type`, `${type} is not supported; replaced by vgg19.`);
  const isKnown = ['l1', 'l2', 'charbonnier'].includes(criterion);
  if (!isKnown) note(`${key}.criterion`, `${criterion} is not supported; replaced by l1.`);
  return {
    type: 'perceptual',
    layer_weights: Object.fromEntries(layers),
    vgg_type,
    criterion: isKnown ? criterion : 'l1',
    normalize_input,
  };
}

/** Removes the rounding error of products such as 0.1 * 3. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
