import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { openRegularFile } from '../files/regular-file.ts';
import { iimOf, photoshopBlock } from './iptc.ts';

/**
 * EXIF and IPTC in TIFF files: libvips neither reads nor writes the former, and cuts the latter. An EXIF block is a small TIFF file: a directory of the image
 * (IFD0), with pointers to those of the camera and of GPS. In a TIFF file the same pointers are in the directory of the image.
 */

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Little endian. */
  readonly data: Buffer;
}

/** Reads up to `length` bytes at a position. */
type Read = (position: number, length: number) => Buffer;

/** Bytes of a value, by the number of its type; 0 is none. */
const typeBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** Of these, the units that have a byte order. */
const unitBytes = [0, 1, 1, 2, 4, 4, 1, 1, 2, 4, 4, 4, 8, 4];

const pointers = { exif: 0x8769, gps: 0x8825 } as const;
const dimensions = { width: 0xa002, height: 0xa003 } as const;
const interoperability = 0xa005;

/** Tags of IFD0 that describe the picture: description, camera, software, date, artist, rating, copyright, Windows' texts. */
const descriptive = new Set([
  0x010e, 0x010f, 0x0110, 0x0131, 0x0132, 0x013b, 0x4746, 0x8298, 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
]);

/** IPTC, as IIM data. */
const iptcTag = 0x83bb;

const longestValue = 16 * 2 ** 20;

