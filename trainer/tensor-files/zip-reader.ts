import { crc32, inflateRawSync } from 'node:zlib';
import { messageOf } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';

import { type Fail, readBytes, withFile } from './file-bytes.ts';

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  /** Bytes in the archive and of the content. */
  readonly compressedSize: number;
  readonly size: number;
  readonly crc: number;
  /** Position of its local header. */
  readonly headerOffset: number;
}

/** A zip archive whose central directory has been read and checked. */
interface ZipArchive {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** `length` bytes of an entry's content, starting at `begin`; within its size. */
  read(entry: ZipEntry, begin: number, length: number): Uint8Array<ArrayBuffer>;
}

const endRecordBytes = 22;
const largeLocatorBytes = 20;
const largeEndRecordBytes = 56;
const directoryEntryBytes = 46;
const localHeaderBytes = 30;
const longestComment = 0xffff;

/** The directory of 3,000 tensors takes 200 kB. */
const mostDirectoryBytes = 2 ** 26;

/** A number of 32 bits of which all are set is in a record of 64-bit numbers (Zip64, for archives above 4 GiB). */
const isLarge = 0xffffffff;

/**
 * Ratio of content to archive, for content beyond a megabyte. Weights hardly compress: a higher ratio means a zip bomb.
 */
const largestRatio = 4;

/**
 * Opens a zip archive of weights: stored and deflated entries, of any size, on one disk, not encrypted. It reads parts of
 * entries at random; `data/download/extract.ts` streams downloaded archives of any kind and size to the disk instead.
 * Every size is checked against the file before anything is allocated. Throws `fail` if the archive is truncated,
 * inconsistent or a zip bomb, or has names that point out of it.
 */
export function openZip(path: string, fail: Fail): ZipArchive {
  return withFile(path, (file, size) => {
    const tail = Buffer.from(
      readBytes(
        file,
        Math.max(0, size - endRecordBytes - longestComment),
        Math.min(size, endRecordBytes + longestComment),
        fail,
      ),
    );
    const end = tail.lastIndexOf('PK\x05\x06', tail.length - endRecordBytes, 'latin1');
    // A negative start would count from the end.
    if (end < 0 || end + endRecordBytes > tail.length)
      throw fail('its directory is missing, so it is probably truncated');
    const { count, directoryBytes, directoryOffset } = readEndRecord(file, size, tail, end, fail);
    if (directoryOffset + directoryBytes > size || count * directoryEntryBytes > directoryBytes) {
      throw fail(
        `its directory of ${count} entries should end at byte ${directoryOffset + directoryBytes}, but the file has ${size}`,
      );
    }
    if (directoryBytes > mostDirectoryBytes) throw fail(`its directory has ${directoryBytes} bytes`);
    const directory = Buffer.from(readBytes(file, directoryOffset, directoryBytes, fail));
    const entries = parseDirectory(directory, count, size, fail);
    // Each entry is decompressed once, because it may hold thousands of tensors. All contents are limited by `largestRatio`.
    const contents = new Map<ZipEntry, Uint8Array<ArrayBuffer>>();
    return {
      entries,
      read(entry, begin, length) {
        if (!entry.isDeflated && length < entry.size) return readBody(path, entry, begin, length, fail);
        const content = contents.get(entry) ?? readContent(path, entry, fail);
        if (!entry.isDeflated) return content;
        contents.set(entry, content);
        return content.slice(begin, begin + length);
      },
    };
  });
}

interface EndRecord {
  readonly count: number;
  readonly directoryBytes: number;
  readonly directoryOffset: number;
}

/** @param tail the last bytes of the file, in which the record starts at `end` */
function readEndRecord(file: number, size: number, tail: Buffer, end: number, fail: Fail): EndRecord {
  const record = {
    count: tail.readUInt16LE(end + 10),
    directoryBytes: tail.readUInt32LE(end + 12),
    directoryOffset: tail.readUInt32LE(end + 16),
  };
  if (record.count < 0xffff && record.directoryBytes < isLarge && record.directoryOffset < isLarge)
    return record;
  const locator = end - largeLocatorBytes;
  const at = locator < 0 ? size : Number(tail.readBigUInt64LE(locator + 8));
  const isValid =
    at <= size - largeEndRecordBytes && tail.toString('latin1', locator, locator + 4) === 'PK\x06\x07';
  const large = isValid ? Buffer.from(readBytes(file, at, largeEndRecordBytes, fail)) : undefined;
  if (large?.toString('latin1', 0, 4) !== 'PK\x06\x06') {
    throw fail('it is an archive of more than 4 GiB or 65,534 entries whose end record is missing');
  }
  return {
    count: Number(large.readBigUInt64LE(32)),
    directoryBytes: Number(large.readBigUInt64LE(40)),
    directoryOffset: Number(large.readBigUInt64LE(48)),
  };
}

