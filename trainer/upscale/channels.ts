import type { FloatImage } from '../data/image.ts';

/** Each channel of the result is the mean of some channels of `image`. */
export function mapChannels(image: FloatImage, sources: readonly (readonly number[])[]): FloatImage {
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

/** An image with one more channel, such as alpha. */
export function withPlane(image: FloatImage, plane: Float32Array): FloatImage {
  const channels = image.channels + 1;
  const data = new Float32Array(plane.length * channels);
  for (let pixel = 0; pixel < plane.length; pixel++) {
    for (let channel = 0; channel < image.channels; channel++) {
      data[pixel * channels + channel] = image.data[pixel * image.channels + channel]!;
    }
    data[pixel * channels + image.channels] = plane[pixel]!;
  }
  return { width: image.width, height: image.height, channels, data };
}
