/** An image as pixels that a canvas can draw. */
export interface DecodedImage {
  readonly bitmap: ImageBitmap;
  readonly width: number;
  readonly height: number;
}

/** How many of the images that were loaded last stay decoded. */
const cacheSize = 96;
const images = new Map<string, Promise<DecodedImage>>();

/**
 * Loads an image and caches it, so that a slider moves between images without flicker. Rejects with a message for the
 * user.
 */
export function loadImage(uri: string): Promise<DecodedImage> {
  const known = images.get(uri);
  const image = known ?? decodeImage(uri);
  images.delete(uri);
  images.set(uri, image);
  if (!known) {
    image.catch(() => images.delete(uri));
    // Panes hold the images that they show; the browser frees the others.
    for (const old of images.keys()) {
      if (images.size <= cacheSize) break;
      images.delete(old);
    }
  }
  return image;
}

/** Loads an image without caching it: for large ones, which the caller frees by `bitmap.close()`. */
export async function decodeImage(uri: string): Promise<DecodedImage> {
  const element = new Image();
  // Without it, the pixels of an image from the editor's resource host can be drawn but not read.
  element.crossOrigin = 'anonymous';
  element.src = uri;
  try {
    await element.decode();
  } catch {
    throw new Error('The image cannot be read. It may be incomplete or deleted.');
  }
  const bitmap = await createImageBitmap(element, { colorSpaceConversion: 'none' });
  return { bitmap, width: bitmap.width, height: bitmap.height };
}