/**
 * Replaces numbers of an entry that have more than 32 bits.
 *
 * @param extra the extra fields of the entry: an id and a length of 2 bytes each, and the content
 */
function largeNumbers(numbers: readonly number[], extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    return numbers.map((number) => {
      if (number !== isLarge || next + 8 > extra.length) return number;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    });
  }
  return [...numbers];
}

function parseDirectory(
  directory: Buffer,
  count: number,
  fileSize: number,
  fail: Fail,
): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  for (let at = 0, index = 0; index < count; index++) {
    if (
      at + directoryEntryBytes > directory.length ||
      directory.toString('latin1', at, at + 4) !== 'PK\x01\x02'
    ) {
      throw fail(`entry ${index + 1} of its directory is damaged`);
    }
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const nameEnd = at + directoryEntryBytes + directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + directoryEntryBytes, nameEnd);
    const extra = directory.subarray(nameEnd, nameEnd + directory.readUInt16LE(at + 30));
    const [size = 0, compressedSize = 0, headerOffset = 0] = largeNumbers(
      [24, 20, 42].map((field) => directory.readUInt32LE(at + field)),
      extra,
    );
    const crc = directory.readUInt32LE(at + 16);
    const entry: ZipEntry = { name, isDeflated: method === 8, crc, compressedSize, size, headerOffset };
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    const called = quoted(name);
    if (nameEnd > directory.length || name === '')
      throw fail(`entry ${index + 1} of its directory is damaged`);
    if (/^[/\\]|^\w:|\\|\0|(^|\/)\.\.(\/|$)/.test(name)) throw fail(`its entry ${called} points out of it`);
    if (entries.has(name)) throw fail(`its entry ${called} is repeated`);
    if (flags & 1) throw fail(`its entry ${called} is encrypted`);
    if (method !== 0 && method !== 8)
      throw fail(`its entry ${called} has compression method ${method}; 0 and 8 are supported`);
    if (!entry.isDeflated && entry.size !== entry.compressedSize) {
      throw fail(`its entry ${called} has ${entry.compressedSize} bytes instead of ${entry.size}`);
    }
    if (entry.headerOffset + localHeaderBytes + entry.compressedSize > fileSize) {
      throw fail(
        `its entry ${called} of ${entry.compressedSize} bytes goes beyond the end of the file (${fileSize} bytes)`,
      );
    }
    total += entry.size;
    if (total > largestRatio * fileSize + 2 ** 20) {
      throw fail(`its content would take more than ${largestRatio} times the ${fileSize} bytes of the file`);
    }
    entries.set(name, entry);
  }
  return entries;
}

/** The whole content of an entry, whose checksum is right. */
function readContent(path: string, entry: ZipEntry, fail: Fail): Uint8Array<ArrayBuffer> {
  const bytes = readBody(path, entry, 0, entry.compressedSize, fail);
  const content = entry.isDeflated ? inflate(bytes, entry, fail) : bytes;
  if (crc32(content) !== entry.crc)
    throw fail(`its entry ${quoted(entry.name)} is damaged: its checksum is wrong`);
  return content;
}

/** Bytes of an entry as they are in the archive. */
function readBody(
  path: string,
  { name, headerOffset, compressedSize }: ZipEntry,
  begin: number,
  length: number,
  fail: Fail,
): Uint8Array<ArrayBuffer> {
  return withFile(path, (file, fileSize) => {
    const header = Buffer.from(readBytes(file, headerOffset, localHeaderBytes, fail));
    if (header.toString('latin1', 0, 4) !== 'PK\x03\x04')
      throw fail(`its entry ${quoted(name)} has no header`);
    const start = headerOffset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (start + compressedSize > fileSize)
      throw fail(`its entry ${quoted(name)} goes beyond the end of the file`);
    return readBytes(file, start + begin, length, fail);
  });
}

function inflate(compressed: Uint8Array, { name, size }: ZipEntry, fail: Fail): Uint8Array<ArrayBuffer> {
  let content: Buffer;
  try {
    content = inflateRawSync(compressed, { maxOutputLength: size + 1 });
  } catch (error) {
    throw fail(`its entry ${quoted(name)} cannot be decompressed (${messageOf(error)})`);
  }
  if (content.length !== size) {
    throw fail(`its entry ${quoted(name)} has ${content.length} bytes instead of ${size}`);
  }
  return new Uint8Array(content);
}
