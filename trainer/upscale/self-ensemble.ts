import type { FloatImage } from '../data/image.ts';
import type { Rect } from '../guards/rect.ts';
import { padByReflection } from './resize-canvas.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

/** A symmetry of the square: mirrors the image, then exchanges rows and columns. */
interface Symmetry {
  readonly flipX: boolean;
  readonly flipY: boolean;
  readonly transpose: boolean;
}

const flips = [false, true];
/** All eight, the transposed ones last: a model compiles a program for each shape of its input. */
const symmetries: readonly Symmetry[] = flips.flatMap((transpose) =>
  flips.flatMap((flipY) => flips.map((flipX) => ({ flipX, flipY, transpose }))),
);

/**
 * Test-time augmentation: the mean of what a model makes of the eight mirrored and rotated images, turned back (Lim et al.
 * 2017, https://arxiv.org/abs/1707.02921, "geometric self-ensemble"). It takes eight times as long. As in papers, the name
 * ends with "+".
 */
export function selfEnsemble(model: Upscaler): Upscaler {
  const { scale, alignment = 1 } = model;
  const upscalePartOf = async (image: FloatImage, part: Rect): Promise<FloatImage> => {
    // Mirroring keeps the places of the blocks that the model takes together.
    const width = Math.ceil(image.width / alignment) * alignment;
    const height = Math.ceil(image.height / alignment) * alignment;
    const padded = padByReflection(image, width, height);
    const size = { width: part.width * scale, height: part.height * scale };
    let sum: FloatImage | undefined;
    for (const symmetry of symmetries) {
      const result = await upscalePart(model, transformed(padded, symmetry), rectIn(padded, part, symmetry));
      const { channels } = result;
      sum ??= { ...size, channels, data: new Float32Array(size.width * size.height * channels) };
      addBack(sum, result, symmetry);
    }
    if (sum === undefined) throw new Error('There are no symmetries.');
    return { ...sum, data: sum.data.map((value) => value / symmetries.length) };
  };
  return {
    ...model,
    name: `${model.name}+`,
    upscale: (image) => upscalePartOf(image, { x: 0, y: 0, width: image.width, height: image.height }),
    upscalePart: upscalePartOf,
  };
}

/** Index of the pixel of an image of `width` x `height` that its transformed image has at (x, y). */
function sourceOf(
  x: number,
  y: number,
  { width, height }: { readonly width: number; readonly height: number },
  { flipX, flipY, transpose }: Symmetry,
): number {
  const [column, row] = transpose ? [y, x] : [x, y];
  return (flipY ? height - 1 - row : row) * width + (flipX ? width - 1 - column : column);
}

function transformed(image: FloatImage, symmetry: Symmetry): FloatImage {
  const { channels } = image;
  const [width, height] = symmetry.transpose ? [image.height, image.width] : [image.width, image.height];
  const data = new Float32Array(image.data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = sourceOf(x, y, image, symmetry) * channels;
      for (let channel = 0; channel < channels; channel++) data[to++] = image.data[from + channel]!;
    }
  }
  return { width, height, channels, data };
}

/** Adds a transformed image to `sum`, transformed back. */
function addBack(sum: FloatImage, result: FloatImage, symmetry: Symmetry): void {
  const { channels } = result;
  for (let y = 0, from = 0; y < result.height; y++) {
    for (let x = 0; x < result.width; x++) {
      const to = sourceOf(x, y, sum, symmetry) * channels;
      for (let channel = 0; channel < channels; channel++) {
        sum.data[to + channel] = sum.data[to + channel]! + result.data[from++]!;
      }
    }
  }
}

/** A part of an image in its transformed image. */
function rectIn(
  image: FloatImage,
  { x, y, width, height }: Rect,
  { flipX, flipY, transpose }: Symmetry,
): Rect {
  const left = flipX ? image.width - x - width : x;
  const top = flipY ? image.height - y - height : y;
  return transpose ? { x: top, y: left, width: height, height: width } : { x: left, y: top, width, height };
}
