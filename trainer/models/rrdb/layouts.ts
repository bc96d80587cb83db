import type { Metadata, TensorMap } from '../../tensor-files/tensors.ts';
import { type RrdbOptions, upsamplings } from './shapes.ts';

/** Names that a program gives to the convolutions. Blocks count from 0, all else from 1. */
interface Names {
  readonly first: string;
  dense(block: number, dense: number, convolution: number): string;
  body(blocks: number): string;
  up(index: number): string;
  hr(ups: number): string;
  last(ups: number): string;
}

const seed: Names = {
  first: 'in_conv',
  dense: (block, dense, k) => `rrdb_blocks.rrdb_${block}.dense_blocks.rdb_${dense - 1}.blocks.${k - 1}.conv`,
  body: () => 'rrdb_blocks.out_conv',
  up: (index) => `upsampling_blocks.upsampling_${index - 1}.block.conv`,
  hr: () => 'upsampling_blocks.out_conv.0',
  last: () => 'upsampling_blocks.out_conv.2',
};

const layouts = {
  /** BasicSR, Real-ESRGAN, and our own files. */
  basicsr: {
    first: 'conv_first',
    dense: (block, dense, k) => `body.${block}.rdb${dense}.conv${k}`,
    body: () => 'conv_body',
    up: (index) => `conv_up${index}`,
    hr: () => 'conv_hr',
    last: () => 'conv_last',
  },
  /** xinntao/ESRGAN since 2019, BSRGAN, RealSR. */
  'esrgan-new': {
    first: 'conv_first',
    dense: (block, dense, k) => `RRDB_trunk.${block}.RDB${dense}.conv${k}`,
    body: () => 'trunk_conv',
    up: (index) => `upconv${index}`,
    hr: () => 'HRconv',
    last: () => 'conv_last',
  },
  /** xinntao/ESRGAN of 2018 and most community models: positions in a sequence of layers. */
  'esrgan-old': {
    first: 'model.0',
    dense: (block, dense, k) => `model.1.sub.${block}.RDB${dense}.conv${k}.0`,
    body: (blocks) => `model.1.sub.${blocks}`,
    up: (index) => `model.${3 * index}`,
    hr: (ups) => `model.${3 * ups + 2}`,
    last: (ups) => `model.${3 * ups + 4}`,
  },
  /** The original program. */
  seed,
  /** The original program before its upsampling blocks became modules. */
  'seed-old': { ...seed, up: (index) => `upsampling_blocks.upsampling_${index - 1}.conv` },
} satisfies Record<string, Names>;

type LayoutName = keyof typeof layouts;

/** The first filter of a dense block in each layout. */
export const landmarks = [...new Set(Object.values(layouts).map(({ dense }) => `${dense(0, 1, 1)}.weight`))];

/** Layouts that can be written. */
export const writableLayouts = ['basicsr', 'esrgan-old', 'esrgan-new', 'seed'] as const;
export type WritableLayout = (typeof writableLayouts)[number];

/** Number of occurrences of each part of a network. */
export interface PartCounts {
  readonly blocks: number;
  readonly denses: number;
  readonly convolutions: number;
  readonly ups: number;
}

/** The layout of the names of a generator, and the numbers of its parts; undefined for other networks. */
export function findLayout(
  names: ReadonlySet<string>,
): { readonly layout: LayoutName; readonly counts: PartCounts } | undefined {
  const has = (convolution: string) => names.has(`${convolution}.weight`);
  const count = (from: number, name: (index: number) => string) => {
    let index = from;
    while (has(name(index))) index++;
    return index - from;
  };
  const possible = Object.keys(layouts).filter(isLayoutName);
  const found = possible.filter((name) => has(layouts[name].first) && has(layouts[name].dense(0, 1, 1)));
  // The two layouts of the original program differ only in the upsampling blocks.
  const layout = found.find((name) => has(layouts[name].up(1))) ?? found[0];
  if (layout === undefined) return undefined;
  const { dense, up } = layouts[layout];
  return {
    layout,
    counts: {
      blocks: count(0, (block) => dense(block, 1, 1)),
      denses: count(1, (index) => dense(0, index, 1)),
      convolutions: count(1, (k) => dense(0, 1, k)),
      ups: count(1, up),
    },
  };
}

