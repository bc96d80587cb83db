import type { DiscriminatorLayer, DiscriminatorShapes } from '../shapes.ts';
import { type SpectralConvolution, spectralShapes } from '../spectral/shapes.ts';

/** Hyperparameters of the PatchGAN discriminator, by the names of the run file. */
export interface PatchganOptions {
  readonly type: 'patchgan';
  readonly img_channels: number;
  readonly num_feat: number;
  /** Number of convolutions that halve the map. */
  readonly n_layers: number;
  /** Zeros around each map before its convolution, on each side. */
  readonly padding: 1 | 2;
}

/** Maps have at most so many channels, times `num_feat`, as in pix2pix and KAIR. */
const widest = 8;

/** The convolutions in order, with the names of KAIR and traiNNer-redux: positions in a list of layers. */
export function patchganConvolutions({
  img_channels,
  num_feat,
  n_layers,
  padding,
}: PatchganOptions): SpectralConvolution[] {
  const common = { kernel: 4, padding, isNormalized: true, hasBias: true } as const;
  const widths = Array.from({ length: n_layers + 1 }, (_, index) => num_feat * Math.min(2 ** index, widest));
  const hidden = widths.map(
    (outputs, index): SpectralConvolution => ({
      ...common,
      name: `model.${2 * index}`,
      inputs: widths[index - 1] ?? img_channels,
      outputs,
      stride: index < n_layers ? 2 : 1,
    }),
  );
  const name = `model.${2 * hidden.length}`;
  return [...hidden, { ...common, name, inputs: widths.at(-1)!, outputs: 1, stride: 1 }];
}

export function patchganShapes(options: PatchganOptions): DiscriminatorShapes {
  const convolutions = patchganConvolutions(options);
  return {
    ...spectralShapes(convolutions),
    features: convolutions.length - 1,
    layers(height, width) {
      let [h, w] = [height, width];
      const sizeAfter = (size: number, { kernel, stride, padding }: SpectralConvolution) =>
        Math.floor((size + 2 * padding - kernel) / stride) + 1;
      return convolutions.map((convolution): DiscriminatorLayer => {
        const { inputs, outputs, kernel } = convolution;
        [h, w] = [sizeAfter(h, convolution), sizeAfter(w, convolution)];
        return { multiplications: kernel ** 2 * inputs * outputs, channels: outputs, size: [h, w] };
      });
    },
  };
}
