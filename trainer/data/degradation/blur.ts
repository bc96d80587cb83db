import type { BlurOperation } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';
import type { Random } from '../random.ts';
import { drawKey, drawNumber, drawOdd } from './draw.ts';
import { filter, filterSeparably } from './filter.ts';
import {
  gaussianKernel,
  gaussianRow,
  generalizedKernel,
  plateauKernel,
  type Shape,
  sincKernel,
} from './kernels.ts';
import type { Context, Step } from './operation.ts';

const kernelNames = [
  'iso',
  'aniso',
  'generalized_iso',
  'generalized_aniso',
  'plateau_iso',
  'plateau_aniso',
  'sinc',
] as const;

/** Convolution with a random kernel, as in Real-ESRGAN (Wang et al. 2021, section 3.1 and supplement). */
export function blur(image: FloatImage, operation: BlurOperation, { random }: Context): Step {
  const kernel = drawKey(operation.kernels, kernelNames, random);
  const size = drawOdd(operation.size, random);
  if (kernel === 'sinc') {
    const cutoff = drawNumber([size < 13 ? Math.PI / 3 : Math.PI / 5, Math.PI], random);
    return { image: filter(image, sincKernel(size, cutoff)), drawn: { kernel, size, cutoff } };
  }
  const shape = drawShape(operation, kernel.endsWith('aniso'), random);
  const drawn = { kernel, size, ...shownShape(shape) };
  switch (kernel) {
    case 'iso':
      return { image: filterSeparably(image, gaussianRow(size, shape.sigmaX)), drawn };
    case 'aniso':
      return { image: filter(image, gaussianKernel(size, shape)), drawn };
    case 'generalized_iso':
    case 'generalized_aniso': {
      const beta = drawBeta(operation.beta_generalized, random);
      return { image: filter(image, generalizedKernel(size, shape, beta)), drawn: { ...drawn, beta } };
    }
    default: {
      const beta = drawBeta(operation.beta_plateau, random);
      return { image: filter(image, plateauKernel(size, shape, beta)), drawn: { ...drawn, beta } };
    }
  }
}

function drawShape({ sigma }: BlurOperation, isStretched: boolean, random: Random): Shape {
  const sigmaX = drawNumber(sigma, random);
  if (!isStretched) return { sigmaX, sigmaY: sigmaX, angle: 0 };
  return { sigmaX, sigmaY: drawNumber(sigma, random), angle: drawNumber([-Math.PI, Math.PI], random) };
}

function shownShape({ sigmaX, sigmaY, angle }: Shape): Step['drawn'] {
  return sigmaX === sigmaY ? { sigma: sigmaX } : { sigma_x: sigmaX, sigma_y: sigmaY, angle };
}

/** Equally likely below and above 1, and uniform on each side. */
function drawBeta([low, high]: readonly [number, number], random: Random): number {
  const middle = Math.min(Math.max(1, low), high);
  return drawNumber(random.chance(0.5) ? [low, middle] : [middle, high], random);
}
