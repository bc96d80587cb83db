import type { FloatImage } from '../data/image.ts';
import { imresizeFloat } from '../data/imresize.ts';
import type { Rect } from '../guards/rect.ts';
import { bicubicReceptiveField } from './bicubic.ts';
import { mapChannels, withPlane } from './channels.ts';
import { cropFloats } from './resize-canvas.ts';
import { scaledRect } from './tiles.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

/**
 * Extends an upscaler of RGB images to 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 channels (RGB, alpha), with as many
 * channels in the result. Grey is upscaled as three equal channels, which are averaged. Alpha is upscaled by bicubic
 * interpolation, because models are trained on photos, not masks, unless the upscaler has been trained on alpha. Closing the result closes `upscaler`.
 */
export function upscaleLayers(upscaler: Upscaler): Upscaler {
  const { scale } = upscaler;
  const upscaleChannels = async (image: FloatImage, part: Rect): Promise<FloatImage> => {
    if (image.channels === 3) return upscalePart(upscaler, image, part);
    const grey = image.channels < 3;
    if (upscaler.rgba && image.channels % 2 === 0) {
      if (!grey) return upscaler.rgba(image, part);
      return mapChannels(await upscaler.rgba(mapChannels(image, [[0], [0], [0], [1]]), part), [
        [0, 1, 2],
        [3],
      ]);
    }
    const rgb = mapChannels(image, grey ? [[0], [0], [0]] : [[0], [1], [2]]);
    const upscaled = await upscalePart(upscaler, rgb, part);
    const color = grey ? mapChannels(upscaled, [[0, 1, 2]]) : upscaled;
    if (image.channels % 2 === 1) return color;
    const alpha = imresizeFloat(mapChannels(image, [[image.channels - 1]]), scale);
    return withPlane(color, cropFloats(alpha, scaledRect(part, scale)).data);
  };
  return {
    ...upscaler,
    receptiveField: Math.max(upscaler.receptiveField, bicubicReceptiveField),
    upscale: (image) => upscaleChannels(image, { x: 0, y: 0, width: image.width, height: image.height }),
    upscalePart: upscaleChannels,
  };
}
