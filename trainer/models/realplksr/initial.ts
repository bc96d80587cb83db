import type { HostTensor } from '../../engine/engine.ts';
import { normal, uniformConvolution } from '../initial.ts';
import type { UniformRandom } from '../random.ts';
import { type RealplksrOptions, realplksrConvolutions, realplksrShapes } from './shapes.ts';

/** Standard deviation of the weights in the published programs. */
const deviation = 0.02;

/**
 * Random initial weights by name, as in neosr and traiNNer-redux: normal weights of a small deviation, PyTorch's defaults
 * for biases and for the first convolution of a channel mixer, and normalizations that change nothing.
 */
export function initialRealplksr(options: RealplksrOptions, random: UniformRandom): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, shape] of realplksrShapes(options).parameters) {
    if (shape.length === 1)
      tensors.set(name, { shape, data: new Float32Array(shape[0]!).fill(name.endsWith('weight') ? 1 : 0) });
  }
  for (const { name, inputs, outputs, size } of realplksrConvolutions(options)) {
    for (const [key, { shape, data }] of uniformConvolution(name, [outputs, inputs, size, size], random)) {
      const isNormal = key.endsWith('.weight') && !name.endsWith('channel_mixer.0');
      tensors.set(key, { shape, data: isNormal ? data.map(() => deviation * normal(random)) : data });
    }
  }
  return tensors;
}
