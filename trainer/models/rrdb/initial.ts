import type { HostTensor } from '../../engine/engine.ts';
import { normal } from '../initial.ts';
import type { UniformRandom } from '../random.ts';
import { type RrdbOptions, rrdbConvolutions } from './shapes.ts';

/**
 * Random initial weights by name, filters `[O, I, 3, 3]`.
 *
 * Convolutions of dense blocks get He's normal initialization (He et al. 2015) times 0.1 and no bias, as in section 3.1
 * of the paper: deep networks of residual blocks are unstable at first without it. The others get PyTorch's default,
 * uniform within 1 / sqrt(fan-in), as do their biases.
 */
export function initialRrdb(options: RrdbOptions, random: UniformRandom): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const { name, inputs, outputs } of rrdbConvolutions(options)) {
    const fanIn = inputs * 9;
    const bound = 1 / Math.sqrt(fanIn);
    const uniform = () => (2 * random.next() - 1) * bound;
    const scaled = () => 0.1 * Math.sqrt(2 / fanIn) * normal(random);
    const isDense = name.startsWith('body.');
    const weight = Float32Array.from({ length: outputs * fanIn }, isDense ? scaled : uniform);
    const bias = Float32Array.from({ length: outputs }, isDense ? () => 0 : uniform);
    tensors.set(`${name}.weight`, { shape: [outputs, inputs, 3, 3], data: weight });
    tensors.set(`${name}.bias`, { shape: [outputs], data: bias });
  }
  return tensors;
}