/** Names of all convolutions, in the order of `rrdbConvolutions`. */
export function convolutionNames(
  layout: LayoutName,
  { blocks, denses, convolutions, ups }: PartCounts,
): string[] {
  const { first, dense, body, up, hr, last } = layouts[layout];
  const range = (length: number, from: number) => Array.from({ length }, (_, index) => index + from);
  return [
    first,
    ...range(blocks, 0).flatMap((block) =>
      range(denses, 1).flatMap((index) => range(convolutions, 1).map((k) => dense(block, index, k))),
    ),
    body(blocks),
    ...range(ups, 1).map(up),
    hr(ups),
    last(ups),
  ];
}

/** Names of the scalars for the residual scaling in files of the original program: of each block, of its dense blocks. */
export function scalingNames({ blocks, denses }: Pick<PartCounts, 'blocks' | 'denses'>): {
  blocks: string[];
  denses: string[][];
} {
  const names = Array.from({ length: blocks }, (_, index) => `rrdb_blocks.rrdb_${index}`);
  const inside = (block: string) =>
    Array.from({ length: denses }, (_, index) => `${block}.dense_blocks.rdb_${index}.residual_scaling`);
  return { blocks: names.map((name) => `${name}.residual_scaling`), denses: names.map(inside) };
}

/** Why a layout cannot hold a generator, in words that follow "because"; undefined if it can. */
export function obstacle(layout: string, options: RrdbOptions): string | undefined {
  const { scale_factor: scale, input_unshuffle: unshuffle = 1 } = options;
  if (layout === 'seed') {
    if (unshuffle > 1)
      return `the original program has no pixel-unshuffle at its input (input_unshuffle ${unshuffle})`;
    if (scale === 8) return 'the original program builds four upsampling blocks for x8, which results in x16';
    return undefined;
  }
  if (options.use_subpixel_conv) return 'it does not support sub-pixel convolutions';
  if (options.num_dense_blocks !== 3)
    return `it needs 3 dense blocks per block, and this model has ${options.num_dense_blocks}`;
  if (options.num_residual_blocks !== 5)
    return `it needs 5 convolutions per dense block, and this model has ${options.num_residual_blocks}`;
  if (options.residual_scaling !== 0.2)
    return `it needs a residual scaling of 0.2, and this model has ${options.residual_scaling}`;
  if (layout === 'basicsr') {
    if (scale * unshuffle !== 4)
      return `BasicSR builds x${scale} differently: always two upsampling blocks, after a pixel-unshuffle for x2 and x1`;
    return undefined;
  }
  if (unshuffle > 1)
    return `only BasicSR supports a pixel-unshuffle at the input (input_unshuffle ${unshuffle})`;
  if (layout === 'esrgan-new' && scale !== 2 && scale !== 4)
    return `it supports x2 and x4, and this model is x${scale}`;
  return undefined;
}

/** The tensors by the names of a layout, and how the layout's program wraps them in a `.pth`. */
export function arrange(layout: string, options: RrdbOptions, parameters: TensorMap, metadata: Metadata) {
  if (!isLayoutName(layout)) throw new Error(`There is no layout ${layout}.`);
  return { tensors: rename(layout, options, parameters), pth: wrapping(layout, options, metadata) };
}

function wrapping(layout: LayoutName, options: RrdbOptions, metadata: Metadata) {
  if (layout === 'basicsr') return { wrapper: 'params', beside: metadata };
  if (layout !== 'seed') return {};
  const { type: _type, img_channels, scale_factor, input_unshuffle: _unshuffle, ...generator } = options;
  const own = Object.entries(metadata).filter(([key]) => !key.startsWith('hparams.'));
  return {
    wrapper: 'model_state_dict',
    beside: { ...Object.fromEntries(own), hparams: { img_channels, scale_factor, generator } },
  };
}

function rename(layout: LayoutName, options: RrdbOptions, parameters: TensorMap): TensorMap {
  const counts = {
    blocks: options.num_basic_blocks,
    denses: options.num_dense_blocks,
    convolutions: options.num_residual_blocks,
    ups: upsamplings(options),
  };
  const own = convolutionNames('basicsr', counts);
  const renamed: TensorMap = new Map();
  for (const [index, name] of convolutionNames(layout, counts).entries()) {
    for (const part of ['weight', 'bias']) {
      const tensor = parameters.get(`${own[index]}.${part}`);
      if (tensor === undefined) throw new Error(`The generator has no ${own[index]}.${part}.`);
      renamed.set(`${name}.${part}`, tensor);
    }
  }
  if (layout === 'seed') {
    const { blocks, denses } = scalingNames(counts);
    const scaling = { shape: [], data: Float32Array.of(options.residual_scaling) };
    for (const name of [...blocks, ...denses.flat()]) renamed.set(name, scaling);
  }
  return renamed;
}

function isLayoutName(name: string): name is LayoutName {
  return name in layouts;
}
