import type { Operation } from '../../config/resolved.ts';
import type { Image } from '../image.ts';
import { alphaOf, colorOf, cropImage, withAlpha } from '../image.ts';
import { imresize } from '../imresize.ts';
import { type DegradeOptions, degrade } from './degrade.ts';
import type { Applied } from './operation.ts';

/** A rectangle in LR pixels. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Least HR pixels around a patch, both sides together, that are degraded with it: filters and blocks do not end at its border. */
const context = 64;

/** Side length of a JPEG block. */
const block = 8;

/**
 * The degraded LR patch at a place of an HR image. The patch is cut out of a larger one at a random offset, so that its
 * border is like any other place and that the blocks of JPEG can begin anywhere, as in Real-ESRGAN. Of an image with alpha, the color is
 * degraded; alpha is downscaled as in LR images that are made by bicubic downscaling.
 */
export async function degradePatch(
  hr: Image,
  { left, top, width, height }: Place,
  options: Omit<DegradeOptions, 'lr'> & { readonly scale: number; readonly operations: readonly Operation[] },
): Promise<{ readonly lr: Image; readonly applied: readonly Applied[] }> {
  const { scale, operations, randomOf } = options;
  const random = randomOf('place');
  const across = spanAround(left, width, Math.floor(hr.width / scale));
  const down = spanAround(top, height, Math.floor(hr.height / scale));
  const region = cropImage(
    hr,
    across.start * scale,
    down.start * scale,
    across.length * scale,
    down.length * scale,
  );
  const lr = { width: across.length, height: down.length };
  const { lr: color, applied } = await degrade(colorOf(region), operations, { ...options, lr });
  const degraded =
    region.channels === 4 ? withAlpha(color, imresize(alphaOf(region), 1 / scale, 'uint8-replicate')) : color;
  return { lr: cropImage(degraded, left - across.start, top - down.start, width, height), applied };

  /** A span of the image around a patch, by random within a block. */
  function spanAround(start: number, length: number, available: number): { start: number; length: number } {
    // Room for a block on each side, whatever the scale; whole LR pixels, also at scale 3.
    const around = Math.max(Math.ceil(context / scale), 2 * block);
    const total = Math.min(length + around, available);
    const before =
      Math.max(0, (total - length - block) / 2) + random.integer(Math.min(block, total - length + 1));
    return { start: Math.min(Math.max(0, start - Math.floor(before)), available - total), length: total };
  }
}
