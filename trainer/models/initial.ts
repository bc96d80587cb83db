import type { HostTensor } from '../engine/engine.ts';
import type { UniformRandom } from './random.ts';

/**
 * PyTorch's initial weights of a convolution: `<name>.weight` and `<name>.bias` are uniform within 1 / sqrt(fan-in).
 *
 * @param shape of the filter, `[O, I, kh, kw]`
 */
export function uniformConvolution(
  name: string,
  shape: readonly number[],
  random: UniformRandom,
): [string, HostTensor][] {
  const [outputs = 0, ...rest] = shape;
  const fanIn = rest.reduce((product, size) => product * size, 1);
  const uniform = () => (2 * random.next() - 1) / Math.sqrt(fanIn);
  return [
    [`${name}.weight`, { shape, data: Float32Array.from({ length: outputs * fanIn }, uniform) }],
    [`${name}.bias`, { shape: [outputs], data: Float32Array.from({ length: outputs }, uniform) }],
  ];
}

/** A standard normal number, by the method of Box and Muller (1958). */
export function normal(random: UniformRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
