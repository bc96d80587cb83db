import type { GeneratorShapes, Scale } from '../shapes.ts';

/** Hyperparameters of a RealPLKSR generator, by the names of the run file. */
export interface RealplksrOptions {
  readonly type: 'realplksr';
  readonly img_channels: number;
  readonly scale_factor: Scale;
  readonly dim: number;
  readonly n_blocks: number;
  /** Odd. */
  readonly kernel_size: number;
  /** Part of the channels that the large kernel convolves. */
  readonly split_ratio: number;
  /** Whether blocks have element-wise attention. */
  readonly use_ea: boolean;
  /** Groups of the normalization at the end of each block; without effect with `layer_norm`. */
  readonly norm_groups: number;
  /** Whether each block instead normalizes its input, over the channels of each pixel. */
  readonly layer_norm: boolean;
}

interface RealplksrConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Of the filter. */
  readonly size: number;
}

/** Channels that the large kernel convolves. */
export function largeKernelChannels({ dim, split_ratio }: RealplksrOptions): number {
  return Math.trunc(dim * split_ratio);
}

/** Name of a block, from 0: a position in a list of layers. */
export function blockName(index: number): string {
  return `feats.${index + 1}`;
}

/** Name of the last convolution, after the blocks and a dropout. */
export function lastName({ n_blocks }: RealplksrOptions): string {
  return `feats.${n_blocks + 2}`;
}

/** Name of a block's normalization: after it, of groups, or before it, of each pixel. */
export function normName(block: string, { layer_norm }: RealplksrOptions): string {
  return `${block}.${layer_norm ? 'layer_norm' : 'norm'}`;
}

/** Every convolution, in order; the names are those of neosr, traiNNer-redux and spandrel. */
export function realplksrConvolutions(options: RealplksrOptions): RealplksrConvolution[] {
  const { img_channels: image, scale_factor: scale, dim, n_blocks, kernel_size, use_ea } = options;
  const large = largeKernelChannels(options);
  const blocks = Array.from({ length: n_blocks }, (_, index): RealplksrConvolution[] => {
    const name = blockName(index);
    return [
      { name: `${name}.channel_mixer.0`, inputs: dim, outputs: 2 * dim, size: 3 },
      { name: `${name}.channel_mixer.2`, inputs: 2 * dim, outputs: dim, size: 3 },
      { name: `${name}.lk.conv`, inputs: large, outputs: large, size: kernel_size },
      ...(use_ea ? [{ name: `${name}.attn.f.0`, inputs: dim, outputs: dim, size: 3 }] : []),
      { name: `${name}.refine`, inputs: dim, outputs: dim, size: 1 },
    ];
  });
  return [
    { name: 'feats.0', inputs: image, outputs: dim, size: 3 },
    ...blocks.flat(),
    { name: lastName(options), inputs: dim, outputs: image * scale ** 2, size: 3 },
  ];
}

export function realplksrShapes(options: RealplksrOptions): GeneratorShapes {
  const { img_channels, scale_factor, dim, n_blocks } = options;
  const convolutions = realplksrConvolutions(options);
  const norms = Array.from({ length: n_blocks }, (_, index) => normName(blockName(index), options));
  return {
    architecture: 'RealPLKSR',
    parameters: new Map([
      ...convolutions.flatMap(({ name, inputs, outputs, size }): [string, readonly number[]][] => [
        [`${name}.weight`, [outputs, inputs, size, size]],
        [`${name}.bias`, [outputs]],
      ]),
      ...norms.flatMap((name): [string, readonly number[]][] => [
        [`${name}.weight`, [dim]],
        [`${name}.bias`, [dim]],
      ]),
    ]),
    layers: convolutions.map(({ inputs, outputs, size }) => ({
      multiplications: size ** 2 * inputs * outputs,
      channels: outputs,
      scale: 1,
    })),
    blocks: n_blocks,
    channels: dim,
    alignment: 1,
    // Of the convolutions. Groups are normalized over the whole image: tiles then differ a little.
    receptiveField: convolutions.reduce((radius, { size }) => radius + (size - 1) / 2, 0),
    trunk: { channels: img_channels * scale_factor ** 2, widestInput: 2 * dim },
    tail: { channels: img_channels, receptiveField: 0 },
    problem: problemOf(options),
  };
}

function problemOf(options: RealplksrOptions): GeneratorShapes['problem'] {
  const { dim, split_ratio, norm_groups, layer_norm } = options;
  if (largeKernelChannels(options) === 0) {
    const message = `\`split_ratio\` ${split_ratio} of ${dim} channels is less than one channel: raise it, or \`dim\``;
    return { path: ['generator', 'split_ratio'], message };
  }
  if (!layer_norm && dim % norm_groups !== 0) {
    const message = `the ${dim} channels (\`dim\`) cannot be divided into ${norm_groups} groups: choose a divisor of ${dim}`;
    return { path: ['generator', 'norm_groups'], message };
  }
  return undefined;
}
