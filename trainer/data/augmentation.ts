import sharp from 'sharp';
import type { Augmentation } from '../config/resolved.ts';
import type { ImagePair } from './downscale.ts';
import type { Image } from './image.ts';
import type { Random } from './random.ts';

type Mapping = 'horizontal' | 'vertical' | 'both' | 'transpose';

/**
 * Random augmentation of a pair of patches, as in the original program. `spatial` changes both patches in the same
 * way: with probability `p` either a flip (left-right, up-down or both, equally likely) or a transposition, in
 * proportion to their weights. `dropout` and `compression` change only the low resolution, which the generator is
 * trained to restore; they are for pretraining, and the caller switches them off for training. Patches that are not
 * square are only flipped, because a transposition exchanges their sides.
 */
export async function augment(
  pair: ImagePair,
  augmentation: Augmentation,
  random: Random,
): Promise<ImagePair> {
  const { spatial, dropout, compression } = augmentation;
  let { hr, lr } = pair;
  if (spatial && random.chance(spatial.p)) {
    const mapping = drawMapping(spatial, hr.width === hr.height, random);
    hr = remap(hr, mapping);
    lr = remap(lr, mapping);
  }
  if (dropout && random.chance(dropout.p)) lr = dropHoles(lr, dropout.holes, dropout.size, random);
  if (compression && random.chance(compression.p)) {
    const [lowest, highest] = compression.quality;
    lr = await compress(lr, lowest + random.integer(highest - lowest + 1));
  }
  return { hr, lr };
}

function drawMapping(
  weights: { flip: number; transpose: number },
  isSquare: boolean,
  random: Random,
): Mapping {
  const { flip, transpose } = weights;
  if (isSquare && random.chance(transpose / (flip + transpose))) return 'transpose';
  return (['horizontal', 'vertical', 'both'] as const)[random.integer(3)]!;
}

function remap(image: Image, mapping: Mapping): Image {
  const { channels } = image;
  const isTransposed = mapping === 'transpose';
  const width = isTransposed ? image.height : image.width;
  const height = isTransposed ? image.width : image.height;
  // Offsets in the source, in samples, of one step to the right and of one step down in the result.
  const row = image.width * channels;
  const across = isTransposed ? row : mapping === 'vertical' ? channels : -channels;
  const down = isTransposed ? channels : mapping === 'horizontal' ? row : -row;
  const start = (across < 0 ? row - channels : 0) + (down < 0 ? (height - 1) * row : 0);
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

/** JPEG compression and decompression with halved chroma, the default of most encoders. */
async function compress(image: Image, quality: number): Promise<Image> {
  const { width, height } = image;
  const channels = image.channels === 1 ? 1 : 3;
  const space = channels === 1 ? 'b-w' : 'srgb';
  const jpeg = await sharp(image.data, { raw: { width, height, channels } })
    .toColourspace(space)
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer();
  return { width, height, channels, data: await sharp(jpeg).toColourspace(space).raw().toBuffer() };
}
