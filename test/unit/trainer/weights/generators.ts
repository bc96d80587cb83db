import { createRandom } from '../../../../trainer/data/random.ts';
import type { CompactOptions } from '../../../../trainer/models/compact/shapes.ts';
import type { RealplksrOptions } from '../../../../trainer/models/realplksr/shapes.ts';
import { type RrdbOptions, rrdbConvolutions } from '../../../../trainer/models/rrdb/shapes.ts';
import { type GeneratorOptions, generatorShapes } from '../../../../trainer/models/shapes.ts';
import type { SpanOptions } from '../../../../trainer/models/span/shapes.ts';
import type { Tensor, TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import type { Generator } from '../../../../trainer/weights/generator-file.ts';

/** A small net that BasicSR has. */
export const smallOptions: RrdbOptions = {
  type: 'rrdb',
  img_channels: 3,
  scale_factor: 4,
  rrdb_channels: 4,
  growth_channels: 3,
  num_basic_blocks: 2,
  num_dense_blocks: 3,
  num_residual_blocks: 5,
  residual_scaling: 0.2,
  use_subpixel_conv: false,
};

/** A generator with random weights that keep the signal alive, the same for the same seed. */
export function randomGenerator(
  options: Partial<RrdbOptions> = {},
  seed = 1,
): Generator & { readonly options: RrdbOptions } {
  const all = { ...smallOptions, ...options };
  const random = createRandom(seed, 'generator');
  const parameters: TensorMap = new Map();
  for (const { name, inputs, outputs } of rrdbConvolutions(all)) {
    const bound = 1.5 / Math.sqrt(9 * inputs);
    const uniform = () => (2 * random.next() - 1) * bound;
    const weight = Float32Array.from({ length: outputs * inputs * 9 }, uniform);
    parameters.set(`${name}.weight`, { shape: [outputs, inputs, 3, 3], data: weight });
    parameters.set(`${name}.bias`, {
      shape: [outputs],
      data: Float32Array.from({ length: outputs }, uniform),
    });
  }
  return { options: all, parameters };
}

/** A compact generator with random weights and slopes, the same for the same seed. */
export function randomCompact(
  options: Partial<CompactOptions> = {},
  seed = 1,
): Generator & { readonly options: CompactOptions } {
  return randomOf(
    {
      type: 'compact',
      img_channels: 3,
      scale_factor: 4,
      num_feat: 5,
      num_conv: 2,
      act: 'prelu',
      ...options,
    },
    seed,
  );
}

/** A SPAN generator with random weights, the same for the same seed. */
export function randomSpan(
  options: Partial<SpanOptions> = {},
  seed = 1,
): Generator & { readonly options: SpanOptions } {
  return randomOf(
    {
      type: 'span',
      img_channels: 3,
      scale_factor: 4,
      feature_channels: 5,
      num_blocks: 2,
      norm: false,
      img_range: 255,
      ...options,
    },
    seed,
  );
}

/** A RealPLKSR generator with random weights, the same for the same seed. */
export function randomRealplksr(
  options: Partial<RealplksrOptions> = {},
  seed = 1,
): Generator & { readonly options: RealplksrOptions } {
  return randomOf(
    {
      type: 'realplksr',
      img_channels: 3,
      scale_factor: 4,
      dim: 8,
      n_blocks: 1,
      kernel_size: 7,
      split_ratio: 0.25,
      use_ea: true,
      norm_groups: 4,
      layer_norm: false,
      ...options,
    },
    seed,
  );
}

function randomOf<Options extends GeneratorOptions>(options: Options, seed: number) {
  const random = createRandom(seed, 'generator');
  const parameters: TensorMap = new Map();
  for (const [name, shape] of generatorShapes(options).parameters) {
    const fanIn = shape.length === 4 ? shape.slice(1).reduce((product, size) => product * size, 1) : 9;
    const uniform = () => ((2 * random.next() - 1) * 1.5) / Math.sqrt(fanIn);
    const length = shape.reduce((product, size) => product * size, 1);
    parameters.set(name, { shape, data: Float32Array.from({ length }, uniform) });
  }
  return { options, parameters };
}

/** A tensor of zeros. */
export function zeros(...shape: number[]): Tensor {
  return { shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
}
