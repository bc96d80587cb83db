import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import { imageSize } from '../../../../trainer/image-files/image-size.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { temporaryFolder } from '../data/images.ts';

const folder = temporaryFolder();
const red = sharp({ create: { width: 21, height: 10, channels: 3, background: 'red' } });

for (const format of ['png', 'jpeg', 'webp', 'tiff'] as const) {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(`${format} with orientation %d`, async (orientation) => {
    const file = join(folder, `${orientation}.${format}`);
    await red.clone().withMetadata({ orientation }).toFormat(format).toFile(file);
    expect(imageSize(file)).toEqual(orientation < 5 ? { width: 21, height: 10 } : { width: 10, height: 21 });
    const decoded = await decodeImage(file);
    expect(imageSize(file)).toEqual({ width: decoded.width, height: decoded.height });
  });
}

test.each([
  ['lossless.webp', () => red.clone().webp({ lossless: true })],
  ['lossy.webp', () => red.clone().webp()],
  ['alpha.webp', () => red.clone().ensureAlpha(0.5).webp()],
  ['progressive.jpg', () => red.clone().jpeg({ progressive: true })],
  ['palette.png', () => red.clone().png({ palette: true })],
  ['big-endian.tiff', () => red.clone().tiff({ compression: 'lzw' })],
])('%s', async (name, make) => {
  const file = join(folder, name);
  await make().toFile(file);
  expect(imageSize(file)).toEqual({ width: 21, height: 10 });
});

test.each([
  [
    'two shorts',
    [
      0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 2, 1, 0, 0, 3, 0, 0, 0, 1, 1, 2, 0, 0, 1, 1, 0, 3, 0, 0, 0, 1, 0, 9,
      0, 0,
    ],
  ],
  [
    'two longs',
    [
      0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 2, 1, 0, 0, 4, 0, 0, 0, 1, 0, 0, 1, 2, 1, 1, 0, 4, 0, 0, 0, 1, 0, 0,
      0, 9,
    ],
  ],
])('big-endian TIFF: %s', (name, bytes) => {
  const file = join(folder, `${name}.tif`);
  writeFileSync(file, Buffer.from(bytes));
  expect(imageSize(file)).toEqual({ width: 258, height: 9 });
});

test.each([
  ['bottom-up', 40, 10, { width: 21, height: 10 }],
  ['top-down', 124, -10, { width: 21, height: 10 }],
])('BMP: %s', (name, headerSize, height, expected) => {
  const bytes = Buffer.alloc(64);
  bytes.write('BM');
  bytes.writeUInt32LE(headerSize, 14);
  bytes.writeInt32LE(21, 18);
  bytes.writeInt32LE(height, 22);
  const file = join(folder, `${name}.bmp`);
  writeFileSync(file, bytes);
  expect(imageSize(file)).toEqual(expected);
});

test('a JPEG with long segments, padding and a thumbnail before its size', async () => {
  const jpeg = await red.clone().jpeg().toBuffer();
  const long = Buffer.alloc(60_000, 0xff);
  long.set([0xff, 0xe2, 0xea, 0x5e]);
  const file = join(folder, 'long.jpg');
  writeFileSync(file, Buffer.concat([jpeg.subarray(0, 2), long, Buffer.of(0xff), jpeg.subarray(2)]));
  expect(imageSize(file)).toEqual({ width: 21, height: 10 });
});

test.each<[string, Buffer, Buffer, () => Promise<Buffer>]>([
  [
    'padding in a JPEG',
    Buffer.of(0xff, 0xd8),
    Buffer.of(0xff),
    async () => (await red.clone().jpeg().toBuffer()).subarray(2),
  ],
  [
    'empty chunks in a PNG',
    Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x15\0\0\0\x0a\x08\x02\0\0\0CRC4', 'latin1'),
    Buffer.from('\0\0\0\0tEXtCRC4'),
    async () => (await red.clone().png().toBuffer()).subarray(33),
  ],
  [
    'empty chunks in a WebP',
    Buffer.from(`RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x08${'\0'.repeat(9)}`),
    Buffer.from('JUNK\0\0\0\0'),
    async () => Buffer.alloc(20),
  ],
])('no size after endless %s', async (name, start, part, end) => {
  const file = join(folder, name);
  const sizeAfter = async (parts: number) => {
    writeFileSync(file, Buffer.concat([start, Buffer.alloc(parts * part.length, part), await end()]));
    return imageSize(file);
  };
  expect(await sizeAfter(1000)).toBeDefined();
  expect(await sizeAfter(20_000)).toBeUndefined();
});

test.each<[string, Buffer]>([
  ['empty', Buffer.alloc(0)],
  ['text', Buffer.from('no image at all, but long enough')],
  ['PNG cut in its header', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0', 'latin1')],
  ['JPEG without a size', Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0, 0, 0, 0, 0, 0, 0, 0])],
  ['JPEG cut in its header', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0xff])],
  ['WebP cut', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1')],
  ['TIFF with its directory beyond the end', Buffer.from('II*\0\xff\xff\0\0\0\0\0\0', 'latin1')],
])('no size: %s', (name, bytes) => {
  const file = join(folder, `broken ${name}`);
  writeFileSync(file, bytes);
  expect(imageSize(file)).toBeUndefined();
});

test('no size: a folder, and nothing at all', () => {
  expect(imageSize(folder)).toBeUndefined();
  expect(imageSize(join(folder, 'none'))).toBeUndefined();
});

describe.skipIf(!hasTestData)(needsTestData('what sharp can open'), () => {
  for (const set of hasTestData
    ? ['inputs/realesrgan', 'inputs/sharp', 'inputs/pngsuite', 'bsds500/val']
    : []) {
    test.each(readdirSync(join(testData, set)).slice(0, 60))(`${set}/%s`, async (name) => {
      const file = join(testData, set, name);
      const found = await sharp(file)
        .metadata()
        .catch(() => undefined);
      // Headers with a wrong checksum or color type have a size all the same: decoding refuses them.
      if (found) expect(imageSize(file)).toEqual(found.autoOrient);
      else await expect(decodeImage(file)).rejects.toThrow(name);
    });
  }
});
