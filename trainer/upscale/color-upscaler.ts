import type { FloatImage } from '../data/image.ts';
import { imresizeFloat } from '../data/imresize.ts';
import type { Rect } from '../guards/rect.ts';
import { fullRangeGray } from '../metrics/luma.ts';
import { bicubicReceptiveField } from './bicubic.ts';
import { mapChannels, withPlane } from './channels.ts';
import { cropFloats } from './resize-canvas.ts';
import { scaledRect } from './tiles.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

/**
 * Makes an upscaler of RGB images from one of images with 1 (gray), 3 or 4 channels (RGB, alpha). A gray one upscales luma (BT.601,
 * full range), and Cb and Cr are upscaled by bicubic interpolation, as in the papers on networks of Y. One of 4 channels gets opaque images;
 * it upscales images with alpha by `rgba`. Closing the result closes `upscaler`.
 *
 * @param upscaler takes and makes images of `channels` channels
 */
export function colorUpscaler(upscaler: Upscaler, channels: number): Upscaler {
  const whole = (image: FloatImage): Rect => ({ x: 0, y: 0, width: image.width, height: image.height });
  if (channels === 1) {
    const ofPart = (image: FloatImage, part: Rect) => upscaleLuma(upscaler, image, part);
    return {
      ...upscaler,
      receptiveField: Math.max(upscaler.receptiveField, bicubicReceptiveField),
      upscale: (image) => ofPart(image, whole(image)),
      upscalePart: ofPart,
    };
  }
  if (channels !== 4) return upscaler;
  const ofPart = async (image: FloatImage, part: Rect) => {
    const opaque = new Float32Array(image.width * image.height).fill(1);
    const upscaled = await upscalePart(upscaler, withPlane(image, opaque), part);
    return mapChannels(upscaled, [[0], [1], [2]]);
  };
  return {
    ...upscaler,
    upscale: (image) => ofPart(image, whole(image)),
    upscalePart: ofPart,
    rgba: (image, part) => upscalePart(upscaler, image, part),
  };
}

/** Luma's weights sum to 1, so that a change of all three channels by one number changes luma by it, and neither Cb nor Cr. */
async function upscaleLuma(upscaler: Upscaler, image: FloatImage, part: Rect): Promise<FloatImage> {
  const { scale } = upscaler;
  const luma = await upscalePart(upscaler, grayOf(image), part);
  const color = cropFloats(imresizeFloat(image, scale), scaledRect(part, scale));
  const smooth = grayOf(color).data;
  const data = color.data.map((value, i) => {
    const pixel = Math.floor(i / 3);
    return value + luma.data[pixel]! - smooth[pixel]!;
  });
  return { ...color, data };
}

function grayOf(image: FloatImage): FloatImage {
  const gray = fullRangeGray(image);
  return { width: image.width, height: image.height, channels: 1, data: Float32Array.from(gray.data) };
}
