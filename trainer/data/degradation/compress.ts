import sharp, { type Sharp } from 'sharp';
import type { Image } from '../image.ts';

/** Color with half the resolution, or with the full one. */
type ChromaSubsampling = '4:2:0' | '4:4:4';

/** JPEG compression and decompression. The quality is 1 to 100. */
export function compressJpeg(
  image: Image,
  quality: number,
  chromaSubsampling: ChromaSubsampling,
): Promise<Image> {
  return decoded(image, encoder(image).jpeg({ quality, chromaSubsampling }));
}

/** Lossy WebP compression and decompression, which always halves chroma. The quality is 1 to 100. */
export function compressWebp(image: Image, quality: number): Promise<Image> {
  return decoded(image, encoder(image).webp({ quality }));
}

function encoder({ width, height, channels, data }: Image): Sharp {
  const raw = { width, height, channels: channels === 1 ? 1 : 3 } as const;
  return sharp(data, { raw }).toColourspace(spaceOf(channels));
}

async function decoded({ width, height, channels }: Image, encoded: Sharp): Promise<Image> {
  const data = await sharp(await encoded.toBuffer())
    .toColourspace(spaceOf(channels))
    .raw()
    .toBuffer();
  return { width, height, channels, data };
}

function spaceOf(channels: number): 'b-w' | 'srgb' {
  return channels === 1 ? 'b-w' : 'srgb';
}
