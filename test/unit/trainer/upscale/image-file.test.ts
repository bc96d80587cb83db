import { renameSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FloatImage } from '../../../../trainer/data/image.ts';
import { type ImageHeader, readHeader, withPixels } from '../../../../trainer/upscale/image-file.ts';
import { type ImageFormat, writeImage } from '../../../../trainer/upscale/image-writer.ts';
import { cropFloats } from '../../../../trainer/upscale/resize-canvas.ts';
import { temporaryFolder } from '../data/images.ts';
import { oddFiles } from '../files/odd-files.ts';
import { animated, encodePng, withSize } from './png-fixture.ts';
import { readPixels } from './read-pixels.ts';
import { largestDifference, noise } from './test-upscalers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'));
});
afterAll(() => rm(folder, { recursive: true }));

let count = 0;
async function file(content: Buffer | Sharp): Promise<string> {
  const path = join(folder, `image ${count++}`);
  await writeFile(path, Buffer.isBuffer(content) ? content : await content.toBuffer());
  return path;
}

async function read(content: Buffer | Sharp): Promise<{ header: ImageHeader; pixels: FloatImage }> {
  const header = await readHeader(await file(content));
  return { header, pixels: await readPixels(header) };
}

/** Writes an image as the upscaler does, and gives the path. */
async function write(header: ImageHeader, pixels: FloatImage, format: ImageFormat): Promise<string> {
  const path = join(folder, `written ${count++}`);
  const writer = await writeImage(path, { ...header, format, model: header });
  const most = header.bits === 16 ? 65535 : 255;
  const samples = pixels.data.map((value) => Math.round(value * most));
  const rows = header.bits === 16 ? Uint16Array.from(samples) : Uint8Array.from(samples);
  // Two pieces beside each other, and one below them.
  const { width, height, channels } = header;
  const top = Math.floor(height / 2);
  const left = Math.floor(width / 2);
  for (const [x, y, columns, count] of [
    [0, 0, left, top],
    [left, 0, width - left, top],
    [0, top, width, height - top],
  ] as const) {
    const piece = rows.slice(0, columns * count * channels);
    for (let row = 0; row < count; row++) {
      const from = ((y + row) * width + x) * channels;
      piece.set(rows.subarray(from, from + columns * channels), row * columns * channels);
    }
    writer.write({ x, y, width: columns, height: count }, piece);
  }
  await writer.finish((encoded) => renameSync(encoded, path));
  return path;
}

const shapes = ([1, 2, 3, 4] as const).flatMap((channels) =>
  ([8, 16] as const).map((bits) => ({ channels, bits })),
);

describe('samples are read as stored', () => {
  test.each(shapes)('$channels channels of $bits bits', async ({ channels, bits }) => {
    const [width, height, most] = [211, 13, bits === 16 ? 65535 : 255];
    const sample = (index: number) => (index * 1021) % (most + 1);
    const { header, pixels } = await read(encodePng(width, height, channels, bits, sample));
    expect(header).toMatchObject({ width, height, channels, bits, format: 'png', notes: [] });
    expect(pixels).toMatchObject({ width, height, channels });
    expect([...pixels.data].map((value) => Math.round(value * most))).toEqual(
      Array.from({ length: width * height * channels }, (_, index) => sample(index)),
    );
  });

  test('a palette is resolved', async () => {
    const colors = noise(16, 16, 3).data.map((value) => Math.round(value) * 255);
    const raw = { raw: { width: 16, height: 16, channels: 3 as const } };
    const { header, pixels } = await read(sharp(Uint8Array.from(colors), raw).png({ palette: true }));
    expect((await sharp(header.path).metadata()).isPalette).toBe(true);
    expect(header).toMatchObject({ channels: 3, bits: 8 });
    expect([...pixels.data].map((value) => value * 255)).toEqual([...colors]);
  });
});

test.each(shapes)(
  'parts of $channels channels and $bits bits equal those of the whole image',
  async (shape) => {
    const most = shape.bits === 16 ? 65535 : 255;
    const content = encodePng(20, 12, shape.channels, shape.bits, (i) => (i * 1021) % (most + 1));
    const { header, pixels } = await read(content);
    const temporary = join(folder, `parts ${count++}.v`);
    await withPixels(header, temporary, async (source) => {
      // The second has the rows of the first, the third others.
      for (const part of [
        { x: 0, y: 2, width: 7, height: 5 },
        { x: 13, y: 2, width: 7, height: 5 },
        { x: 5, y: 7, width: 3, height: 5 },
      ]) {
        expect(await source.read(part)).toEqual(cropFloats(pixels, part));
      }
      expect((await readdir(folder)).includes(basename(temporary))).toBe(true);
    });
    expect((await readdir(folder)).includes(basename(temporary))).toBe(false);
  },
);

