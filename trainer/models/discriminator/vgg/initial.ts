import type { HostTensor } from '../../../engine/engine.ts';
import type { UniformRandom } from '../../random.ts';
import { type VggDiscriminatorOptions, vggDiscriminatorShapes } from './shapes.ts';

/**
 * Random initial weights and initial running statistics by name: PyTorch's defaults, as in the original program. Weights
 * and biases are uniform within 1 / sqrt(fan-in). Batch normalization starts as the identity, with running mean 0 and
 * running variance 1.
 */
export function initialVgg(options: VggDiscriminatorOptions, random: UniformRandom): Map<string, HostTensor> {
  const { parameters, statistics } = vggDiscriminatorShapes(options);
  const tensors = new Map<string, HostTensor>();
  let bound = 0;
  for (const [name, shape] of parameters) {
    const length = shape.reduce((product, dimension) => product * dimension, 1);
    // A bias follows its weight and has the same bound.
    if (shape.length > 1) bound = 1 / Math.sqrt(length / shape[0]!);
    const uniform = () => (2 * random.next() - 1) * bound;
    const data = name.includes('.bn.')
      ? new Float32Array(length).fill(name.endsWith('.weight') ? 1 : 0)
      : Float32Array.from({ length }, uniform);
    tensors.set(name, { shape, data });
  }
  for (const [name, shape] of statistics) {
    tensors.set(name, { shape, data: new Float32Array(shape[0]!).fill(name.endsWith('var') ? 1 : 0) });
  }
  return tensors;
}
