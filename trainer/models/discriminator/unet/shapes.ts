import type { DiscriminatorLayer, DiscriminatorShapes } from '../shapes.ts';
import { type SpectralConvolution, spectralShapes } from '../spectral/shapes.ts';

/** Hyperparameters of the U-Net discriminator, by the names of the run file. */
export interface UnetOptions {
  readonly type: 'unet';
  readonly img_channels: number;
  readonly num_feat: number;
  readonly skip_connection: boolean;
}

/** The patch is halved and doubled three times; with skip connections, its height and width must be multiples of this. */
export const unetAlignment = 8;

/** A convolution with the size of its result, by which the patch is divided. */
interface UnetConvolution extends SpectralConvolution {
  readonly divisor: 1 | 2 | 4 | 8;
}

/** The convolutions in order, with the names of Real-ESRGAN: three halve the map, three follow its doubling. */
export function unetConvolutions({ img_channels, num_feat: width }: UnetOptions): UnetConvolution[] {
  const plain = { kernel: 3, stride: 1, padding: 1, isNormalized: true, hasBias: false } as const;
  const halving = { ...plain, kernel: 4, stride: 2 } as const;
  const ends = { ...plain, isNormalized: false, hasBias: true } as const;
  return [
    { ...ends, name: 'conv0', inputs: img_channels, outputs: width, divisor: 1 },
    { ...halving, name: 'conv1', inputs: width, outputs: 2 * width, divisor: 2 },
    { ...halving, name: 'conv2', inputs: 2 * width, outputs: 4 * width, divisor: 4 },
    { ...halving, name: 'conv3', inputs: 4 * width, outputs: 8 * width, divisor: 8 },
    { ...plain, name: 'conv4', inputs: 8 * width, outputs: 4 * width, divisor: 4 },
    { ...plain, name: 'conv5', inputs: 4 * width, outputs: 2 * width, divisor: 2 },
    { ...plain, name: 'conv6', inputs: 2 * width, outputs: width, divisor: 1 },
    { ...plain, name: 'conv7', inputs: width, outputs: width, divisor: 1 },
    { ...plain, name: 'conv8', inputs: width, outputs: width, divisor: 1 },
    { ...ends, name: 'conv9', inputs: width, outputs: 1, divisor: 1 },
  ];
}

export function unetShapes(options: UnetOptions): DiscriminatorShapes {
  const convolutions = unetConvolutions(options);
  return {
    ...spectralShapes(convolutions),
    features: convolutions.length - 1,
    layers: (height, width) =>
      convolutions.map(({ inputs, outputs, kernel, divisor }, index): DiscriminatorLayer => {
        // The doubled map is one of its own.
        const isDoubled = divisor < (convolutions[index - 1]?.divisor ?? 1);
        return {
          multiplications: kernel ** 2 * inputs * outputs,
          channels: isDoubled ? inputs + outputs : outputs,
          size: [Math.floor(height / divisor), Math.floor(width / divisor)],
        };
      }),
  };
}