describe('a written image reads back', () => {
  test.each(shapes)('$channels channels of $bits bits', async ({ channels, bits }) => {
    const most = bits === 16 ? 65535 : 255;
    const { header, pixels } = await read(encodePng(60, 11, channels, bits, (i) => (i * 1021) % (most + 1)));
    for (const format of ['png', 'tiff'] as const) {
      const again = await readHeader(await write(header, pixels, format));
      expect(again, format).toMatchObject({ format, width: 60, height: 11, channels, bits });
      expect(largestDifference(await readPixels(again), pixels), format).toBe(0);
    }
    if (bits === 8 && channels >= 3) {
      const again = await readHeader(await write(header, pixels, 'webp'));
      expect(again).toMatchObject({ format: 'webp', channels });
      const visible = { ...pixels, data: pixels.data.map((value, i) => (hidden(pixels, i) ? 0 : value)) };
      const result = await readPixels(again);
      const seen = { ...result, data: result.data.map((value, i) => (hidden(pixels, i) ? 0 : value)) };
      expect(largestDifference(seen, visible)).toBe(0);
    }
  });

  /** Whether a sample is the color of a fully transparent pixel, which WebP does not keep. */
  function hidden({ channels, data }: FloatImage, index: number): boolean {
    return channels === 4 && data[Math.floor(index / 4) * 4 + 3] === 0;
  }

  test.each([1, 3] as const)('JPEG with %i channels, approximately', async (channels) => {
    const { header, pixels } = await read(
      encodePng(64, 32, channels, 8, (i) => 40 + (Math.floor(i / channels) % 64)),
    );
    const again = await readHeader(await write(header, pixels, 'jpeg'));
    expect(again).toMatchObject({ format: 'jpeg', channels, bits: 8 });
    expect(largestDifference(await readPixels(again), pixels)).toBeLessThan(4 / 255);
    expect((await sharp(again.path).metadata()).chromaSubsampling).toBe('4:4:4');
  });

  test('a 16-bit gradient preserves all levels', async () => {
    const { header, pixels } = await read(encodePng(100, 40, 1, 16, (i) => i * 16));
    const again = await readPixels(await readHeader(await write(header, pixels, 'png')));
    expect(new Set(again.data).size).toBe(4000);
  });
});

