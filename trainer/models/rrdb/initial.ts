import type { Random } from '../../data/random.ts';
import type { HostTensor } from '../../engine/engine.ts';
import { type GeneratorOptions, generatorConvolutions } from './shapes.ts';

/**
 * Random weights to begin with, by name, filters `[O, I, 3, 3]`.
 *
 * Convolutions of dense blocks get a tenth of He's normal initialisation (He et al. 2015) and no bias, as
 * the paper asks for in section 3.1; without it, deep nets of residual blocks start unstable. The others
 * get the uniform distribution that PyTorch gives by default, of bound 1 / sqrt(fan-in), as do their biases.
 */
export function initialGenerator(options: GeneratorOptions, random: Random): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const { name, inputs, outputs } of generatorConvolutions(options)) {
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

/** A standard normal number, by the method of Box and Muller (1958). */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
