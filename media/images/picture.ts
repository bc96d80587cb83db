/** A picture that can be drawn. */
export interface Picture {
  readonly bitmap: ImageBitmap;
  readonly width: number;
  readonly height: number;
}

const most = 96;
const pictures = new Map<string, Promise<Picture>>();

/**
 * The picture at an address of the page's host. The pictures that were asked for last stay decoded, so that a slider
 * can go to and fro without a flicker. Rejects with a message for people.
 */
export function loadPicture(uri: string): Promise<Picture> {
  const known = pictures.get(uri);
  const picture = known ?? decodePicture(uri);
  pictures.delete(uri);
  pictures.set(uri, picture);
  if (!known) {
    picture.catch(() => pictures.delete(uri));
    // What a pane still shows stays in memory through the pane; the browser frees the rest.
    for (const old of pictures.keys()) {
      if (pictures.size <= most) break;
      pictures.delete(old);
    }
  }
  return picture;
}

/** The same without keeping it: for pictures so large that whoever shows one frees it (`bitmap.close()`). */
export async function decodePicture(uri: string): Promise<Picture> {
  const image = new Image();
  // Without this, pixels of a picture from the editor's resource host could be shown but not measured.
  image.crossOrigin = 'anonymous';
  image.src = uri;
  try {
    await image.decode();
  } catch {
    throw new Error('The picture cannot be read. It may be being written, or be gone.');
  }
  const bitmap = await createImageBitmap(image, { colorSpaceConversion: 'none' });
  return { bitmap, width: bitmap.width, height: bitmap.height };
}
