import { type Image, toImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Rect } from '../guards/rect.ts';
import { readHeader, withPixels } from './image-file.ts';
import { upscaleLayers } from './layers.ts';
import { cropFloats } from './resize-canvas.ts';
import { scaledRect } from './tiles.ts';
import { bleedColors } from './transparency.ts';
import { contextOf, upscaleImage } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

/**
 * Upscales a region of an image file, for a preview. The pixels are those that `upscaleFile` gives the whole image: it
 * decodes, upscales layers and rounds in the same way, and the region has the context that tiles have (`contextOf`). Where the
 * whole image has other tiles, a sample may differ by a level of 8 bits. Of an animation, the first frame is used; 16 bits are
 * rounded to 8.
 *
 * @param region in pixels of the image after its EXIF orientation
 * @param temporary path whose name ends in `.v`, as for `withPixels`
 * @throws WorkbenchError `usage` if the region is not inside of the image; else as `upscaleFile`
 */
export async function upscaleRegion(
  upscaler: Upscaler,
  input: string,
  region: Rect,
  temporary: string,
  onTile: (done: number, total: number) => void,
): Promise<Image> {
  const { animation: _, ...header } = await readHeader(input);
  const [right, bottom] = [region.x + region.width, region.y + region.height];
  if (right > header.width || bottom > header.height) {
    throw new WorkbenchError(
      'usage',
      `The region of ${region.width}x${region.height} pixels at ${region.x}, ${region.y} is not inside of ${input}, which has ${header.width}x${header.height}.`,
    );
  }
  const layers = upscaleLayers(upscaler);
  const { alignment = 1, scale } = layers;
  const context = contextOf(layers);
  const x = Math.floor(Math.max(region.x - context, 0) / alignment) * alignment;
  const y = Math.floor(Math.max(region.y - context, 0) / alignment) * alignment;
  const width = Math.min(right + context, header.width) - x;
  const height = Math.min(bottom + context, header.height) - y;
  const upscaled = await withPixels(
    header,
    temporary,
    async (pixels) => {
      const image = await pixels.read({ x: 0, y: 0, width, height });
      return upscaleImage(layers, image.channels % 2 === 0 ? bleedColors(image) : image, { onTile });
    },
    undefined,
    { x, y, width, height },
  );
  const inner = { ...region, x: region.x - x, y: region.y - y };
  return toImage(cropFloats(upscaled, scaledRect(inner, scale)));
}