describe('profile, EXIF and resolution', () => {
  const image = (channels: 1 | 3) => {
    const { data } = noise(24, 16, channels);
    return sharp(Uint8Array.from(data.map((value) => value * 255)), {
      raw: { width: 24, height: 16, channels },
    });
  };

  test.each(['png', 'jpeg', 'webp', 'tiff'] as const)(
    '%s keeps its profile and its values',
    async (format) => {
      const { header, pixels } = await read(
        image(3).withIccProfile('p3').toFormat(format, { lossless: true, compression: 'lzw' }),
      );
      const stored = await sharp(header.path, { ignoreIcc: true }).raw().toBuffer();
      expect([...pixels.data].map((value) => Math.round(value * 255))).toEqual([...stored]);
      const { icc } = await sharp(header.path).metadata();
      const written = await write(header, pixels, format);
      expect(icc!.length).toBeGreaterThan(100);
      expect((await sharp(written).metadata()).icc?.equals(icc!)).toBe(true);
      if (format === 'jpeg') return;
      expect(largestDifference(await readPixels(await readHeader(written)), pixels)).toBe(0);
    },
  );

  test('without profile and EXIF, none is added', async () => {
    const { header, pixels } = await read(image(3).png());
    const { icc, exif } = await sharp(await write(header, pixels, 'jpeg')).metadata();
    expect([icc, exif]).toEqual([undefined, undefined]);
  });

  // Where the first and the last pixel of a row of three (1, 2, 3 over 4, 5, 6) come to lie.
  test.each([
    [1, 3, [1, 2, 3, 4, 5, 6]],
    [2, 3, [3, 2, 1, 6, 5, 4]],
    [3, 3, [6, 5, 4, 3, 2, 1]],
    [4, 3, [4, 5, 6, 1, 2, 3]],
    [5, 2, [1, 4, 2, 5, 3, 6]],
    [6, 2, [4, 1, 5, 2, 6, 3]],
    [7, 2, [6, 3, 5, 2, 4, 1]],
    [8, 2, [3, 6, 2, 5, 1, 4]],
  ])('orientation %i is applied, and the tag is reset', async (orientation, width, order) => {
    const raw = { raw: { width: 3, height: 2, channels: 3 as const } };
    const { header, pixels } = await read(
      sharp(Uint8Array.of(10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40, 50, 50, 50, 60, 60, 60), raw)
        .withExif({ IFD0: { Artist: 'Ada' } })
        .withMetadata({ orientation })
        .png(),
    );
    expect(header).toMatchObject({ width, height: 6 / width });
    const reds = pixels.data.filter((_, i) => i % 3 === 0);
    expect([...reds].map((value) => Math.round(value * 25.5))).toEqual(order);
    for (const format of ['png', 'jpeg', 'webp', 'tiff'] as const) {
      const written = await sharp(await write(header, pixels, format)).metadata();
      expect(written.orientation ?? 1, format).toBe(1);
      if (format !== 'tiff') expect(written.exif?.includes('Ada'), format).toBe(true);
    }
  });

  test('the thumbnail in the EXIF block, which may be rotated, is removed', async () => {
    const exif = { IFD0: { Artist: 'Ada' }, IFD1: { ImageDescription: 'a thumbnail' } };
    const { header, pixels } = await read(image(3).withExif(exif).jpeg());
    expect((await sharp(header.path).metadata()).exif?.includes('a thumbnail')).toBe(true);
    const written = await sharp(await write(header, pixels, 'jpeg')).metadata();
    expect(['Ada', 'a thumbnail'].map((text) => written.exif?.includes(text))).toEqual([true, false]);
  });

  test('dots per inch are preserved', async () => {
    const { header, pixels } = await read(image(3).withMetadata({ density: 300 }).png());
    for (const format of ['png', 'jpeg', 'tiff'] as const) {
      expect((await readHeader(await write(header, pixels, format))).density, format).toBe(300);
    }
  });

  test.each([
    ['without a profile', (image: Sharp) => image],
    ['with its profile', (image: Sharp) => image.withIccProfile('cmyk')],
  ])('CMYK %s becomes sRGB, and says so', async (_, profiled) => {
    const { header, pixels } = await read(profiled(image(3).toColourspace('cmyk')).jpeg());
    expect(header).toMatchObject({
      channels: 3,
      bits: 8,
      notes: ['colors are converted from CMYK to sRGB'],
    });
    expect(header.icc).toBeUndefined();
    const seen = await sharp(header.path).toColourspace('srgb').raw().toBuffer();
    expect([...pixels.data].map((value) => Math.round(value * 255))).toEqual([...seen]);
  });

  test('of a moving PNG the first frame, and says so', async () => {
    const still = encodePng(8, 6, 3, 8, () => 7);
    for (const [frames, notes] of [
      [
        4,
        ['only the first of 4 pages or frames is upscaled; convert the animated PNG to WebP or GIF for all'],
      ],
      [1, []],
    ] as const) {
      const { header, pixels } = await read(animated(still, frames));
      expect(header).toMatchObject({ width: 8, height: 6, notes });
      expect(pixels.data[0]).toBeCloseTo(7 / 255, 6);
    }
  });

  test('more than 268 megapixels are an image', async () => {
    const large = withSize(
      encodePng(1, 1, 1, 8, () => 0),
      16400,
      16400,
    );
    expect(await readHeader(await file(large))).toMatchObject({ width: 16400, height: 16400, channels: 1 });
  });

  test.each(['gif', 'webp', 'tiff'] as const)(
    'of a moving %s the frames, or the first and a note',
    async (format) => {
      const frames = [0, 1].map((i) => ({
        create: { width: 8, height: 6, channels: 3 as const, background: i ? '#f00' : '#00f' },
      }));
      const pages = await Promise.all(frames.map((frame) => sharp(frame).png().toBuffer()));
      const { header, pixels } = await read(
        sharp(pages, { join: { animated: true } }).toFormat(format, { lossless: true, compression: 'lzw' }),
      );
      expect(header).toMatchObject({
        width: 8,
        height: 6,
        ...(format === 'tiff'
          ? { notes: ['only the first of 2 pages or frames is upscaled'] }
          : { notes: [], animation: { frames: 2 } }),
      });
      expect([...pixels.data.subarray(0, 3)]).toEqual([0, 0, 1]);
    },
  );
});

