import type { GeneratorShapes, Scale } from '../shapes.ts';

/** Hyperparameters of a SPAN generator, by the names of the run file. */
export interface SpanOptions {
  readonly type: 'span';
  readonly img_channels: number;
  readonly scale_factor: Scale;
  readonly feature_channels: number;
  readonly num_blocks: number;
  /** Whether the network subtracts the mean color and multiplies by `img_range` first. */
  readonly norm: boolean;
  readonly img_range: number;
}

/** Mean color of DIV2K, which the published network subtracts. Images that are not RGB have the mean of the three. */
export function meanColor(channels: number): readonly number[] {
  const rgb = [0.4488, 0.4371, 0.404];
  return channels === 3 ? rgb : Array(channels).fill(rgb.reduce((sum, value) => sum + value, 0) / 3);
}

export interface SpanConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** 3: a merged convolution (Conv3XC), see {@link branches}. */
  readonly kind: 'merged' | '3x3' | '1x1';
}

/** Every convolution, in the order of files; the names are those of SPAN's authors, neosr, traiNNer-redux and spandrel. */
export function spanConvolutions(options: SpanOptions): SpanConvolution[] {
  const { img_channels: image, scale_factor: scale, feature_channels: features } = options;
  const merged = (name: string, inputs = features): SpanConvolution => ({
    name,
    inputs,
    outputs: features,
    kind: 'merged',
  });
  const blocks = Array.from({ length: options.num_blocks }, (_, index) =>
    [1, 2, 3].map((k) => merged(`block_${index + 1}.c${k}_r`)),
  );
  return [
    merged('conv_1', image),
    ...blocks.flat(),
    { name: 'conv_cat', inputs: 4 * features, outputs: features, kind: '1x1' },
    merged('conv_2'),
    { name: 'upsampler.0', inputs: features, outputs: image * scale ** 2, kind: '3x3' },
  ];
}

export type Branch = 'sk' | 'conv.0' | 'conv.1' | 'conv.2';

/**
 * The convolutions that a merged one is trained as, with their filters `[O, I, kh, kw]`: the 1x1 convolution `sk`, plus 1x1,
 * 3x3 and 1x1 convolutions in a row with twice the channels between them. Together they are one 3x3 convolution.
 */
export function branches({ name, inputs, outputs }: Omit<SpanConvolution, 'kind'>) {
  const branch = (key: Branch, shape: readonly [number, number, number, number]) => ({
    name: `${name}.${key}`,
    branch: key,
    shape,
  });
  return [
    branch('sk', [outputs, inputs, 1, 1]),
    branch('conv.0', [2 * inputs, inputs, 1, 1]),
    branch('conv.1', [2 * outputs, 2 * inputs, 3, 3]),
    branch('conv.2', [outputs, 2 * outputs, 1, 1]),
  ];
}

interface TrainedConvolution {
  readonly name: string;
  /** Of its filter, `[O, I, kh, kw]`. */
  readonly shape: readonly number[];
}

export function trainedConvolutions(options: SpanOptions): TrainedConvolution[] {
  return spanConvolutions(options).flatMap((convolution): TrainedConvolution[] => {
    const { name, inputs, outputs, kind } = convolution;
    if (kind === 'merged') return branches(convolution);
    return [{ name, shape: [outputs, inputs, ...(kind === '1x1' ? [1, 1] : [3, 3])] }];
  });
}

export function spanShapes(options: SpanOptions): GeneratorShapes {
  const { img_channels, scale_factor, feature_channels, num_blocks } = options;
  const convolutions = spanConvolutions(options);
  return {
    architecture: 'SPAN',
    parameters: new Map(
      trainedConvolutions(options).flatMap(({ name, shape }): [string, readonly number[]][] => [
        [`${name}.weight`, shape],
        [`${name}.bias`, [shape[0] ?? 0]],
      ]),
    ),
    mergedParameters: convolutions.reduce(
      (sum, { inputs, outputs, kind }) => sum + (kind === '1x1' ? 1 : 9) * inputs * outputs + outputs,
      0,
    ),
    layers: convolutions.map(({ inputs, outputs, kind }) => ({
      multiplications: (kind === '1x1' ? 1 : 9) * inputs * outputs,
      channels: outputs,
      scale: 1,
    })),
    blocks: num_blocks,
    channels: feature_channels,
    alignment: 1,
    // One pixel for each 3x3 convolution.
    receptiveField: convolutions.filter(({ kind }) => kind !== '1x1').length,
    trunk: { channels: img_channels * scale_factor ** 2, widestInput: 4 * feature_channels },
    tail: { channels: img_channels, receptiveField: 0 },
  };
}
