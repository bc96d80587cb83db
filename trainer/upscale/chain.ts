import type { FloatImage } from '../data/image.ts';
import type { Rect } from '../guards/rect.ts';
import { cropFloats } from './resize-canvas.ts';
import { contextOf, upscaleImage } from './upscale-image.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

/** Largest side of a tile's result in pixels: 200 MB. */
const largestResult = 4096;

/**
 * Models one after another as one upscaler, whose scale is the product. Each takes what the previous one returns, clamped to
 * 0..1. The same model may occur several times.
 */
export function chainUpscalers(models: readonly [Upscaler, ...Upscaler[]]): Upscaler {
  const [first, ...others] = models;
  if (others.length === 0) return first;
  return {
    ...others.reduce(chainTwo, first),
    async releasePrograms() {
      for (const model of new Set(models)) await model.releasePrograms?.();
    },
    async close() {
      for (const model of new Set(models)) await model.close();
    },
  };
}

function chainTwo(first: Upscaler, second: Upscaler): Upscaler {
  const scale = first.scale * second.scale;
  const name = `${first.name} then ${second.name}`;
  const margin = Math.ceil(contextOf(second) / first.scale);
  // Where the second model's alignment begins, in pixels of the image.
  const { alignment: secondAlignment = 1 } = second;
  const step = secondAlignment / greatestDivisor(secondAlignment, first.scale);
  const { alignment: firstAlignment = 1, tile: firstTile = 192 } = first;
  const alignment = (firstAlignment * step) / greatestDivisor(firstAlignment, step);
  const context = contextOf(first) + margin;

  async function upscalePartOf(image: FloatImage, part: Rect): Promise<FloatImage> {
    const x = Math.floor(Math.max(part.x - margin, 0) / step) * step;
    const y = Math.floor(Math.max(part.y - margin, 0) / step) * step;
    const width = Math.min(part.x + part.width + margin, image.width) - x;
    const height = Math.min(part.y + part.height + margin, image.height) - y;
    const between = clamped(await upscalePart(first, image, { x, y, width, height }));
    return cropFloats(await upscaleImage(second, between), {
      x: (part.x - x) * scale,
      y: (part.y - y) * scale,
      width: part.width * scale,
      height: part.height * scale,
    });
  }

  return {
    name,
    scale,
    receptiveField: first.receptiveField + Math.ceil(second.receptiveField / first.scale),
    context,
    alignment,
    tile: Math.max(
      Math.min(firstTile + 2 * margin, Math.floor(largestResult / scale)),
      2 * context + alignment,
    ),
    upscale: (image) => upscalePartOf(image, { x: 0, y: 0, width: image.width, height: image.height }),
    upscalePart: upscalePartOf,
    close: async () => {},
  };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function clamped({ data, ...shape }: FloatImage): FloatImage {
  return { ...shape, data: data.map((value) => Math.min(Math.max(value, 0), 1)) };
}

/** A model that is applied several times; 0 times leaves the image as it is. Closing is left to the owner of `model`. */
export function repeated(model: Upscaler, passes: number): Upscaler {
  if (passes > 0) return chainUpscalers([model, ...Array.from({ length: passes - 1 }, () => model)]);
  const unchanged = async (image: FloatImage): Promise<FloatImage> => image;
  return { name: model.name, scale: 1, receptiveField: 0, upscale: unchanged, close: async () => {} };
}
