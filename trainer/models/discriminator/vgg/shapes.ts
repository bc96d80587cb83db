import type { DiscriminatorLayer, DiscriminatorShapes } from '../shapes.ts';

/** Hyperparameters of the VGG-style discriminator, by the names of the run file. */
export interface VggDiscriminatorOptions {
  readonly type: 'vgg';
  readonly img_channels: number;
  /** Output channels of each convolution. */
  readonly vgg_blk_ch: readonly number[];
  /** Width of each hidden fully connected layer. */
  readonly fc_features: readonly number[];
}

/** The features are pooled to this height and width, so that patches can have any size. */
export const pooledSide = 7;

/** A 3x3 convolution with its normalization. */
interface VggBlock {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** 2 if inputs and outputs are equal in number. */
  readonly stride: 1 | 2;
  /** Whether it has batch normalization instead of a bias: all but the first block. */
  readonly isNormalized: boolean;
}

/** The convolutions in order. */
export function vggBlocks({ img_channels, vgg_blk_ch }: VggDiscriminatorOptions): VggBlock[] {
  const widths = [img_channels, ...vgg_blk_ch];
  return vgg_blk_ch.map((outputs, index) => {
    const inputs = widths[index]!;
    const stride = inputs === outputs ? 2 : 1;
    return { name: `features.block_${index}`, inputs, outputs, stride, isNormalized: index > 0 };
  });
}

/** A fully connected layer. */
interface FullyConnected {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/** The fully connected layers in order; the last one computes the logit. */
export function vggHead({ vgg_blk_ch, fc_features }: VggDiscriminatorOptions): FullyConnected[] {
  const widths = [vgg_blk_ch.at(-1)! * pooledSide ** 2, ...fc_features, 1];
  return widths.slice(1).map((outputs, index) => ({
    name: index < fc_features.length ? `head.block_${index}.linear` : 'head.linear_out',
    inputs: widths[index]!,
    outputs,
  }));
}

export function vggDiscriminatorShapes(options: VggDiscriminatorOptions): DiscriminatorShapes {
  return {
    parameters: parameterShapes(options),
    statistics: new Map(
      vggBlocks(options)
        .filter(({ isNormalized }) => isNormalized)
        .flatMap(({ name, outputs }): [string, readonly number[]][] => [
          [`${name}.bn.running_mean`, [outputs]],
          [`${name}.bn.running_var`, [outputs]],
        ]),
    ),
    features: options.vgg_blk_ch.length,
    layers: (height, width) => layersOf(options, height, width),
  };
}

function parameterShapes(options: VggDiscriminatorOptions): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, inputs, outputs, isNormalized } of vggBlocks(options)) {
    shapes.set(`${name}.conv.weight`, [outputs, inputs, 3, 3]);
    if (isNormalized) shapes.set(`${name}.bn.weight`, [outputs]);
    shapes.set(isNormalized ? `${name}.bn.bias` : `${name}.conv.bias`, [outputs]);
  }
  for (const { name, inputs, outputs } of vggHead(options)) {
    shapes.set(`${name}.weight`, [outputs, inputs]);
    shapes.set(`${name}.bias`, [outputs]);
  }
  return shapes;
}

/** The convolutions; the fully connected layers are small in comparison. */
function layersOf(options: VggDiscriminatorOptions, height: number, width: number): DiscriminatorLayer[] {
  let [h, w] = [height, width];
  return vggBlocks(options).map(({ inputs, outputs, stride, isNormalized }) => {
    [h, w] = [Math.ceil(h / stride), Math.ceil(w / stride)];
    return {
      multiplications: 9 * inputs * outputs,
      channels: isNormalized ? 2 * outputs : outputs,
      size: [h, w],
    };
  });
}
