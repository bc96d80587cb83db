import type { SincOperation } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';
import { drawNumber, drawOdd } from './draw.ts';
import { filter } from './filter.ts';
import { sincKernel } from './kernels.ts';
import type { Context, Step } from './operation.ts';

/** A sinc filter with a random cutoff, as at the end of Real-ESRGAN (Wang et al. 2021, section 3.3). */
export function sinc(image: FloatImage, operation: SincOperation, { random }: Context): Step {
  const size = drawOdd(operation.size, random);
  const cutoff = Math.min(drawNumber(operation.cutoff, random), Math.PI);
  return { image: filter(image, sincKernel(size, cutoff)), drawn: { size, cutoff } };
}
