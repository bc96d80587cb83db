import type { HostTensor } from '../../../engine/engine.ts';
import type { UniformRandom } from '../../random.ts';
import { filterName, type SpectralConvolution, vectorNames } from './shapes.ts';

/** Iterations of the power method before the first step, as in PyTorch's `parametrizations.spectral_norm`. */
const iterations = 15;

/**
 * Random initial weights by name, filters `[O, I, kh, kw]`: PyTorch's defaults, uniform within 1 / sqrt(fan-in). The
 * vectors of spectral normalization fit the filters.
 */
export function initialSpectral(
  convolutions: readonly SpectralConvolution[],
  random: UniformRandom,
): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const convolution of convolutions) {
    const { name, inputs, outputs, kernel, hasBias, isNormalized } = convolution;
    const fanIn = inputs * kernel ** 2;
    const uniform = () => (2 * random.next() - 1) / Math.sqrt(fanIn);
    const filter = Float32Array.from({ length: outputs * fanIn }, uniform);
    tensors.set(filterName(convolution), { shape: [outputs, inputs, kernel, kernel], data: filter });
    if (hasBias) {
      const bias = Float32Array.from({ length: outputs }, uniform);
      tensors.set(`${name}.bias`, { shape: [outputs], data: bias });
    }
    if (!isNormalized) continue;
    const names = vectorNames(convolution);
    let u = unit(Float32Array.from({ length: outputs }, uniform));
    let v = new Float32Array(fanIn);
    for (let iteration = 0; iteration < iterations; iteration++) {
      v = unit(transposedProduct(filter, u, fanIn));
      u = unit(product(filter, v));
    }
    tensors.set(names.u, { shape: [outputs], data: u });
    tensors.set(names.v, { shape: [fanIn], data: v });
  }
  return tensors;
}

/** `W v` of the matrix W `[O, v.length]`. */
function product(matrix: Float32Array, v: Float32Array): Float32Array<ArrayBuffer> {
  const result = new Float32Array(matrix.length / v.length);
  for (let row = 0; row < result.length; row++) {
    let sum = 0;
    for (let column = 0; column < v.length; column++) sum += matrix[row * v.length + column]! * v[column]!;
    result[row] = sum;
  }
  return result;
}

/** `W^T u` of the matrix W `[u.length, columns]`. */
function transposedProduct(
  matrix: Float32Array,
  u: Float32Array,
  columns: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(columns);
  for (let row = 0; row < u.length; row++)
    for (let column = 0; column < columns; column++)
      result[column] = result[column]! + matrix[row * columns + column]! * u[row]!;
  return result;
}

function unit(vector: Float32Array): Float32Array<ArrayBuffer> {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(vector, (value) => value / norm);
}
