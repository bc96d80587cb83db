import type { TensorShapes } from '../../shapes.ts';

/** A convolution of a discriminator without batch normalization. */
export interface SpectralConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the filter. */
  readonly kernel: 3 | 4;
  readonly stride: 1 | 2;
  readonly padding: 1 | 2;
  /** Whether its weight has spectral normalization. */
  readonly isNormalized: boolean;
  readonly hasBias: boolean;
}

/** Name of the filter; with spectral normalization, of the filter before it, as in PyTorch's `spectral_norm`. */
export function filterName({ name, isNormalized }: SpectralConvolution): string {
  return isNormalized ? `${name}.weight_orig` : `${name}.weight`;
}

/** Names of the left and right singular vectors, `[O]` and `[I * kh * kw]`, of the filter as a matrix. */
export function vectorNames({ name }: SpectralConvolution): { readonly u: string; readonly v: string } {
  return { u: `${name}.weight_u`, v: `${name}.weight_v` };
}

/** Shapes of the parameters, and of the vectors of spectral normalization. */
export function spectralShapes(convolutions: readonly SpectralConvolution[]): {
  parameters: TensorShapes;
  statistics: TensorShapes;
} {
  const parameters = new Map<string, readonly number[]>();
  const statistics = new Map<string, readonly number[]>();
  for (const convolution of convolutions) {
    const { name, inputs, outputs, kernel, hasBias, isNormalized } = convolution;
    parameters.set(filterName(convolution), [outputs, inputs, kernel, kernel]);
    if (hasBias) parameters.set(`${name}.bias`, [outputs]);
    if (!isNormalized) continue;
    const { u, v } = vectorNames(convolution);
    statistics.set(u, [outputs]);
    statistics.set(v, [inputs * kernel ** 2]);
  }
  return { parameters, statistics };
}
