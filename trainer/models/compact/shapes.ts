import type { GeneratorShapes, Scale } from '../shapes.ts';

/** Hyperparameters of a compact generator, by the names of the run file. */
export interface CompactOptions {
  readonly type: 'compact';
  readonly img_channels: number;
  readonly scale_factor: Scale;
  readonly num_feat: number;
  readonly num_conv: number;
  readonly act: 'prelu' | 'relu' | 'leakyrelu';
}

/** A 3x3 convolution with a bias, and the activation that follows it. */
interface CompactLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Undefined after the last convolution. */
  readonly activation?: string;
}

/**
 * Every layer of the network, in order. Files hold `<name>.weight` `[O, I, 3, 3]` and `<name>.bias` `[O]` and, with PReLU,
 * `<activation>.weight` `[O]`; the names are those of Real-ESRGAN: positions in a list of layers.
 */
export function compactLayers({
  img_channels,
  scale_factor,
  num_feat,
  num_conv,
}: CompactOptions): CompactLayer[] {
  const hidden = Array.from({ length: num_conv + 1 }, (_, index) => ({
    name: `body.${2 * index}`,
    inputs: index === 0 ? img_channels : num_feat,
    outputs: num_feat,
    activation: `body.${2 * index + 1}`,
  }));
  const last = {
    name: `body.${2 * (num_conv + 1)}`,
    inputs: num_feat,
    outputs: trunkChannels(img_channels, scale_factor),
  };
  return [...hidden, last];
}

/** Each pixel of the trunk becomes a square of pixels of the image. */
function trunkChannels(channels: number, scale: number): number {
  return channels * scale * scale;
}

export function compactShapes(options: CompactOptions): GeneratorShapes {
  const layers = compactLayers(options);
  const { img_channels, scale_factor, num_feat, act } = options;
  return {
    architecture: 'Compact',
    parameters: new Map(
      layers.flatMap(({ name, inputs, outputs, activation }): [string, readonly number[]][] => [
        [`${name}.weight`, [outputs, inputs, 3, 3]],
        [`${name}.bias`, [outputs]],
        ...(act === 'prelu' && activation !== undefined
          ? [[`${activation}.weight`, [outputs]] satisfies [string, readonly number[]]]
          : []),
      ]),
    ),
    layers: layers.map(({ inputs, outputs }) => ({
      multiplications: 9 * inputs * outputs,
      channels: outputs,
      scale: 1,
    })),
    blocks: null,
    channels: num_feat,
    alignment: 1,
    // One pixel for each 3x3 convolution.
    receptiveField: layers.length,
    trunk: { channels: trunkChannels(img_channels, scale_factor), widestInput: num_feat },
    tail: { channels: img_channels, receptiveField: 0 },
  };
}
