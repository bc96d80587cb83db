import type { Augmentation } from '../config/resolved.ts';
import { compressJpeg } from './degradation/compress.ts';
import type { Applied } from './degradation/operation.ts';
import type { ImagePair } from './downscale.ts';
import { alphaOf, colorOf, type Image, withAlpha } from './image.ts';
import type { Random } from './random.ts';

type Mapping = 'horizontal' | 'vertical' | 'both' | 'transpose' | 'left' | 'right' | 'transverse';

/**
 * Random augmentation of a pair of patches, as in the original program. `spatial` changes both patches in the same
 * way: with probability `p` a flip (left-right, up-down or both, equally likely), a transposition, or one of the other
 * symmetries of the square (a quarter turn, or the transposition at the other diagonal), in proportion to their weights. `dropout` and `compression` change only the low resolution, which the generator is
 * trained to restore, compression not of alpha; they are for pretraining, and the caller switches them off for training. Patches that are not
 * square are only flipped, because the others exchange their sides.
 */
export async function augment(
  pair: ImagePair,
  augmentation: Augmentation,
  random: Random,
): Promise<ImagePair & { readonly applied: readonly Applied[] }> {
  const { spatial, dropout, compression } = augmentation;
  const applied: Applied[] = [];
  let { hr, lr } = pair;
  if (spatial && random.chance(spatial.p)) {
    const mapping = drawMapping(spatial, hr.width === hr.height, random);
    hr = remap(hr, mapping);
    lr = remap(lr, mapping);
    applied.push({ index: null, ...shownMapping(mapping) });
  }
  if (dropout && random.chance(dropout.p)) {
    const { holes, size } = dropout;
    lr = dropHoles(lr, holes, size, random);
    applied.push({ index: null, op: 'dropout', drawn: { holes, size } });
  }
  if (compression && random.chance(compression.p)) {
    const [lowest, highest] = compression.quality;
    const quality = lowest + random.integer(highest - lowest + 1);
    // The default of most encoders is halved chroma.
    const color = await compressJpeg(colorOf(lr), quality, '4:2:0');
    lr = lr.channels === 4 ? withAlpha(color, alphaOf(lr)) : color;
    applied.push({ index: null, op: 'compression', drawn: { quality } });
  }
  return { hr, lr, applied };
}

function shownMapping(mapping: Mapping): Pick<Applied, 'op' | 'drawn'> {
  switch (mapping) {
    case 'transpose':
      return { op: 'transpose', drawn: {} };
    case 'transverse':
      return { op: 'transpose', drawn: { diagonal: 'other diagonal' } };
    case 'left':
    case 'right':
      return { op: 'rotate', drawn: { direction: mapping } };
    default:
      return { op: 'flip', drawn: { direction: mapping } };
  }
}

function drawMapping(
  weights: { flip: number; transpose: number; rotate: number },
  isSquare: boolean,
  random: Random,
): Mapping {
  const { flip, transpose, rotate } = weights;
  if (isSquare && random.chance((transpose + rotate) / (flip + transpose + rotate))) {
    const isRotated = rotate > 0 && random.chance(rotate / (transpose + rotate));
    return isRotated ? (['left', 'right', 'transverse'] as const)[random.integer(3)]! : 'transpose';
  }
  return (['horizontal', 'vertical', 'both'] as const)[random.integer(3)]!;
}

function remap(image: Image, mapping: Mapping): Image {
  const { channels } = image;
  const isTransposed = ['transpose', 'transverse', 'left', 'right'].includes(mapping);
  const width = isTransposed ? image.height : image.width;
  const height = isTransposed ? image.width : image.height;
  // Whether a step to the right, and one down, go back in the source.
  const isAcrossBack = ['horizontal', 'both', 'transverse', 'right'].includes(mapping);
  const isDownBack = ['vertical', 'both', 'transverse', 'left'].includes(mapping);
  // Offsets in the source, in samples, of one step to the right and of one step down in the result.
  const row = image.width * channels;
  const across = (isTransposed ? row : channels) * (isAcrossBack ? -1 : 1);
  const down = (isTransposed ? channels : row) * (isDownBack ? -1 : 1);
  const start = (isAcrossBack ? (1 - width) * across : 0) + (isDownBack ? (1 - height) * down : 0);
  const data = new Uint8Array(image.data.length);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = start + y * down + x * across;
      for (let channel = 0; channel < channels; channel++) data[out++] = image.data[source + channel]!;
    }
  }
  return { width, height, channels, data };
}

/** Blackens `holes` squares of `size` pixels inside the image; they may overlap. */
function dropHoles(image: Image, holes: number, size: number, random: Random): Image {
  const { width, height, channels } = image;
  const data = Uint8Array.from(image.data);
  const holeWidth = Math.min(size, width);
  const holeHeight = Math.min(size, height);
  for (let hole = 0; hole < holes; hole++) {
    const top = random.integer(height - holeHeight + 1);
    const left = random.integer(width - holeWidth + 1);
    for (let y = top; y < top + holeHeight; y++) {
      data.fill(0, (y * width + left) * channels, (y * width + left + holeWidth) * channels);
    }
  }
  return { width, height, channels, data };
}
