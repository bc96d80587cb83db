import type { ImageSize } from '../image-files/image-size.ts';

/** The size of a result: a factor, sides in pixels, or millions of pixels. With both sides, it fits into them. */
export type SizeRequest =
  | { readonly scale: number }
  | { readonly width: number; readonly height?: number }
  | { readonly height: number; readonly width?: undefined }
  | { readonly megapixels: number };

/** How to reach a size. */
export interface SizePlan extends ImageSize {
  /** How often the model is applied; 0 where the image is only downscaled. */
  readonly passes: number;
  /** The size after the model, which is downscaled to `width` x `height`. */
  readonly model: ImageSize;
}

/**
 * How to upscale an image to a requested size, which the result never exceeds: the model is applied as often as needed, at
 * least once, then its result is downscaled. An image that is larger already is only downscaled. Without a request, the model
 * is applied once.
 *
 * @param scale of the model
 * @returns undefined if no number of passes reaches the size, because the model does not upscale
 */
export function planSize(
  request: SizeRequest | undefined,
  image: ImageSize,
  scale: number,
): SizePlan | undefined {
  const after = (passes: number): ImageSize => ({
    width: image.width * scale ** passes,
    height: image.height * scale ** passes,
  });
  if (request === undefined) return { ...after(1), passes: 1, model: after(1) };
  const { width, height } = sizeOf(request, image);
  let passes = width < image.width || height < image.height ? 0 : 1;
  while (after(passes).width < width || after(passes).height < height) {
    if (scale === 1) return undefined;
    passes++;
  }
  return { width, height, passes, model: after(passes) };
}

function sizeOf(request: SizeRequest, { width, height }: ImageSize): ImageSize {
  const pixels = (side: number) => Math.max(1, Math.floor(side));
  if ('scale' in request)
    return { width: pixels(width * request.scale), height: pixels(height * request.scale) };
  if ('megapixels' in request) {
    const factor = Math.sqrt((request.megapixels * 1e6) / (width * height));
    return { width: pixels(width * factor), height: pixels(height * factor) };
  }
  const nearest = (side: number) => Math.max(1, Math.round(side));
  if (request.width === undefined) {
    return { width: nearest((width * request.height) / height), height: request.height };
  }
  const { height: most = Number.POSITIVE_INFINITY } = request;
  const fitting = nearest((height * request.width) / width);
  if (fitting <= most) return { width: request.width, height: fitting };
  return { width: Math.min(request.width, nearest((width * most) / height)), height: most };
}

/**
 * Names a size in the names of files: `2.5`, `3000w`, `2000h`, `3000w2000h`, `12mp`; without a request the scale of the
 * model.
 */
export function sizeLabel(request: SizeRequest | undefined, scale: number): string {
  if (request === undefined) return String(scale);
  if ('scale' in request) return String(request.scale);
  if ('megapixels' in request) return `${request.megapixels}mp`;
  const { width, height } = request;
  return `${width === undefined ? '' : `${width}w`}${height === undefined ? '' : `${height}h`}`;
}

/** Matches the sizes in pixels that `sizeLabel` writes, whatever was asked. */
export const pixelLabel = String.raw`(?:\d+(?:\.\d+)?mp|\d+w(?:\d+h)?|\d+h)`;

/** The plan as text: `1200 x 800 → 4800 x 3200 by the model → 3000 x 2000`. */
export function sizeText(image: ImageSize, { width, height, passes, model }: SizePlan): string {
  const text = (size: ImageSize) => `${size.width} x ${size.height}`;
  const times = passes > 1 ? `, applied ${passes === 2 ? 'twice' : `${passes} times`}` : '';
  const isDownscaled = model.width !== width || model.height !== height;
  return [
    text(image),
    ...(passes === 0 ? [] : [`${text(model)} by the model${times}`]),
    ...(isDownscaled ? [text({ width, height })] : []),
  ].join(' → ');
}
