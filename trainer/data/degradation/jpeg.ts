import type { JPEGOperation, WebPOperation } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';
import { toFloatImage, toImage } from '../image.ts';
import { compressJpeg, compressWebp } from './compress.ts';
import { drawInteger } from './draw.ts';
import type { Context, Step } from './operation.ts';

/** JPEG compression with a random quality. */
export async function jpeg(image: FloatImage, operation: JPEGOperation, { random }: Context): Promise<Step> {
  const quality = drawInteger(operation.quality, random);
  const chroma = random.chance(operation.halved_chroma) ? '4:2:0' : '4:4:4';
  return {
    image: toFloatImage(await compressJpeg(toImage(image), quality, chroma)),
    drawn: { quality, chroma },
  };
}

/** WebP compression with a random quality. */
export async function webp(image: FloatImage, operation: WebPOperation, { random }: Context): Promise<Step> {
  const quality = drawInteger(operation.quality, random);
  return { image: toFloatImage(await compressWebp(toImage(image), quality)), drawn: { quality } };
}
