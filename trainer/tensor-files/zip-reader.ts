import { crc32, inflateRawSync } from 'node:zlib';
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
const directoryEntryBytes = 46;
const localHeaderBytes = 30;
const longestComment = 0xffff;

/**
 * Ratio of content to archive, for content beyond a megabyte. Weights hardly compress: a higher ratio means a zip bomb.
 */
const largestRatio = 4;

/**
 * Opens a zip archive of weights: stored and deflated entries, below 4 GiB, on one disk, not encrypted. It reads parts of
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
    if (end < 0) throw fail('its directory is missing, so it is probably truncated');
    const count = tail.readUInt16LE(end + 10);
    const directoryBytes = tail.readUInt32LE(end + 12);
    const directoryOffset = tail.readUInt32LE(end + 16);
    if (count === 0xffff || directoryOffset === 0xffffffff) throw fail('it is larger than 4 GiB');
    if (directoryOffset + directoryBytes > size || count * directoryEntryBytes > directoryBytes) {
      throw fail(
        `its directory of ${count} entries should end at byte ${directoryOffset + directoryBytes}, but the file has ${size}`,
      );
    }
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
    const entry: ZipEntry = {
      name,
      isDeflated: method === 8,
      crc: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    };
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
    throw fail(
      `its entry ${quoted(name)} cannot be decompressed (${error instanceof Error ? error.message : error})`,
    );
  }
  if (content.length !== size) {
    throw fail(`its entry ${quoted(name)} has ${content.length} bytes instead of ${size}`);
  }
  return new Uint8Array(content);
}
