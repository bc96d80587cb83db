import type { FloatImage } from '../data/image.ts';

/**
 * Sets fully transparent pixels of an image with alpha (its last channel) to the color of the nearest visible pixel.
 * Otherwise their hidden color, often black or white, bleeds into the visible edge. Two sweeps over the eight neighbors
 * approximate the nearest pixel; only the edge matters.
 */
export function bleedColors(image: FloatImage): FloatImage {
  const { width, height, channels } = image;
  if (!hasHiddenPixels(image)) return image;
  const data = Float32Array.from(image.data);
  // Index of the nearest visible pixel; -1 if not known yet.
  const nearest = new Int32Array(width * height);
  for (let pixel = 0; pixel < nearest.length; pixel++) {
    nearest[pixel] = data[pixel * channels + channels - 1]! > 0 ? pixel : -1;
  }
  const consider = (pixel: number, x: number, y: number, fromX: number, fromY: number) => {
    if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) return;
    const candidate = nearest[fromY * width + fromX]!;
    if (candidate < 0) return;
    const distance = (index: number) => (x - (index % width)) ** 2 + (y - Math.floor(index / width)) ** 2;
    const known = nearest[pixel]!;
    if (known < 0 || distance(candidate) < distance(known)) nearest[pixel] = candidate;
  };
  for (const step of [1, -1]) {
    for (let i = 0; i < nearest.length; i++) {
      const pixel = step === 1 ? i : nearest.length - 1 - i;
      if (nearest[pixel] === pixel) continue;
      const x = pixel % width;
      const y = Math.floor(pixel / width);
      consider(pixel, x, y, x - step, y);
      consider(pixel, x, y, x - step, y - step);
      consider(pixel, x, y, x, y - step);
      consider(pixel, x, y, x + step, y - step);
    }
  }
  for (let pixel = 0; pixel < nearest.length; pixel++) {
    const source = nearest[pixel]!;
    if (source < 0 || source === pixel) continue;
    for (let channel = 0; channel < channels - 1; channel++) {
      data[pixel * channels + channel] = data[source * channels + channel]!;
    }
  }
  return { width, height, channels, data };
}

function hasHiddenPixels({ channels, data }: FloatImage): boolean {
  for (let i = channels - 1; i < data.length; i += channels) if (data[i] === 0) return true;
  return false;
}
