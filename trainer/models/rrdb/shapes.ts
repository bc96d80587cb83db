import type { GeneratorShapes, Scale } from '../shapes.ts';

/** Hyperparameters of an RRDB generator, by the names of the run file. */
export interface RrdbOptions {
  readonly type: 'rrdb';
  readonly img_channels: number;
  readonly scale_factor: Scale;
  readonly rrdb_channels: number;
  readonly growth_channels: number;
  readonly num_basic_blocks: number;
  readonly num_dense_blocks: number;
  readonly num_residual_blocks: number;
  readonly residual_scaling: number;
  readonly use_subpixel_conv: boolean;
  /** Side of the squares of pixels that become channels at the input (Real-ESRGAN's networks for x2 and x1). */
  readonly input_unshuffle?: 2 | 4;
}

/** Number of x2 upsampling blocks: log2 of the scale after the pixel-unshuffle. */
export function upsamplings(options: RrdbOptions): number {
  return Math.log2(options.scale_factor * (options.input_unshuffle ?? 1));
}

/** A 3x3 convolution with a bias. */
interface RrdbConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Width and height of its map relative to those of the low-resolution image. */
  readonly scale: number;
}

/**
 * Every convolution of the network, in order. Files hold `<name>.weight` `[O, I, 3, 3]` and `<name>.bias` `[O]`; the
 * names are those of BasicSR, Real-ESRGAN and spandrel.
 */
export function rrdbConvolutions(options: RrdbOptions): RrdbConvolution[] {
  const { img_channels: image, rrdb_channels: trunk, growth_channels: growth, input_unshuffle = 1 } = options;
  const { use_subpixel_conv: isSubpixel, scale_factor: full } = options;
  const scale = 1 / input_unshuffle;
  const list = [{ name: 'conv_first', inputs: image * input_unshuffle ** 2, outputs: trunk, scale }];
  for (let block = 0; block < options.num_basic_blocks; block++) {
    for (let dense = 1; dense <= options.num_dense_blocks; dense++) {
      for (let k = 1; k <= options.num_residual_blocks; k++) {
        const name = `body.${block}.rdb${dense}.conv${k}`;
        const outputs = k < options.num_residual_blocks ? growth : trunk;
        list.push({ name, inputs: trunk + (k - 1) * growth, outputs, scale });
      }
    }
  }
  list.push({ name: 'conv_body', inputs: trunk, outputs: trunk, scale });
  for (let up = 1; up <= upsamplings(options); up++) {
    list.push({
      name: `conv_up${up}`,
      inputs: trunk,
      outputs: isSubpixel ? 4 * trunk : trunk,
      scale: scale * 2 ** (isSubpixel ? up - 1 : up),
    });
  }
  list.push({ name: 'conv_hr', inputs: trunk, outputs: trunk, scale: full });
  list.push({ name: 'conv_last', inputs: trunk, outputs: image, scale: full });
  return list;
}

export function rrdbShapes(options: RrdbOptions): GeneratorShapes {
  const convolutions = rrdbConvolutions(options);
  const { rrdb_channels, growth_channels, num_residual_blocks, input_unshuffle: alignment = 1 } = options;
  const tail = { channels: rrdb_channels, receptiveField: tailReceptiveField(options) };
  const trunkConvolutions = 2 + options.num_basic_blocks * options.num_dense_blocks * num_residual_blocks;
  return {
    architecture: 'ESRGAN',
    parameters: new Map(
      convolutions.flatMap(({ name, inputs, outputs }): [string, readonly number[]][] => [
        [`${name}.weight`, [outputs, inputs, 3, 3]],
        [`${name}.bias`, [outputs]],
      ]),
    ),
    layers: convolutions.map(({ inputs, outputs, scale }) => ({
      multiplications: 9 * inputs * outputs,
      channels: outputs,
      scale,
    })),
    blocks: options.num_basic_blocks,
    channels: rrdb_channels,
    alignment,
    // One pixel for each 3x3 convolution.
    receptiveField: alignment * (trunkConvolutions + tail.receptiveField) + (alignment - 1),
    trunk: {
      channels: rrdb_channels,
      widestInput: rrdb_channels + (num_residual_blocks - 1) * growth_channels,
    },
    tail,
    ...(options.scale_factor === 3 && { problem: noTripling }),
  };
}

const noTripling = {
  path: ['scale_factor'],
  message: 'an RRDB generator doubles the image: for `scale_factor` 3, choose another `generator.type`',
};

function tailReceptiveField(options: RrdbOptions): number {
  // A convolution at twice the resolution adds half a pixel. conv_hr and conv_last work at full resolution.
  let radius = 2 / (options.scale_factor * (options.input_unshuffle ?? 1));
  for (let up = 1; up <= upsamplings(options); up++) {
    radius += 1 / (options.use_subpixel_conv ? 2 ** (up - 1) : 2 ** up);
  }
  return Math.ceil(radius);
}
