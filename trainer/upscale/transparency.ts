import type { FloatImage } from '../data/image.ts';

/**
 * Gives fully transparent pixels of an image with alpha (its last channel) the color of the nearest pixel
 * that is not: whatever lies hidden there, often black or white, would otherwise bleed into the visible edge.
 * Nearest in the sense of two sweeps over the eight neighbours, exact enough where only the rim counts.
 */
export function bleedColors(image: FloatImage): FloatImage {
  const { width, height, channels } = image;
  if (!hasHiddenPixels(image)) return image;
  const data = Float32Array.from(image.data);
  // For each pixel the index of the nearest visible one, or -1 while none is known.
  const nearest = new Int32Array(width * height);
  for (let pixel = 0; pixel < nearest.length; pixel++) {
    nearest[pixel] = data[pixel * channels + channels - 1]! > 0 ? pixel : -1;
  }
  const offer = (pixel: number, x: number, y: number, fromX: number, fromY: number) => {
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
      offer(pixel, x, y, x - step, y);
      offer(pixel, x, y, x - step, y - step);
      offer(pixel, x, y, x, y - step);
      offer(pixel, x, y, x + step, y - step);
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
