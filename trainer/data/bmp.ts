import { WorkbenchError } from '../errors/errors.ts';
import type { Image } from './image.ts';

const uncompressed = 0;
const withMasks = 3;

/** Whether a file starts like a Windows bitmap. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes a Windows bitmap, which sharp cannot, to `[height, width, 3]`: uncompressed, with a palette of 1, 4 or 8
 * bits or with 24 or 32 bits per pixel, bottom-up or top-down; to `[height, width, 4]` if its header declares alpha. The
 * fourth byte of other 32-bit pixels is undefined, and ignored. Alpha that is 0 everywhere is not meant: some programs
 * write such files for opaque images.
 *
 * @throws WorkbenchError `data` for any other kind (compressed, 16 bits, OS/2) and for a truncated file.
 */
export function decodeBmp(bytes: Uint8Array, path: string): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 54) throw unreadable(path, 'it is truncated');
  const start = view.getUint32(10, true);
  const headerSize = view.getUint32(14, true);
  if (headerSize < 40) throw unreadable(path, 'it has an OS/2 header');
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (width <= 0 || height === 0) throw unreadable(path, `its size is ${width}x${height}`);
  if (![1, 4, 8, 24, 32].includes(bits)) throw unreadable(path, `it has ${bits} bits per pixel`);
  if (compression !== uncompressed && !(compression === withMasks && bits === 32 && hasUsualMasks(view))) {
    throw unreadable(path, `it uses compression method ${compression}`);
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * height > bytes.length) throw unreadable(path, 'it is truncated');

  const palette = bits <= 8 ? readPalette(view, 14 + headerSize, bits) : undefined;
  const hasAlpha =
    compression === withMasks &&
    headerSize >= 56 &&
    bytes.length >= 70 &&
    view.getUint32(66, true) === 0xff000000;
  const channels = hasAlpha && hasVisiblePixel(bytes.subarray(start, start + stride * height)) ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, out = 0; y < height; y++) {
    const row = start + (signedHeight < 0 ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++, out += channels) {
      const color = palette ? paletteIndex(bytes, row, x, bits) * 4 : row + (x * bits) / 8;
      const source = palette ?? bytes;
      data[out] = source[color + 2]!;
      data[out + 1] = source[color + 1]!;
      data[out + 2] = source[color]!;
      if (channels === 4) data[out + 3] = source[color + 3]!;
    }
  }
  return { width, height, channels, data };
}

/** Whether the alpha of any of these 32-bit pixels is above 0. */
function hasVisiblePixel(pixels: Uint8Array): boolean {
  for (let alpha = 3; alpha < pixels.length; alpha += 4) if (pixels[alpha]! > 0) return true;
  return false;
}

/** Colors as blue, green, red, 0; those that the file does not define are black. */
function readPalette(view: DataView, start: number, bits: number): Uint8Array {
  if (start > view.byteLength) return new Uint8Array(4 * 2 ** bits);
  const defined = view.getUint32(46, true) || 2 ** bits;
  const palette = new Uint8Array(4 * 2 ** bits);
  const length = Math.min(4 * defined, palette.length, view.byteLength - start);
  palette.set(new Uint8Array(view.buffer, view.byteOffset + start, length));
  return palette;
}

function paletteIndex(bytes: Uint8Array, row: number, x: number, bits: number): number {
  const bit = x * bits;
  return (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
}

/** Whether the masks place red, green and blue as in a bitmap without masks. */
function hasUsualMasks(view: DataView): boolean {
  const masks = [54, 58, 62].map((at) => (view.byteLength >= at + 4 ? view.getUint32(at, true) : 0));
  return masks[0] === 0xff0000 && masks[1] === 0xff00 && masks[2] === 0xff;
}

function unreadable(path: string, reason: string): WorkbenchError {
  return new WorkbenchError(
    'data',
    `${path}: cannot decode the BMP: ${reason}. Uncompressed bitmaps of 1, 4, 8, 24 or 32 bits are supported. Convert it to PNG.`,
  );
}
