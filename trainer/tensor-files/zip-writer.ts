import { crc32 } from 'node:zlib';

/** A file for an archive; its content is the concatenation of the pieces. */
export interface ZipContent {
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}

/** Contents start at multiples of this, so that readers can map them into memory. */
const alignment = 64;

/** January 1, 1980, the first date of the format; always the same, so that equal contents give equal bytes. */
const date = (1 << 5) | 1;

/**
 * Encodes a zip archive of stored entries as pieces to write one after the other. Contents are not copied. Throws a
 * RangeError for 4 GiB or more, which would need the Zip64 format.
 */
export function encodeZip(files: readonly ZipContent[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const put = (piece: Uint8Array) => {
    pieces.push(piece);
    offset += piece.length;
  };
  for (const file of files) {
    const name = Buffer.from(file.name);
    const size = file.pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (offset + size > 0xffff_0000) throw new RangeError('A zip archive of 4 GiB or more is not supported.');
    const crc = file.pieces.reduce((sum, piece) => crc32(piece, sum), 0);
    const padding = (alignment - ((offset + 30 + name.length + 4) % alignment)) % alignment;
    const headerOffset = offset;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version that can unpack it
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc, 10);
    common.writeUInt32LE(size, 14);
    common.writeUInt32LE(size, 18);
    common.writeUInt16LE(name.length, 22);
    // The padding is an extra field like PyTorch's.
    const extra = Buffer.alloc(4 + padding);
    extra.write('FB', 'latin1');
    extra.writeUInt16LE(padding, 2);
    const header = Buffer.from(common);
    header.writeUInt16LE(extra.length, 24);
    put(Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), header, name, extra]));
    for (const piece of file.pieces) put(piece);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(headerOffset, 10);
    directory.push(Buffer.from('PK\x01\x02\x00\x00', 'latin1'), common, rest, name);
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directoryBytes.length, 12);
  end.writeUInt32LE(offset, 16);
  return [...pieces, directoryBytes, end];
}
