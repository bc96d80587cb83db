import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage, encodePng } from '../../../../trainer/data/decode.ts';
import type { Channels } from '../../../../trainer/data/image.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { oddFiles } from '../files/odd-files.ts';
import { encodePng as encodePngAlone, withSize } from '../upscale/png-fixture.ts';
import { noise, temporaryFolder, withOddScan } from './images.ts';

const folder = temporaryFolder();

/** Two pixels, `[1, 2, channels]`. */
function pixels(channels: 1 | 2 | 3 | 4, ...samples: number[]) {
  return sharp(Uint8Array.from(samples), { raw: { width: 2, height: 1, channels } });
}

function pixels16(channels: 1 | 3, ...samples: number[]) {
  const space = channels === 1 ? 'grey16' : 'rgb16';
  return sharp(Uint16Array.from(samples), { raw: { width: 2, height: 1, channels } }).toColourspace(space);
}

async function check(name: string, file: Sharp, channels: Channels | undefined, expected: number[]) {
  const path = join(folder, name);
  await file.toFile(path);
  const image = await decodeImage(path, channels);
  expect([...image.data]).toEqual(expected);
  expect(image.width * image.height * image.channels).toBe(expected.length);
}

const colors = [10, 20, 30, 200, 100, 0];

test.each<[string, Sharp, Channels | undefined, number[]]>([
  ['rgb.png', pixels(3, ...colors), undefined, colors],
  ['palette.png', pixels(3, ...colors).png({ palette: true }), undefined, colors],
  ['alpha.png', pixels(4, 10, 20, 30, 0, 200, 100, 0, 128), undefined, colors],
  ['alpha.webp', pixels(4, 10, 20, 30, 9, 200, 100, 0, 128).webp({ lossless: true, exact: true }), 3, colors],
  ['rgb.tiff', pixels(3, ...colors).tiff({ compression: 'lzw' }), undefined, colors],
  ['rgb16.png', pixels16(3, 0, 32768, 65535, 25700, 128, 256), undefined, [0, 128, 255, 100, 0, 1]],
  ['grey.png', pixels(1, 7, 250).toColourspace('b-w'), undefined, [7, 250]],
  ['grey as rgb.png', pixels(1, 7, 250).toColourspace('b-w'), 3, [7, 7, 7, 250, 250, 250]],
  ['grey alpha.png', pixels(2, 7, 0, 250, 99).toColourspace('b-w'), 3, [7, 7, 7, 250, 250, 250]],
  ['grey16.png', pixels16(1, 25700, 65535), undefined, [100, 255]],
  ['rgb as rgba.png', pixels(3, ...colors), 4, [10, 20, 30, 255, 200, 100, 0, 255]],
  ['alpha as rgba.png', pixels(4, 10, 20, 30, 0, 200, 100, 0, 128), 4, [10, 20, 30, 0, 200, 100, 0, 128]],
  [
    '16 bits as rgba.png',
    pixels16(3, 0, 32768, 65535, 25700, 128, 256),
    4,
    [0, 128, 255, 255, 100, 0, 1, 255],
  ],
  ['grey as rgba.png', pixels(1, 7, 250).toColourspace('b-w'), 4, [7, 7, 7, 255, 250, 250, 250, 255]],
  [
    'grey alpha as rgba.png',
    pixels(2, 7, 0, 250, 99).toColourspace('b-w'),
    4,
    [7, 7, 7, 0, 250, 250, 250, 99],
  ],
  ['grey16 as rgba.png', pixels16(1, 25700, 65535), 4, [100, 100, 100, 255, 255, 255, 255, 255]],
  // .299 R + .587 G + .114 B
  ['rgb as grey.png', pixels(3, ...colors), 1, [18, 119]],
  [
    'turned.tiff',
    pixels(3, ...colors)
      .withMetadata({ orientation: 3 })
      .tiff({ compression: 'lzw' }),
    undefined,
    [200, 100, 0, 10, 20, 30],
  ],
])('decodes %s', check);

test.each([1, 3] as const)('16 bits of %d channels are rounded to the nearest 8 bits', async (channels) => {
  const samples = Uint16Array.from({ length: 2 ** 16 * channels }, (_, i) => Math.floor(i / channels));
  const path = join(folder, `all 16 bits ${channels}.png`);
  await sharp(samples, { raw: { width: 256, height: 256, channels } })
    .toColourspace(channels === 1 ? 'grey16' : 'rgb16')
    .toFile(path);
  const { data } = await decodeImage(path);
  expect(data).toEqual(Uint8Array.from(samples, (value) => Math.round(value / 257)));
});

test('accepts what decoders only warn about', async () => {
  const jpeg = await sharp(noise(16, 8, 3).data, { raw: { width: 16, height: 8, channels: 3 } })
    .jpeg()
    .toBuffer();
  const path = join(folder, 'odd.jpg');
  writeFileSync(path, jpeg);
  const expected = await decodeImage(path);
  writeFileSync(path, withOddScan(jpeg));
  expect(await decodeImage(path)).toEqual(expected);
});

