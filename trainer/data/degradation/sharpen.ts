import type { SharpenOperation } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';
import { drawOdd } from './draw.ts';
import { filterSeparably } from './filter.ts';
import { gaussianRow } from './kernels.ts';
import type { Context, Step } from './operation.ts';

/**
 * Unsharp masking, as in Real-ESRGAN (Wang et al. 2021, section 3.4): adds the difference from a Gaussian blur where it is
 * above the threshold. The mask of these samples is blurred as well. Clamped to 0..1.
 */
export function sharpen(image: FloatImage, operation: SharpenOperation, { random }: Context): Step {
  const { weight, threshold } = operation;
  const size = drawOdd(operation.size, random);
  const row = gaussianRow(size, sigmaOf(size));
  const blurred = filterSeparably(image, row).data;
  const isEdge = image.data.map((value, i) => (Math.abs(value - blurred[i]!) * 255 > threshold ? 1 : 0));
  const mask = filterSeparably({ ...image, data: isEdge }, row).data;
  const data = image.data.map((value, i) => {
    const sharp = Math.min(Math.max(value + weight * (value - blurred[i]!), 0), 1);
    return mask[i]! * sharp + (1 - mask[i]!) * value;
  });
  return { image: { ...image, data }, drawn: { size } };
}

/** The standard deviation that OpenCV gives a Gaussian of this side. */
function sigmaOf(size: number): number {
  return 0.3 * ((size - 1) / 2 - 1) + 0.8;
}
