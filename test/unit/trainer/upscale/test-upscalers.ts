import type { FloatImage } from '../../../../trainer/data/image.ts';
import { imresizeFloat } from '../../../../trainer/data/imresize.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';

/**
 * A real convolutional model: four 3x3 layers (3 -> 8 -> 8 -> 8 -> 3 * scale²) with leaky ReLU, zero padding and
 * pixel shuffle, random weights of a size that keeps the signal alive. Sees exactly four pixels far.
 */
export function convolutionalUpscaler(scale: number, seed = 1): Upscaler {
  const widths = [3, 8, 8, 8, 3 * scale * scale];
  const random = createRandom(seed, 'test model');
  const layers = widths.slice(1).map((outputs, layer) => {
    const inputs = widths[layer]!;
    const size = 2 * Math.sqrt(3 / (9 * inputs));
    const weights = Float32Array.from(
      { length: 9 * inputs * outputs },
      () => (random.next() - 0.5) * 2 * size,
    );
    return { inputs, outputs, weights };
  });
  return testUpscaler('test model', scale, 4, (image) => {
    let maps = image;
    for (const [index, { outputs, weights }] of layers.entries()) {
      maps = convolve(maps, outputs, weights);
      if (index + 1 < layers.length)
        maps = { ...maps, data: maps.data.map((value) => Math.max(value, 0.2 * value)) };
    }
    return shuffle(maps, scale);
  });
}

export function bicubic(scale: number): Upscaler {
  return testUpscaler('bicubic', scale, 2, (image) => imresizeFloat(image, scale));
}

export function testUpscaler(
  name: string,
  scale: number,
  receptiveField: number,
  upscale: (image: FloatImage) => FloatImage,
): Upscaler {
  return { name, scale, receptiveField, upscale: async (image) => upscale(image), close: async () => {} };
}

export function noise(width: number, height: number, channels: number, seed = 7): FloatImage {
  const random = createRandom(seed, 'noise');
  const data = Float32Array.from({ length: width * height * channels }, () => random.next());
  return { width, height, channels, data };
}

export function largestDifference(a: FloatImage, b: FloatImage): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!)), 0);
}

function convolve(
  { width, height, channels, data }: FloatImage,
  outputs: number,
  weights: Float32Array,
): FloatImage {
  const result = new Float32Array(width * height * outputs);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let tap = 0; tap < 9; tap++) {
        const fromY = y + Math.floor(tap / 3) - 1;
        const fromX = x + (tap % 3) - 1;
        if (fromX < 0 || fromX >= width || fromY < 0 || fromY >= height) continue;
        for (let input = 0; input < channels; input++) {
          const value = data[(fromY * width + fromX) * channels + input]!;
          for (let output = 0; output < outputs; output++) {
            result[(y * width + x) * outputs + output]! +=
              value * weights[(tap * channels + input) * outputs + output]!;
          }
        }
      }
    }
  }
  return { width, height, channels: outputs, data: result };
}

function shuffle(maps: FloatImage, scale: number): FloatImage {
  const [width, height] = [maps.width * scale, maps.height * scale];
  const data = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (Math.floor(y / scale) * maps.width + Math.floor(x / scale)) * maps.channels;
      const phase = (y % scale) * scale + (x % scale);
      for (let c = 0; c < 3; c++)
        data[(y * width + x) * 3 + c] = maps.data[source + c * scale * scale + phase]!;
    }
  }
  return { width, height, channels: 3, data };
}
