import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FloatImage } from '../../../trainer/data/image.ts';
import { type PictureHeader, withPixels } from '../../../trainer/upscale/picture.ts';

/** All pixels of a picture at once. */
export function readPixels(header: PictureHeader): Promise<FloatImage> {
  const { width, height } = header;
  const temporary = join(tmpdir(), `${randomUUID()}.v`);
  return withPixels(header, temporary, (pixels) => pixels.read({ x: 0, y: 0, width, height }));
}
