/** Hyper-parameters of the generator, by the names of the run file. */
export interface GeneratorOptions {
  readonly img_channels: number;
  readonly scale_factor: 1 | 2 | 4 | 8;
  readonly rrdb_channels: number;
  readonly growth_channels: number;
  readonly num_basic_blocks: number;
  readonly num_dense_blocks: number;
  readonly num_residual_blocks: number;
  readonly residual_scaling: number;
  readonly use_subpixel_conv: boolean;
  /** Side of the squares of pixels that become channels at the input (Real-ESRGAN's nets for x2 and x1). */
  readonly input_unshuffle?: 2 | 4;
}

/** Number of x2 upsampling blocks: log2 of the scale after the input is rearranged. */
export function upsamplings(options: GeneratorOptions): number {
  return Math.log2(options.scale_factor * (options.input_unshuffle ?? 1));
}

/** A 3x3 convolution with a bias. */
export interface GeneratorConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** How many times wider and higher than the low-resolution image the map is that it works on. */
  readonly scale: number;
}

/**
 * Every convolution of the net. Files hold `<name>.weight` `[O, I, 3, 3]` and `<name>.bias` `[O]`, named as
 * BasicSR, Real-ESRGAN and spandrel do.
 */
export function generatorConvolutions(options: GeneratorOptions): GeneratorConvolution[] {
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

/** Low-resolution pixels, from each side, that an output pixel can depend on: one for each 3x3 convolution. */
export function generatorReach(options: GeneratorOptions): number {
  const trunk = 2 + options.num_basic_blocks * options.num_dense_blocks * options.num_residual_blocks;
  const { input_unshuffle: unshuffle = 1 } = options;
  return unshuffle * (trunk + generatorTailReach(options)) + (unshuffle - 1);
}

/** Pixels of the trunk's features, from each side, that an output pixel can depend on. */
export function generatorTailReach(options: GeneratorOptions): number {
  // Convolutions at twice the resolution reach half as far; conv_hr and conv_last work at full resolution.
  let reach = 2 / (options.scale_factor * (options.input_unshuffle ?? 1));
  for (let up = 1; up <= upsamplings(options); up++) {
    reach += 1 / (options.use_subpixel_conv ? 2 ** (up - 1) : 2 ** up);
  }
  return Math.ceil(reach);
}
