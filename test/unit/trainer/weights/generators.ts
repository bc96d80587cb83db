import { createRandom } from '../../../../trainer/data/random.ts';
import { type RrdbOptions, rrdbConvolutions } from '../../../../trainer/models/rrdb/shapes.ts';
import type { TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import type { Generator } from '../../../../trainer/weights/generator-file.ts';

/** A small net that BasicSR has. */
export const smallOptions: RrdbOptions = {
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
export function randomGenerator(options: Partial<RrdbOptions> = {}, seed = 1): Generator {
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
