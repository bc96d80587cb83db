import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readHeader } from '../../../../trainer/upscale/image-file.ts';
import { iimOf, photoshopBlock } from '../../../../trainer/upscale/iptc.ts';
import { planImage } from '../../../../trainer/upscale/plan.ts';
import { addMetadataToTiff, exifOfTiff, iptcOfTiff } from '../../../../trainer/upscale/tiff-exif.ts';
import { upscaleFile } from '../../../../trainer/upscale/upscale-file.ts';
import { temporaryFolder } from '../data/images.ts';
import { bicubic } from './test-upscalers.ts';

const pixels = Uint8Array.from({ length: 10 * 8 * 3 }, (_, i) => (i * 37) % 256);
const image = () => sharp(pixels, { raw: { width: 10, height: 8, channels: 3 } });
const exif = {
  IFD0: { Artist: 'Ada Lovelace', Make: 'Camera', Copyright: 'Ada' },
  IFD2: { FNumber: '28/10', ISOSpeedRatings: '400' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' },
};

async function upscaled(input: string, format: 'tiff' | 'jpeg'): Promise<string> {
  const model = bicubic(2);
  const { output } = await upscaleFile(model, await planImage(input, model, { format }));
  return output;
}

describe('EXIF in TIFF', () => {
  test('survives JPEG to TIFF to JPEG, as libexif reads it', async () => {
    const input = join(temporaryFolder(), 'a.jpg');
    await image().withExif(exif).jpeg().toFile(input);
    const tiff = await upscaled(input, 'tiff');
    // The pixels are those of the same TIFF file without EXIF.
    expect(await sharp(tiff).metadata()).toMatchObject({ format: 'tiff', width: 20, height: 16 });
    const jpeg = await upscaled(tiff, 'jpeg');
    const found = (await sharp(jpeg).metadata()).exif ?? Buffer.alloc(0);
    for (const text of ['Ada Lovelace', 'Camera']) expect(found.includes(text), text).toBe(true);
    const values = (...numbers: number[]) =>
      ['LE', 'BE'].map((order) => {
        const bytes = Buffer.alloc(4 * numbers.length);
        for (const [i, number] of numbers.entries()) {
          if (order === 'LE') bytes.writeUInt32LE(number, 4 * i);
          else bytes.writeUInt32BE(number, 4 * i);
        }
        return bytes;
      });
    for (const numbers of [
      [28, 10],
      [51, 1, 30, 1, 3230, 100],
    ]) {
      expect(
        values(...numbers).some((bytes) => found.includes(bytes)),
        String(numbers),
      ).toBe(true);
    }
  });

  test('is in the file as tags that point into it', async () => {
    const folder = temporaryFolder();
    const [jpeg, tiff] = [join(folder, 'a.jpg'), join(folder, 'a.tif')];
    await image().withExif(exif).jpeg().toFile(jpeg);
    await image().tiff({ compression: 'lzw' }).toFile(tiff);
    const before = await sharp(tiff).raw().toBuffer();
    expect(exifOfTiff(tiff)).toBeUndefined();
    const { exif: block } = await readHeader(jpeg);
    expect(addMetadataToTiff(tiff, { exif: block! })).toBe(true);
    expect((await sharp(tiff).raw().toBuffer()).equals(before)).toBe(true);
    const bytes = readFileSync(tiff);
    const first = bytes.readUInt32LE(4);
    const tags = Array.from({ length: bytes.readUInt16LE(first) }, (_, i) =>
      bytes.readUInt16LE(first + 2 + 12 * i),
    );
    expect(tags).toEqual(tags.toSorted((a, b) => a - b));
    for (const tag of [0x013b, 0x010f, 0x8769, 0x8825]) expect(tags).toContain(tag);
  });

  test('of the other byte order is read', () => {
    // Big endian: one directory with Artist and a pointer to a camera directory with ISO 400.
    const bytes = Buffer.alloc(70);
    bytes.write('MM\0*\0\0\0\x08', 0, 'latin1');
    bytes.writeUInt16BE(2, 8);
    entry(10, 0x013b, 2, 4, Buffer.from('Ada\0'));
    entry(22, 0x8769, 4, 1, Buffer.from([0, 0, 0, 50]));
    bytes.writeUInt16BE(1, 50);
    entry(52, 0x8827, 3, 1, Buffer.from([1, 144, 0, 0]));
    const path = join(temporaryFolder(), 'a.tif');
    writeFileSync(path, bytes);
    const found = exifOfTiff(path);
    expect(found?.toString('latin1', 0, 10)).toBe('Exif\0\0II*\0');
    expect(found?.includes('Ada')).toBe(true);
    expect(found?.includes(Buffer.from([0x27, 0x88, 3, 0, 1, 0, 0, 0, 144, 1]))).toBe(true);

    function entry(at: number, tag: number, type: number, count: number, value: Buffer): void {
      bytes.writeUInt16BE(tag, at);
      bytes.writeUInt16BE(type, at + 2);
      bytes.writeUInt32BE(count, at + 4);
      value.copy(bytes, at + 8);
    }
  });

  test('that is damaged is left out', async () => {
    const tiff = join(temporaryFolder(), 'a.tif');
    await image().tiff().toFile(tiff);
    const before = readFileSync(tiff);
    for (const block of [
      Buffer.alloc(0),
      Buffer.from('Exif\0\0'),
      Buffer.from('Exif\0\0II*\0\xff\0\0\0', 'latin1'),
    ]) {
      expect(addMetadataToTiff(tiff, { exif: block })).toBe(false);
      expect(readFileSync(tiff).equals(before)).toBe(true);
    }
  });
});

describe('IPTC in TIFF', () => {
  /** A dataset of IIM: record 2, dataset 80 (by-line). */
  const iim = (author: string) =>
    Buffer.concat([Buffer.from([0x1c, 2, 80, 0, author.length]), Buffer.from(author)]);

  test('survives JPEG to TIFF to JPEG, whatever its length', async () => {
    for (const author of ['Ada', 'Ada Lovelace', 'Augusta Ada King']) {
      const folder = temporaryFolder();
      const [input, jpeg] = [join(folder, 'plain.jpg'), join(folder, 'a.jpg')];
      await image().jpeg().toFile(input);
      const bytes = readFileSync(input);
      const block = photoshopBlock(iim(author));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(block.length + 2);
      const segment = Buffer.concat([Buffer.from([0xff, 0xed]), length, block]);
      writeFileSync(jpeg, Buffer.concat([bytes.subarray(0, 2), segment, bytes.subarray(2)]));
      const tiff = await upscaled(jpeg, 'tiff');
      expect(await sharp(tiff).metadata()).toMatchObject({ format: 'tiff', width: 20, height: 16 });
      // The tag has the data alone.
      expect(readFileSync(tiff).includes(iim(author))).toBe(true);
      expect(readFileSync(tiff).includes('Photoshop')).toBe(false);
      const { iptc } = await sharp(await upscaled(tiff, 'jpeg')).metadata();
      expect(iptc && iimOf(iptc)).toEqual(iim(author));
    }
  });

  test("as words of the file's byte order is read", () => {
    const bytes = Buffer.alloc(34);
    bytes.write('II*\0\x08\0\0\0', 0, 'latin1');
    bytes.writeUInt16LE(1, 8);
    bytes.writeUInt16LE(0x83bb, 10);
    bytes.writeUInt16LE(4, 12);
    bytes.writeUInt32LE(2, 14);
    bytes.writeUInt32LE(26, 18);
    iim('Ada').copy(bytes, 26);
    const path = join(temporaryFolder(), 'a.tif');
    writeFileSync(path, bytes);
    expect(iimOf(iptcOfTiff(path)!)).toEqual(iim('Ada'));
    bytes.subarray(26).swap32();
    writeFileSync(path, bytes);
    expect(iimOf(iptcOfTiff(path)!)).toEqual(iim('Ada'));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no resources of Photoshop', Buffer.from('other')],
    ['a resource that is cut', Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0', 'latin1')],
    ['other resources only', Buffer.from('Photoshop 3.0\x008BIM\x03\xed\0\0\0\0\0\x01a\0', 'latin1')],
  ])('%s has none', (_, block) => {
    expect(iimOf(block)).toBeUndefined();
  });
});