describe('the error names an unreadable file', () => {
  const whole = encodePng(64, 64, 3, 8, (i) => (i * 7919) % 256);
  async function check(content: Buffer | Sharp, reason: RegExp): Promise<void> {
    const path = await file(content);
    const reading = readHeader(path).then(readPixels);
    await expect(reading).rejects.toMatchObject({ code: 'data', message: expect.stringContaining(path) });
    await expect(reading).rejects.toThrow(reason);
  }

  test('a text file', () => check(Buffer.from('not an image'), /not an image/));
  test('an empty file', () => check(Buffer.alloc(0), /not an image/));
  test('truncated', () => check(whole.subarray(0, whole.length / 2), /truncated/));
  test('a damaged byte', () => check(Buffer.from(whole).fill(0, 200, 240), /damaged/));
  test('a vector graphic', () =>
    check(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), /SVG/));
  test('samples that are floats', () => {
    // Width, height, bits, no compression, black is 0, offset, samples, rows, bytes, floats.
    const tags = [
      [256, 2],
      [257, 2],
      [258, 32],
      [259, 1],
      [262, 1],
      [273, 134],
      [277, 1],
      [278, 2],
      [279, 16],
      [339, 3],
    ];
    const tiff = Buffer.alloc(134 + 16);
    tiff.write('II*\0\x08\0\0\0', 'latin1');
    tiff.writeUInt16LE(tags.length, 8);
    for (const [index, [tag, value]] of tags.entries()) {
      tiff.writeUInt16LE(tag!, 10 + index * 12);
      tiff.writeUInt16LE(3, 12 + index * 12);
      tiff.writeUInt32LE(1, 14 + index * 12);
      tiff.writeUInt16LE(value!, 18 + index * 12);
    }
    return check(tiff, /type float; only 8 and 16 bits/);
  });
  test('a missing file', async () => {
    const reading = readHeader(join(folder, 'absent.png'));
    await expect(reading).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/absent\.png cannot be opened \(ENOENT/),
    });
  });
});

test('an unwritable folder is a disk error', async () => {
  const header = await readHeader(await file(encodePng(4, 4, 3, 8, (i) => i)));
  const decoding = withPixels(header, join(folder, 'nowhere', 'x.v'), async () => {});
  await expect(decoding).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringMatching(
      /nowhere cannot be written to \(no such file or directory\)\. Choose another/,
    ),
  });
});

test('a large JPEG has the standard tables: computing its own would need all of it in memory', async () => {
  const header = await readHeader(await file(encodePng(4, 4, 3, 8, (i) => i)));
  // Kinds and contents of the segments before the image data that define Huffman tables.
  const tablesOf = async (side: number) => {
    const path = join(folder, `large ${side}.jpg`);
    const writer = await writeImage(path, {
      ...header,
      format: 'jpeg',
      width: side,
      height: side,
      model: { width: side, height: side },
    });
    writer.write({ x: 0, y: 0, width: side, height: side }, new Uint8Array(3 * side * side).fill(99));
    await writer.finish((encoded) => renameSync(encoded, path));
    const bytes = await readFile(path);
    let tables = 0;
    for (let at = 2; bytes[at + 1] !== 0xda; at += 2 + bytes.readUInt16BE(at + 2)) {
      if (bytes[at + 1] === 0xc4) tables += bytes.readUInt16BE(at + 2) - 2;
    }
    return tables;
  };
  const standard = 2 * (17 + 12) + 2 * (17 + 162);
  expect(await tablesOf(4000)).toBe(standard);
  expect(await tablesOf(100)).toBeLessThan(standard);
});

describe('a writer leaves a complete file or none', () => {
  test('discarded', async () => {
    const inside = await mkdtemp(join(folder, 'discard-'));
    const header = await readHeader(await file(encodePng(4, 4, 3, 8, (i) => i)));
    const writer = await writeImage(join(inside, 'x.png'), { ...header, format: 'png', model: header });
    writer.write({ x: 0, y: 0, width: 4, height: 2 }, new Uint8Array(24));
    expect(await readdir(inside)).toHaveLength(1);
    await writer.discard();
    expect(await readdir(inside)).toEqual([]);
  });

  test('missing rows', async () => {
    const inside = await mkdtemp(join(folder, 'missing-'));
    const header = await readHeader(await file(encodePng(4, 400, 3, 8, (i) => i)));
    const writer = await writeImage(join(inside, 'x.png'), { ...header, format: 'png', model: header });
    await expect(writer.finish(() => {})).rejects.toThrow(/^1600 pixels of .*x\.png were not written/);
    expect(await readdir(inside)).toEqual([]);
  });

  test('a missing folder', async () => {
    const header = await readHeader(await file(encodePng(4, 4, 3, 8, (i) => i)));
    const path = join(folder, 'nowhere', 'x.png');
    const writing = writeImage(path, { ...header, format: 'png', model: header });
    await expect(writing).rejects.toMatchObject({ code: 'disk', message: expect.stringContaining(path) });
  });
});

const isWindows = process.platform === 'win32';

test.skipIf(isWindows).each(oddFiles)(
  `%s is not read as an image, and named${isWindows ? ' (skipped: not on Windows)' : ''}`,
  async (_, make, state, reason) => {
    const path = join(temporaryFolder(), 'a.png');
    make(path);
    const why = state === 'absent' ? 'ENOENT' : reason.source.replace(/^\^/, '').replace(/\$$/, '');
    await expect(readHeader(path)).rejects.toThrow(new RegExp(`a\\.png cannot be opened \\(${why}`));
  },
);
