/** An image that can be drawn. */
export interface DecodedImage {
  readonly bitmap: ImageBitmap;
  readonly width: number;
  readonly height: number;
}

const most = 96;
const images = new Map<string, Promise<DecodedImage>>();

/**
 * The image at an address of the page's host. The images that were asked for last stay decoded, so that a slider
 * can go to and fro without a flicker. Rejects with a message for people.
 */
export function loadImage(uri: string): Promise<DecodedImage> {
  const known = images.get(uri);
  const image = known ?? decodeImage(uri);
  images.delete(uri);
  images.set(uri, image);
  if (!known) {
    image.catch(() => images.delete(uri));
    // What a pane still shows stays in memory through the pane; the browser frees the rest.
    for (const old of images.keys()) {
      if (images.size <= most) break;
      images.delete(old);
    }
  }
  return image;
}

/** The same without keeping it: for images so large that whoever shows one frees it (`bitmap.close()`). */
export async function decodeImage(uri: string): Promise<DecodedImage> {
  const element = new Image();
  // Without this, pixels of an image from the editor's resource host could be shown but not measured.
  element.crossOrigin = 'anonymous';
  element.src = uri;
  try {
    await element.decode();
  } catch {
    throw new Error('The image cannot be read. It may be being written, or be gone.');
  }
  const bitmap = await createImageBitmap(element, { colorSpaceConversion: 'none' });
  return { bitmap, width: bitmap.width, height: bitmap.height };
}
