import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FloatImage } from '../../../../trainer/data/image.ts';
import { type ImageHeader, withPixels } from '../../../../trainer/upscale/image-file.ts';

/** All pixels of an image at once. */
export function readPixels(header: ImageHeader): Promise<FloatImage> {
  const { width, height } = header;
  const temporary = join(tmpdir(), `${randomUUID()}.v`);
  return withPixels(header, temporary, (pixels) => pixels.read({ x: 0, y: 0, width, height }));
}