test.each<[string, number, number, string]>([
  [
    'a PNG',
    30000,
    20000,
    'has 30000x20000 pixels; training and evaluation decode whole images, of at most 536',
  ],
  ['a truncated PNG', 16400, 16400, 'cannot decode the image'],
])('%s of %dx%d: %s', async (_, width, height, message) => {
  const path = join(folder, 'large.png');
  writeFileSync(
    path,
    withSize(
      encodePngAlone(1, 1, 1, 8, () => 0),
      width,
      height,
    ),
  );
  await expect(decodeImage(path)).rejects.toThrow(message);
});

test.each([
  [1, 'abcd'],
  [2, 'badc'],
  [3, 'dcba'],
  [4, 'cdab'],
  [5, 'acbd'],
  [6, 'cadb'],
  [7, 'dbca'],
  [8, 'bdac'],
])('applies EXIF orientation %d', async (orientation, expected) => {
  const path = join(folder, `turned ${orientation}.png`);
  await sharp(Buffer.from('abcd'), { raw: { width: 2, height: 2, channels: 1 } })
    .withMetadata({ orientation })
    .toColourspace('b-w')
    .toFile(path);
  expect(Buffer.from((await decodeImage(path, 1)).data).toString()).toBe(expected);
});

test('ignores color profiles', async () => {
  await check('p3.png', pixels(3, ...colors).withIccProfile('p3', { attach: true }), undefined, [
    ...(await sharp(
      await pixels(3, ...colors)
        .withIccProfile('p3')
        .png()
        .toBuffer(),
      { ignoreIcc: true },
    )
      .raw()
      .toBuffer()),
  ]);
});

test('converts CMYK to RGB', async () => {
  const path = join(folder, 'cmyk.jpg');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff0000' } })
    .toColourspace('cmyk')
    .jpeg({ quality: 100 })
    .toFile(path);
  const image = await decodeImage(path);
  expect(image.channels).toBe(3);
  const [red, green, blue] = image.data;
  expect(red).toBeGreaterThan(200);
  expect(green).toBeLessThan(80);
  expect(blue).toBeLessThan(80);
});

test.each([1, 3])('encodes a PNG of %d channels', async (channels) => {
  const image = noise(5, 4, channels);
  const { data, info } = await sharp(await encodePng(image))
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([5, 4, channels]);
  expect([...data]).toEqual([...image.data]);
});

test('rejects other numbers of channels', () => {
  expect(() => encodePng(noise(5, 4, 5))).toThrow('1 to 4 channels, not 5');
});

test.each<[string, () => Buffer | undefined, RegExp]>([
  ['missing.png', () => undefined, /missing\.png: cannot read the file: ENOENT/],
  ['empty.png', () => Buffer.alloc(0), /empty\.png: cannot decode the image: .*Remove the file/],
  [
    'text.png',
    () => Buffer.from('hello'),
    /text\.png: cannot decode the image: .*unsupported image format\. Remove/,
  ],
  [
    'cut.png',
    () => {
      const whole = readFileSync(join(folder, 'whole.png'));
      return whole.subarray(0, whole.length / 2);
    },
    /cut\.png: cannot decode the image/,
  ],
  [
    'cut.jpg',
    () => {
      const whole = readFileSync(join(folder, 'whole.jpg'));
      return whole.subarray(0, whole.length / 2);
    },
    /cut\.jpg: cannot decode the image: .*premature end/,
  ],
  ['cut.bmp', () => Buffer.from('BM'), /cut\.bmp: cannot decode the BMP: it is truncated/],
])('rejects %s', async (name, bytes, message) => {
  const whole = noise(64, 64, 3);
  const image = sharp(whole.data, { raw: { width: 64, height: 64, channels: 3 } });
  await image.clone().png().toFile(join(folder, 'whole.png'));
  await image.clone().jpeg().toFile(join(folder, 'whole.jpg'));
  const content = bytes();
  if (content) writeFileSync(join(folder, name), content);
  const failure = await decodeImage(join(folder, name)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkbenchError);
  expect(failure).toMatchObject({ code: 'data', message: expect.stringMatching(message) });
});

describe.skipIf(!hasTestData)(needsTestData('files of every kind'), () => {
  const inputs = join(testData, 'inputs');
  const files = existsSync(inputs)
    ? readdirSync(inputs).flatMap((set) => readdirSync(join(inputs, set)).map((name) => `${set}/${name}`))
    : [];

  test.each(files)('%s', async (name) => {
    // PngSuite's damaged files begin with x.
    const isDamaged = /truncated|corrupt|pngsuite\/x/.test(name);
    const decoded = decodeImage(join(inputs, name), 3);
    if (isDamaged)
      return expect(decoded).rejects.toThrow(/: cannot decode the image: .*[^:\s]\. Remove the file/);
    const { width, height, channels, data } = await decoded;
    expect([channels, data.length]).toEqual([3, width * height * 3]);
  });
});

const isWindows = process.platform === 'win32';

test.skipIf(isWindows).each(oddFiles)(
  `%s is not read as an image, and named${isWindows ? ' (skipped: not on Windows)' : ''}`,
  async (_, make, state, reason) => {
    const path = join(temporaryFolder(), 'a.png');
    make(path);
    const why = state === 'absent' ? 'ENOENT' : reason.source.replace(/^\^/, '').replace(/\$$/, '');
    await expect(decodeImage(path)).rejects.toThrow(new RegExp(`a\\.png: cannot read the file: ${why}`));
  },
);
