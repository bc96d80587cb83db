import { crc32, deflateSync } from 'node:zlib';

/** A PNG made without any image library, so that reading one can be checked against something else. */
export function encodePng(
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
  bits: 8 | 16,
  sample: (index: number) => number,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bits;
  header[9] = { 1: 0, 2: 4, 3: 2, 4: 6 }[channels];
  const row = width * channels;
  const rows = Buffer.alloc(height * (1 + (row * bits) / 8));
  for (let index = 0; index < height * row; index++) {
    const at = Math.floor(index / row) * (1 + (row * bits) / 8) + 1 + ((index % row) * bits) / 8;
    if (bits === 16) rows.writeUInt16BE(sample(index), at);
    else rows[at] = sample(index);
  }
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG whose header is replaced by one of another size, which its pixels do not have. */
export function withSize(png: Buffer, width: number, height: number): Buffer {
  const header = Buffer.from(png.subarray(16, 29));
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', header), png.subarray(33)]);
}

/** An animated PNG of so many frames; only the first exists. */
export function animated(png: Buffer, frames: number): Buffer {
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames);
  return Buffer.concat([png.subarray(0, 33), chunk('acTL', control), png.subarray(33)]);
}