/** The EXIF block of a TIFF file, with the descriptive tags of its first directory; undefined where it has none. */
export function exifOfTiff(path: string): Buffer | undefined {
  const file = openRegularFile(path);
  try {
    const read: Read = (position, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    };
    const found = directoriesOf(read);
    if (found === undefined || (found.exif.length === 0 && found.gps.length === 0)) return undefined;
    const header = Buffer.from('49492a0008000000', 'hex');
    const image = found.image.filter(({ tag }) => descriptive.has(tag));
    return Buffer.concat([Buffer.from('Exif\0\0'), header, written(image, found, 8)]);
  } catch (error) {
    // A damaged directory; the pixels may be whole.
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

/** The IPTC block of a TIFF file as JPEG has it; undefined where the file has none. */
export function iptcOfTiff(path: string): Buffer | undefined {
  const file = openRegularFile(path);
  try {
    const read: Read = (position, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    };
    const found = directoriesOf(read)?.image.find(({ tag }) => tag === iptcTag);
    if (found === undefined) return undefined;
    // Some programs store it as words of the file's byte order; each dataset starts with this byte.
    const { data } = found;
    return photoshopBlock(data[0] === 0x1c ? data : swapped(data, 4));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * Adds an EXIF and an IPTC block to a TIFF file of libvips: a copy of its first directory, with the descriptive tags and with the
 * directories of the camera and of GPS, at the end of the file. A file beyond 4 GB (BigTIFF) remains as it is, and a damaged block
 * is left out.
 *
 * @param iptc as JPEG has it
 * @returns whether one was added
 */
export function addMetadataToTiff(
  path: string,
  { exif, iptc }: { readonly exif?: Buffer; readonly iptc?: Buffer },
): boolean {
  const block = exif?.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : (exif ?? Buffer.alloc(0));
  const iim = iptc && iimOf(iptc);
  const file = openSync(path, 'r+');
  try {
    const read: Read = (position, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    };
    const start = read(0, 8);
    if (start.toString('latin1', 0, 4) !== 'II*\0') return false;
    const added = metadataOf(block);
    if (added === undefined && iim === undefined) return false;
    const first = start.readUInt32LE(4);
    const own = entriesAt(read, first, true);
    const has = new Set(own.map(({ tag }) => tag));
    const size = (wanted: number) => own.find(({ tag }) => tag === wanted);
    const described = added?.image.filter(({ tag }) => descriptive.has(tag) && !has.has(tag)) ?? [];
    const image = [
      ...own,
      ...described,
      ...(iim ? [{ tag: iptcTag, type: 7, count: iim.length, data: iim }] : []),
    ];
    // Width and height of the image are tags 256 and 257.
    const camera = (added?.exif ?? []).map((entry) => {
      const side =
        entry.tag === dimensions.width ? size(256) : entry.tag === dimensions.height ? size(257) : undefined;
      return side === undefined ? entry : { ...side, tag: entry.tag };
    });
    const end = fstatSync(file).size;
    const at = end + (end % 2);
    if (at + block.length + (iim?.length ?? 0) + 2 ** 20 > 2 ** 32) return false;
    const directory = written(image, { exif: camera, gps: added?.gps ?? [] }, at);
    writeSync(file, directory, 0, directory.length, at);
    const pointer = Buffer.alloc(4);
    pointer.writeUInt32LE(at);
    writeSync(file, pointer, 0, 4, 4);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  } finally {
    closeSync(file);
  }
}

/** The directories of an EXIF block; undefined where it is damaged. */
function metadataOf(block: Buffer): Directories | undefined {
  try {
    return directoriesOf((position, length) => block.subarray(position, position + length));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Directories {
  readonly image: readonly Entry[];
  readonly exif: readonly Entry[];
  readonly gps: readonly Entry[];
}

/** The directories of a classic TIFF file; undefined where it is none. */
function directoriesOf(read: Read): Directories | undefined {
  const start = read(0, 8);
  const order = start.toString('latin1', 0, 2);
  const isLittle = order === 'II';
  if ((!isLittle && order !== 'MM') || number(start, 2, 2, isLittle) !== 42) return undefined;
  const image = entriesAt(read, number(start, 4, 4, isLittle), isLittle);
  const inside = (pointer: number) => {
    const found = image.find(({ tag }) => tag === pointer);
    // The directory of interoperability rules has nothing for people.
    return found === undefined
      ? []
      : entriesAt(read, found.data.readUInt32LE(0), isLittle).filter(({ tag }) => tag !== interoperability);
  };
  const own: readonly number[] = Object.values(pointers);
  return {
    image: image.filter(({ tag }) => !own.includes(tag)),
    exif: inside(pointers.exif),
    gps: inside(pointers.gps),
  };
}

/** Throws a `RangeError` where the directory is cut. */
function entriesAt(read: Read, position: number, isLittle: boolean): Entry[] {
  const count = number(read(position, 2), 0, 2, isLittle);
  const table = read(position + 2, 12 * count);
  return Array.from({ length: count }, (_, index) => {
    const at = 12 * index;
    const type = number(table, at + 2, 2, isLittle);
    const values = number(table, at + 4, 4, isLittle);
    const bytes = values * (typeBytes[type] ?? 0);
    if (bytes > longestValue) throw new RangeError('a value is too long');
    const data =
      bytes <= 4 ? table.subarray(at + 8, at + 8 + bytes) : read(number(table, at + 8, 4, isLittle), bytes);
    if (data.length < bytes) throw new RangeError('a value is cut');
    const unit = unitBytes[type] ?? 1;
    return {
      tag: number(table, at, 2, isLittle),
      type,
      count: values,
      data: isLittle ? data : swapped(data, unit),
    };
  }).filter(({ type }) => (typeBytes[type] ?? 0) > 0);
}

function number(bytes: Buffer, at: number, length: 2 | 4, isLittle: boolean): number {
  return isLittle ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
}

/** With the bytes of each unit in reverse. */
function swapped(data: Buffer, unit: number): Buffer {
  const result = Buffer.alloc(data.length);
  for (let i = 0; i < data.length; i++) result[i] = data[i - (i % unit) + unit - 1 - (i % unit)] ?? 0;
  return result;
}

/** A directory of an image with those of the camera and of GPS behind it, for a file where it starts at `position`. */
function written(
  image: readonly Entry[],
  { exif, gps }: Pick<Directories, 'exif' | 'gps'>,
  position: number,
): Buffer {
  const pointer = (tag: number, to: number): Entry => {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(to);
    return { tag, type: 4, count: 1, data };
  };
  const subdirectories = [
    { tag: pointers.exif, entries: exif },
    { tag: pointers.gps, entries: gps },
  ].filter(({ entries }) => entries.length > 0);
  const withPointers = (positions: readonly number[]) =>
    [...image, ...subdirectories.map(({ tag }, i) => pointer(tag, positions[i] ?? 0))].toSorted(
      (a, b) => a.tag - b.tag,
    );
  let next = position + directory(withPointers([]), position).length;
  const positions: number[] = [];
  const parts = subdirectories.map(({ entries }) => {
    positions.push(next);
    const part = directory(entries, next);
    next += part.length;
    return part;
  });
  return Buffer.concat([directory(withPointers(positions), position), ...parts]);
}

/** One directory, with its values behind it; an even number of bytes. */
function directory(entries: readonly Entry[], position: number): Buffer {
  const table = Buffer.alloc(2 + 12 * entries.length + 4);
  table.writeUInt16LE(entries.length, 0);
  const values: Buffer[] = [];
  let at = position + table.length;
  for (const [index, { tag, type, count, data }] of entries.entries()) {
    const to = 2 + 12 * index;
    table.writeUInt16LE(tag, to);
    table.writeUInt16LE(type, to + 2);
    table.writeUInt32LE(count, to + 4);
    if (data.length <= 4) {
      data.copy(table, to + 8);
      continue;
    }
    table.writeUInt32LE(at, to + 8);
    const padded = Buffer.alloc(data.length + (data.length % 2));
    data.copy(padded);
    values.push(padded);
    at += padded.length;
  }
  return Buffer.concat([table, ...values]);
}
