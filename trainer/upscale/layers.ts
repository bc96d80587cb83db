import type { FloatImage } from '../data/image.ts';
import { imresizeFloat } from '../data/imresize.ts';
import type { Rect } from '../guards/rect.ts';
import { cropFloats } from './resize-canvas.ts';
import { scaledRect } from './tiles.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

/** Radius of the receptive field of bicubic upscaling, in low-resolution pixels. */
const bicubicReceptiveField = 2;

/**
 * Extends an upscaler of RGB images to 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 channels (RGB, alpha), with as many
 * channels in the result. Grey is upscaled as three equal channels, which are averaged. Alpha is upscaled by bicubic
 * interpolation, because models are trained on photos, not masks. Closing the result closes `upscaler`.
 */
export function upscaleLayers(upscaler: Upscaler): Upscaler {
  const { scale } = upscaler;
  const upscaleChannels = async (image: FloatImage, part: Rect): Promise<FloatImage> => {
    if (image.channels === 3) return upscalePart(upscaler, image, part);
    const grey = image.channels < 3;
    const rgb = mapChannels(image, grey ? [[0], [0], [0]] : [[0], [1], [2]]);
    const upscaled = await upscalePart(upscaler, rgb, part);
    const color = grey ? mapChannels(upscaled, [[0, 1, 2]]) : upscaled;
    if (image.channels % 2 === 1) return color;
    const alpha = imresizeFloat(mapChannels(image, [[image.channels - 1]]), scale);
    return withAlpha(color, cropFloats(alpha, scaledRect(part, scale)));
  };
  return {
    ...upscaler,
    receptiveField: Math.max(upscaler.receptiveField, bicubicReceptiveField),
    upscale: (image) => upscaleChannels(image, { x: 0, y: 0, width: image.width, height: image.height }),
    upscalePart: upscaleChannels,
  };
}

/** Each channel of the result is the mean of some channels of `image`. */
function mapChannels(image: FloatImage, sources: readonly (readonly number[])[]): FloatImage {
  const pixels = image.width * image.height;
  const channels = sources.length;
  const data = new Float32Array(pixels * channels);
  for (const [channel, averaged] of sources.entries()) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      let sum = 0;
      for (const source of averaged) sum += image.data[pixel * image.channels + source]!;
      data[pixel * channels + channel] = sum / averaged.length;
    }
  }
  return { width: image.width, height: image.height, channels, data };
}

function withAlpha(color: FloatImage, alpha: FloatImage): FloatImage {
  const channels = color.channels + 1;
  const data = new Float32Array(alpha.data.length * channels);
  for (let pixel = 0; pixel < alpha.data.length; pixel++) {
    for (let channel = 0; channel < color.channels; channel++) {
      data[pixel * channels + channel] = color.data[pixel * color.channels + channel]!;
    }
    data[pixel * channels + color.channels] = alpha.data[pixel]!;
  }
  return { width: color.width, height: color.height, channels, data };
}
