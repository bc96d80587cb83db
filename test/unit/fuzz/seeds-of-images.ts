import { crc32 } from 'node:zlib';

/** Small files of each format with valid headers. Only the bitmaps can be decoded. */
export const imageSeeds: readonly Buffer[] = [
  png(),
  png(chunk('eXIf', exif(6))),
  jpeg(),
  jpeg(segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif(8)]))),
  webp(webpChunk('VP8 ', bytes('9d012a15000a00', 14))),
  webp(webpChunk('VP8L', Buffer.from('2f1440020000', 'hex'))),
  webp(webpChunk('VP8X', Buffer.from('08000000140000090000', 'hex')), webpChunk('EXIF', exif(5))),
  exif(3, 21, 10),
  Buffer.from('4d4d002a00000008000201000003000000010015000001010004000000010000000a', 'hex'),
  ...[1, 4, 8, 24, 32].map((bits) => bitmap(bits)),
];

function png(...more: Buffer[]): Buffer {
  const header = Buffer.from('000000150000000a0802000000', 'hex');
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', Buffer.alloc(20)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), content]);
  return Buffer.concat([uint32(content.length, 'big'), named, uint32(crc32(named), 'big')]);
}

function jpeg(...more: Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.of(0xff, 0xd8),
    segment(0xe0, Buffer.from('JFIF\0')),
    ...more,
    segment(0xc0, Buffer.from('08000a001503011100021100031100', 'hex')),
    segment(0xda, Buffer.alloc(20)),
  ]);
}

function segment(marker: number, content: Buffer): Buffer {
  const length = content.length + 2;
  return Buffer.concat([Buffer.of(0xff, marker, length >> 8, length & 255), content]);
}

function webp(...chunks: Buffer[]): Buffer {
  const content = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  return Buffer.concat([Buffer.from('RIFF'), uint32(content.length, 'little'), content]);
}

function webpChunk(type: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), uint32(content.length, 'little'), content]);
}

/** A TIFF directory: orientation, and optionally width and height. */
function exif(orientation: number, ...size: number[]): Buffer {
  const tags = [...size.map((value, index) => [256 + index, value]), [274, orientation]];
  const entries = tags.map(([tag = 0, value = 0]) => {
    const entry = Buffer.alloc(12);
    entry.writeUInt16LE(tag, 0);
    entry.writeUInt16LE(3, 2);
    entry.writeUInt32LE(1, 4);
    entry.writeUInt16LE(value, 8);
    return entry;
  });
  return Buffer.concat([
    Buffer.from('II*\0\x08\0\0\0'),
    Buffer.of(tags.length, 0),
    ...entries,
    Buffer.alloc(4),
  ]);
}

function bitmap(bits: number): Buffer {
  const stride = Math.ceil((21 * bits) / 32) * 4;
  const start = 54 + (bits <= 8 ? 4 * 2 ** bits : 0);
  const file = Buffer.alloc(start + stride * 10, 7);
  file.write('BM');
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(21, 18);
  file.writeInt32LE(10, 22);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(0, 30);
  file.writeUInt32LE(0, 46);
  return file;
}

function bytes(hex: string, length: number): Buffer {
  return Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(length)]);
}

function uint32(value: number, order: 'big' | 'little'): Buffer {
  const found = Buffer.alloc(4);
  if (order === 'big') found.writeUInt32BE(value);
  else found.writeUInt32LE(value);
  return found;
}
