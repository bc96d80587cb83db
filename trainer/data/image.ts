/** An 8-bit image: samples in rows, `[height, width, channels]`, 0 to 255. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Of the images that a network takes: gray, RGB, or RGB and alpha. */
export type Channels = 1 | 3 | 4;

/** A floating-point image: samples in rows, `[height, width, channels]`, nominally 0 to 1, not clamped. */
export interface FloatImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

/** A grayscale image as RGB. */
export function toRgb({ width, height, data }: Image): Image {
  const rgb = new Uint8Array(3 * data.length);
  for (let i = 0; i < data.length; i++) rgb.fill(data[i]!, 3 * i, 3 * i + 3);
  return { width, height, channels: 3, data: rgb };
}

/** An image without its alpha, if it has four channels. */
export function colorOf(image: Image): Image {
  if (image.channels !== 4) return image;
  return { ...image, channels: 3, data: image.data.filter((_, i) => i % 4 !== 3) };
}

/** The fourth channel of an image. */
export function alphaOf({ width, height, data }: Image): Image {
  return { width, height, channels: 1, data: data.filter((_, i) => i % 4 === 3) };
}

/** An RGB image with alpha, of the same size. */
export function withAlpha(color: Image, alpha: Image): Image {
  const { width, height } = color;
  const data = new Uint8Array(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(color.data.subarray(3 * pixel, 3 * pixel + 3), 4 * pixel);
    data[4 * pixel + 3] = alpha.data[pixel]!;
  }
  return { width, height, channels: 4, data };
}

/** 0..255 to 0..1. */
export function toFloatImage(image: Image): FloatImage {
  const { width, height, channels, data } = image;
  const floats = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) floats[i] = data[i]! / 255;
  return { width, height, channels, data: floats };
}

/** 0..1 to 0..255: clamped, rounded to the nearest, halves up like MATLAB's `uint8`. */
export function toImage(image: FloatImage): Image {
  const { width, height, channels, data } = image;
  const rounded = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) rounded[i] = toByte(data[i]! * 255);
  return { width, height, channels, data: rounded };
}

/** The nearest of 0 to 255, halves up. */
export function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}

/** The rectangle of `width` x `height` pixels whose top left pixel is (`left`, `top`); a copy. */
export function cropImage(image: Image, left: number, top: number, width: number, height: number): Image {
  const { channels } = image;
  if (left < 0 || top < 0 || left + width > image.width || top + height > image.height) {
    throw new RangeError(
      `crop ${width}x${height}+${left}+${top} is outside of the image of ${image.width}x${image.height}`,
    );
  }
  const data = new Uint8Array(width * height * channels);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(start, start + row), y * row);
  }
  return { width, height, channels, data };
}

/** Crops width and height to multiples of `scale` at the right and the bottom, like MATLAB's `modcrop`. */
export function cropToMultiple(image: Image, scale: number): Image {
  const width = image.width - (image.width % scale);
  const height = image.height - (image.height % scale);
  if (width === image.width && height === image.height) return image;
  return cropImage(image, 0, 0, width, height);
}
