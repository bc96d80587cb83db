/** Hyperparameters of the discriminator, by the names of the run file. */
export interface DiscriminatorOptions {
  readonly img_channels: number;
  /** Output channels of each convolution. */
  readonly vgg_blk_ch: readonly number[];
  /** Width of each hidden fully connected layer. */
  readonly fc_features: readonly number[];
}

export function discriminatorOptions(config: {
  readonly img_channels: number;
  readonly discriminator: Omit<DiscriminatorOptions, 'img_channels'>;
}): DiscriminatorOptions {
  return { img_channels: config.img_channels, ...config.discriminator };
}

/** The features are pooled to this height and width, so that patches can have any size. */
export const pooledSide = 7;

/** A 3x3 convolution with its normalization. */
interface DiscriminatorBlock {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** 2 if inputs and outputs are equal in number. */
  readonly stride: 1 | 2;
  /** Whether it has batch normalization instead of a bias: all but the first block. */
  readonly isNormalized: boolean;
}

/** The convolutions in order. */
export function discriminatorBlocks({
  img_channels,
  vgg_blk_ch,
}: DiscriminatorOptions): DiscriminatorBlock[] {
  const widths = [img_channels, ...vgg_blk_ch];
  return vgg_blk_ch.map((outputs, index) => {
    const inputs = widths[index]!;
    const stride = inputs === outputs ? 2 : 1;
    return { name: `features.block_${index}`, inputs, outputs, stride, isNormalized: index > 0 };
  });
}

/** A fully connected layer. */
interface DiscriminatorLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** The fully connected layers in order; the last one computes the logit. */
export function discriminatorLayers({ vgg_blk_ch, fc_features }: DiscriminatorOptions): DiscriminatorLayer[] {
  const widths = [vgg_blk_ch.at(-1)! * pooledSide ** 2, ...fc_features, 1];
  return widths.slice(1).map((outputs, index) => ({
    name: index < fc_features.length ? `head.block_${index}.linear` : 'head.linear_out',
    inputs: widths[index]!,
    outputs,
  }));
}

/**
 * Shapes of the parameters in files, as in PyTorch: filters `[O, I, 3, 3]`, matrices `[out, in]`, vectors.
 */
export function discriminatorParameters(options: DiscriminatorOptions): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, inputs, outputs, isNormalized } of discriminatorBlocks(options)) {
    shapes.set(`${name}.conv.weight`, [outputs, inputs, 3, 3]);
    if (isNormalized) shapes.set(`${name}.bn.weight`, [outputs]);
    shapes.set(isNormalized ? `${name}.bn.bias` : `${name}.conv.bias`, [outputs]);
  }
  for (const { name, inputs, outputs } of discriminatorLayers(options)) {
    shapes.set(`${name}.weight`, [outputs, inputs]);
    shapes.set(`${name}.bias`, [outputs]);
  }
  return shapes;
}

/** Shapes of the running statistics of batch normalization, which are for inference. */
export function discriminatorStatistics(options: DiscriminatorOptions): Map<string, readonly number[]> {
  return new Map(
    discriminatorBlocks(options)
      .filter(({ isNormalized }) => isNormalized)
      .flatMap(({ name, outputs }): [string, readonly number[]][] => [
        [`${name}.bn.running_mean`, [outputs]],
        [`${name}.bn.running_var`, [outputs]],
      ]),
  );
}
