import type { HostTensor } from '../../engine/engine.ts';
import type { UniformRandom } from '../random.ts';
import { type CompactOptions, compactLayers } from './shapes.ts';

/** PyTorch's initial slope of a PReLU (He et al. 2015). */
const initialSlope = 0.25;

/** Of negative values, by activation. */
const slopes: Readonly<Record<CompactOptions['act'], number>> = {
  prelu: initialSlope,
  relu: 0,
  leakyrelu: 0.1,
};

/** Of the last convolution: the first images are upscaled by nearest neighbor, and nearly nothing is added. */
const lastFactor = 0.1;

/**
 * Random initial weights by name, filters `[O, I, 3, 3]`: uniform, with the variance of He et al. (2015) that preserves the size
 * of the maps from layer to layer, and no biases. Real-ESRGAN has PyTorch's defaults, which more than halve the maps in each
 * layer: what is left after 16 of them does not depend on the image, and thousands of steps pass before the network learns.
 */
export function initialCompact(options: CompactOptions, random: UniformRandom): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  const slope = slopes[options.act];
  for (const { name, inputs, outputs, activation } of compactLayers(options)) {
    const shape = [outputs, inputs, 3, 3];
    const bound =
      activation === undefined
        ? lastFactor * Math.sqrt(3 / (9 * inputs))
        : Math.sqrt(6 / ((1 + slope ** 2) * 9 * inputs));
    const uniform = () => (2 * random.next() - 1) * bound;
    const data = Float32Array.from({ length: 9 * inputs * outputs }, uniform);
    tensors.set(`${name}.weight`, { shape, data });
    tensors.set(`${name}.bias`, { shape: [outputs], data: new Float32Array(outputs) });
    if (options.act === 'prelu' && activation !== undefined) {
      const data = new Float32Array(outputs).fill(initialSlope);
      tensors.set(`${activation}.weight`, { shape: [outputs], data });
    }
  }
  return tensors;
}
