import { writeFileSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pathIdentity } from '../../../../trainer/files/paths.ts';
import { readHeader } from '../../../../trainer/upscale/image-file.ts';
import { type PlanOptions, planImage } from '../../../../trainer/upscale/plan.ts';
import {
  type UpscaledFile,
  type UpscaleFileOptions,
  type UpscaleProgress,
  upscaleFile as upscalePlanned,
} from '../../../../trainer/upscale/upscale-file.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';
import { hasFolderLinks, needsFolderLinks } from '../../../folder-links.ts';
import { withOddScan } from '../data/images.ts';
import { encodePng } from './png-fixture.ts';
import { readPixels } from './read-pixels.ts';
import { bicubic, convolutionalUpscaler, largestDifference, noise, testUpscaler } from './test-upscalers.ts';

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'upscale-file-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
});
afterAll(() => rm(root, { recursive: true }));

const photo = encodePng(40, 30, 3, 8, (i) => (i * 37 + ((i * i) % 91)) % 256);

async function put(name: string, content: Buffer = photo): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function upscaleFile(
  upscaler: Upscaler,
  input: string,
  options: PlanOptions & UpscaleFileOptions = {},
): Promise<UpscaledFile> {
  return upscalePlanned(upscaler, await planImage(input, upscaler, options), options);
}

async function pixelsOf(path: string) {
  return readPixels(await readHeader(path));
}

describe('the output', () => {
  test.each([
    ['a.png', 'png', 'a_x4.png', 'png'],
    ['b.jpg', 'jpeg', 'b_x4.jpg', 'jpeg'],
    ['c.JPEG', 'jpeg', 'c_x4.JPEG', 'jpeg'],
    ['d.webp', 'webp', 'd_x4.webp', 'webp'],
    ['h.avif', 'avif', 'h_x4.avif', 'heif'],
    ['e.tif', 'tiff', 'e_x4.tif', 'tiff'],
    ['f.gif', 'gif', 'f_x4.png', 'png'],
    ['png in truth.jpg', 'png', 'png in truth_x4.png', 'png'],
    ['größer, 2.0', 'png', 'größer, 2_x4.png', 'png'],
  ] as const)('of %s (%s) is %s (%s)', async (name, format, expected, written) => {
    const input = await put(name, await sharp(photo).toFormat(format).toBuffer());
    const result = await upscaleFile(bicubic(4), input);
    expect(result).toMatchObject({
      input,
      output: join(folder, expected),
      width: 160,
      height: 120,
      kept: false,
    });
    expect(await sharp(result.output).metadata()).toMatchObject({ format: written, width: 160, height: 120 });
    expect((await readdir(folder)).sort()).toEqual([name, expected].sort());
  });

  test('of a BMP with alpha has alpha', async () => {
    const bmp = Buffer.alloc(70 + 2 * 8, 128);
    bmp.write('BM');
    for (const [at, value] of [
      [10, 70],
      [14, 56],
      [18, 2],
      [22, 2],
      [26, 1 + (32 << 16)],
      [30, 3],
      [54, 0xff0000],
      [58, 0xff00],
      [62, 0xff],
      [66, 0xff000000],
    ] as const)
      bmp.writeUInt32LE(value, at);
    const { output } = await upscaleFile(bicubic(4), await put('alpha.bmp', bmp));
    const { channels, data } = await pixelsOf(output);
    expect([channels, ...data.subarray(0, 4)].map((value) => Math.round(value * 255))).toEqual([
      4 * 255,
      ...Array(4).fill(128),
    ]);
  });

  test('of a JPEG that decoders warn about is written, and says so', async () => {
    const odd = withOddScan(await sharp(photo).jpeg().toBuffer());
    const result = await upscaleFile(bicubic(2), await put('odd.jpg', odd));
    expect(result).toMatchObject({ width: 80, kept: false });
    expect(result.notes).toEqual([expect.stringMatching(/^the decoder warns: .*SOS/)]);
  });

  test('of a BMP is a PNG', async () => {
    const bmp = Buffer.alloc(54 + 2 * 8);
    bmp.write('BM');
    bmp.writeUInt32LE(54, 10);
    for (const [at, value] of [
      [14, 40],
      [18, 2],
      [22, 2],
      [26, 1 + (24 << 16)],
    ] as const)
      bmp.writeUInt32LE(value, at);
    bmp.fill(200, 54);
    const result = await upscaleFile(bicubic(4), await put('g.bmp', bmp));
    expect(result).toMatchObject({ output: join(folder, 'g_x4.png'), width: 8, height: 8 });
    expect((await pixelsOf(result.output)).data[0]).toBeCloseTo(200 / 255, 6);
  });

  test('goes to --out, which is created', async () => {
    const out = join(folder, 'deep', 'er');
    const result = await upscaleFile(bicubic(2), await put('a.png'), { out });
    expect(result.output).toBe(join(out, 'a_x2.png'));
    expect(await readdir(out)).toEqual(['a_x2.png']);
  });

  test('too large for WebP is written as PNG', async () => {
    const wide = { create: { width: 4100, height: 2, channels: 3 as const, background: '#345' } };
    const input = await put('wide.webp', await sharp(wide).webp().toBuffer());
    const result = await upscaleFile(bicubic(4), input);
    expect(result).toMatchObject({
      output: join(folder, 'wide_x4.png'),
      width: 16400,
      notes: ['written as PNG, because WebP holds at most 16,383 pixels per side'],
    });
  });
});

test.each([
  [
    'webp',
    2000,
    4,
    'png',
    ['written as PNG, because WebP of more than 50 megapixels needs gigabytes of memory'],
  ],
  ['webp', 2000, 3, 'webp', []],
  ['jpeg', 16_400, 4, 'png', ['written as PNG, because JPEG holds at most 65,535 pixels per side']],
  ['gif', 20, 4, 'png', ['written as PNG']],
  ['tiff', 2000, 4, 'tiff', []],
] as const)(
  '%s of %i pixels per side, x%i, is planned as %s',
  async (format, side, scale, expected, notes) => {
    const height = side > 16_383 ? 1 : side;
    const image = sharp({ create: { width: side, height, channels: 3, background: '#345' } });
    const input = await put(`large.${format}`, await image.toFormat(format).toBuffer());
    const plan = await planImage(input, { name: 'model', scale });
    expect([plan.shape.format, plan.notes]).toEqual([expected, notes]);
  },
);

describe('a chosen size', () => {
  test.each([
    [{ scale: 2.5 }, 'a_x2.5.png', 100, 75],
    [{ width: 61 }, 'a_61w.png', 61, 46],
    [{ megapixels: 0.03 }, 'a_0.03mp.png', 200, 150],
    [{ scale: 8 }, 'a_x8.png', 320, 240],
  ] as const)('%j is written as %s', async (size, name, width, height) => {
    const input = await put('a.png');
    const { output } = await upscaleFile(bicubic(4), input, { size });
    expect(output).toBe(join(folder, name));
    expect(await sharp(output).metadata()).toMatchObject({ width, height });
    expect((await readdir(folder)).sort()).toEqual(['a.png', name].sort());
  });

  test.each([1, 2, 3, 4] as const)(
    'of %i channels keeps 16 bits and flat areas, and does not alias',
    async (channels) => {
      // A checkerboard of single pixels: without antialiasing it becomes a pattern, with it a flat gray.
      const isAlpha = (i: number) => channels % 2 === 0 && i % channels === channels - 1;
      const sample = (i: number) => {
        const pixel = Math.floor(i / channels);
        return isAlpha(i) ? 65535 : ((pixel % 90) + Math.floor(pixel / 90)) % 2 === 0 ? 20001 : 40001;
      };
      const input = await put('a.png', encodePng(90, 90, channels, 16, sample));
      const { output, notes } = await upscaleFile(bicubic(4), input, { size: { width: 30 } });
      expect(notes).toEqual(['only downscaled, because the image is larger than the result']);
      expect(await sharp(output).metadata()).toMatchObject({ width: 30, height: 30, depth: 'ushort' });
      const pixels = await pixelsOf(output);
      expect(pixels.channels).toBe(channels);
      // Not at the border, where the kernel is cut.
      const inner = pixels.data.filter((_, i) => {
        const [x, y] = [Math.floor(i / channels) % 30, Math.floor(i / channels / 30)];
        return !isAlpha(i) && Math.min(x, y, 29 - x, 29 - y) > 3;
      });
      expect(Math.max(...inner.map((value) => Math.abs(value * 65535 - 30001)))).toBeLessThan(300);
    },
  );

  test('beyond a model of scale 1 is an error that names the remedy', async () => {
    await expect(planImage(await put('a.png'), bicubic(1), { size: { scale: 2 } })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^bicubic has scale 1, .*let one follow with --then\.$/),
    });
  });
});

const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" tiff:Orientation="6" dc:creator="Ada"/></rdf:RDF></x:xmpmeta>';

/** A JPEG of 40 x 30 pixels to be turned, with EXIF, GPS, XMP, IPTC and a color profile. */
async function tagged(): Promise<Buffer> {
  const exif = { IFD0: { Artist: 'Ada' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
  const jpeg = await sharp(photo)
    .withIccProfile('p3')
    .withExif(exif)
    .withMetadata({ orientation: 6 })
    .withExifMerge(exif)
    .withXmp(xmp)
    .jpeg()
    .toBuffer();
  // IPTC (IIM) in a Photoshop segment: record 2, dataset 80 (by-line).
  const iim = Buffer.from([0x1c, 2, 80, 0, 3, ...Buffer.from('Ada'), 0]);
  const resource = Buffer.concat([
    Buffer.from('Photoshop 3.0\0'),
    Buffer.from('8BIM\x04\x04\0\0\0\0\0', 'latin1'),
    Buffer.from([iim.length - 1]),
    iim,
  ]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(resource.length + 2);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xed]), length, resource, jpeg.subarray(2)]);
}

describe('a chosen format', () => {
  test.each([
    ['png', {}, 'a_x2.png', ['exif', 'gps', 'xmp', 'icc']],
    ['jpeg', { quality: 80, chroma: '4:2:0' }, 'a_x2.jpeg', ['exif', 'gps', 'xmp', 'icc', 'iptc']],
    ['webp', {}, 'a_x2.webp', ['exif', 'gps', 'xmp', 'icc']],
    ['webp', { quality: 70 }, 'a_x2.webp', ['exif', 'gps', 'xmp', 'icc']],
    ['avif', {}, 'a_x2.avif', ['exif', 'gps', 'xmp', 'icc']],
    ['tiff', {}, 'a_x2.tif', ['xmp', 'icc', 'iptc']],
  ] as const)('%s %j is %s, upright, with %j', async (format, options, name, kept) => {
    const input = await put('a.jpeg', await tagged());
    const { output } = await upscaleFile(bicubic(2), input, { format, ...options });
    expect(output).toBe(join(folder, name));
    const found = await sharp(output).metadata();
    expect(found).toMatchObject({ format: format === 'avif' ? 'heif' : format, width: 60, height: 80 });
    expect(found.orientation ?? 1).toBe(1);
    const has = {
      exif: found.exif?.includes('Ada'),
      // The latitude's 32.3 seconds, as a fraction.
      gps: ['le', 'be'].some((order) => found.exif?.includes(fractions([51, 1, 30, 1], order === 'le'))),
      xmp: found.xmp?.includes('dc:creator="Ada"') && found.xmp.includes('tiff:Orientation="1"'),
      icc: found.icc !== undefined,
      iptc: found.iptc?.includes('Ada'),
    };
    expect(
      Object.entries(has)
        .flatMap(([block, is]) => (is ? [block] : []))
        .sort(),
    ).toEqual([...kept].sort());
    if (format === 'jpeg') expect(found.chromaSubsampling).toBe('4:2:0');
  });

  test('quality changes the size, and webp without it is lossless', async () => {
    const input = await put('a.png');
    const bytes = async (format: 'webp' | 'jpeg' | 'avif', quality?: number) => {
      const options = { format, existing: 'replace', ...(quality === undefined ? {} : { quality }) } as const;
      const { output } = await upscaleFile(bicubic(2), input, options);
      return { size: (await stat(output)).size, pixels: await pixelsOf(output) };
    };
    const png = await pixelsOf((await upscaleFile(bicubic(2), input)).output);
    const lossless = await bytes('webp');
    expect(largestDifference(lossless.pixels, png)).toBe(0);
    expect(largestDifference((await bytes('webp', 60)).pixels, png)).toBeGreaterThan(0);
    for (const format of ['jpeg', 'avif'] as const) {
      expect((await bytes(format, 40)).size, format).toBeLessThan((await bytes(format)).size);
    }
  });

  test('a format without alpha or 16 bits says what it loses', async () => {
    const deep = encodePng(8, 8, 4, 16, (i) => (i % 4 === 3 ? (i < 128 ? 0 : 65535) : 10_000));
    const { output, notes } = await upscaleFile(bicubic(2), await put('a.png', deep), { format: 'jpeg' });
    expect(notes).toEqual([
      'written with 8 bits instead of 16, the most in JPEG here',
      'transparent parts became white, because JPEG has no transparency',
    ]);
    const { channels, data } = await pixelsOf(output);
    expect([channels, Math.round(data[0]! * 255)]).toEqual([3, 255]);
  });
});

describe('an animation', () => {
  /** Three frames of 20 x 16 pixels: a square that moves over a transparent or a gray ground. */
  async function moving(format: 'gif' | 'webp', isTransparent: boolean): Promise<Buffer> {
    const channels = isTransparent ? 4 : 3;
    const pixels = Uint8Array.from({ length: 20 * 16 * 3 * channels }, (_, i) => {
      const [pixel, channel] = [Math.floor(i / channels), i % channels];
      const [x, y, frame] = [pixel % 20, Math.floor(pixel / 20) % 16, Math.floor(pixel / 320)];
      const isInside = Math.abs(x - 4 - 5 * frame) < 3 && Math.abs(y - 8) < 3;
      if (channel === 3) return isInside ? 255 : 0;
      return isInside ? [200, 40, 40][channel]! : 90;
    });
    const image = sharp(pixels, { raw: { width: 20, height: 48, channels, pageHeight: 16 } });
    return image.toFormat(format, { delay: [40, 500, 70], loop: 3, lossless: true }).toBuffer();
  }

  test.each([
    ['gif', false, undefined, 'a_x2.gif', 40, 32],
    ['gif', true, undefined, 'a_x2.gif', 40, 32],
    ['webp', false, undefined, 'a_x2.webp', 40, 32],
    ['webp', true, undefined, 'a_x2.webp', 40, 32],
    ['gif', true, { format: 'webp', size: { scale: 1.5 } }, 'a_x1.5.webp', 30, 24],
  ] as const)('%s, transparent: %s, as %j', async (format, isTransparent, options, name, width, height) => {
    const input = await put(`a.${format}`, await moving(format, isTransparent));
    const progress: UpscaleProgress[] = [];
    const { output, notes } = await upscaleFile(bicubic(2), input, {
      ...options,
      onProgress: (now) => progress.push(now),
    });
    expect([output, notes]).toEqual([join(folder, name), []]);
    expect(await sharp(output, { animated: true }).metadata()).toMatchObject({
      width,
      pageHeight: height,
      pages: 3,
      delay: [40, 500, 70],
      loop: 3,
    });
    expect(progress.map(({ tile, tiles }) => [tile, tiles])).toEqual([1, 2, 3].map((tile) => [tile, 3]));
    // Each frame, as a reader shows it, is close to the upscaled frame of the input.
    for (const page of [0, 1, 2]) {
      const frame = (path: string) => sharp(path, { page }).flatten({ background: '#fff' });
      const expected = await frame(input).resize(width, height, { kernel: 'cubic' }).raw().toBuffer();
      const found = await frame(output).raw().toBuffer();
      const squares = found.reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0);
      expect(Math.sqrt(squares / found.length), `frame ${page}`).toBeLessThan(20);
    }
  });

  test('becomes a still image in another format, and says so', async () => {
    const input = await put('a.gif', await moving('gif', false));
    const { output, notes } = await upscaleFile(bicubic(2), input, { format: 'png' });
    expect(await sharp(output).metadata()).toMatchObject({ format: 'png', width: 40, height: 32 });
    expect(notes).toEqual(['only the first of 3 frames is upscaled: PNG has no animations here']);
  });
});

function fractions(values: readonly number[], isLittle: boolean): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) {
    if (isLittle) bytes.writeUInt32LE(value, 4 * i);
    else bytes.writeUInt32BE(value, 4 * i);
  }
  return bytes;
}

test('a disk without enough space is an error before the upscaling starts', async () => {
  const never = testUpscaler('never', 4, 0, () => {
    throw new Error('must not run');
  });
  const out = join(folder, 'deep', 'er');
  const plan = await planImage(await put('a.png'), never, { out });
  const huge = { ...plan, shape: { ...plan.shape, model: { width: 1e8, height: 1e8 } } };
  await expect(upscalePlanned(never, huge)).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringMatching(/Upscaling .*a\.png needs 30\.0 PB in .*er, where .* are free\. /),
  });
  expect(await readdir(folder)).toEqual(['a.png']);
});

describe('an output that exists', () => {
  test('is skipped by default', async () => {
    const input = await put('a.png');
    const existing = await put('a_x4.png', Buffer.from('mine'));
    const never = testUpscaler('never', 4, 0, () => {
      throw new Error('must not run');
    });
    expect(await upscaleFile(never, input)).toMatchObject({ output: existing, kept: true });
    expect(await readFile(existing, 'utf8')).toBe('mine');
  });
  test('is replaced with overwrite', async () => {
    const input = await put('a.png');
    await put('a_x4.png', Buffer.from('mine'));
    const { output } = await upscaleFile(bicubic(4), input, { existing: 'replace' });
    expect((await sharp(output).metadata()).width).toBe(160);
  });
  test.each([
    [[], 'a_x4.png'],
    [['a_x4.png'], 'a_x4-2.png'],
    [['a_x4.png', 'a_x4-2.png'], 'a_x4-3.png'],
  ])('beside %j is another name: %s', async (existing, expected) => {
    const input = await put('a.png');
    for (const name of existing) await put(name, Buffer.from('mine'));
    const { output } = await upscaleFile(bicubic(4), input, { existing: 'rename' });
    expect(output).toBe(join(folder, expected));
    for (const name of existing) expect(await readFile(join(folder, name), 'utf8')).toBe('mine');
  });
  test('is not replaced when it is the image itself', async () => {
    const input = await put('a.png');
    const replacing = upscaleFile(bicubic(4), input, { existing: 'replace', name: '{name}' });
    await expect(replacing).rejects.toThrow(/the image itself/);
    expect(await readFile(input)).toEqual(photo);
  });
  test.runIf(hasFolderLinks)(
    needsFolderLinks('is not replaced when it is the image itself by another path'),
    async () => {
      const input = await put('a.png');
      await link(input, join(folder, 'a_x4.png'));
      await symlink(folder, join(folder, 'other'), 'junction');
      for (const options of [{}, { name: '{name}', out: join(folder, 'other') }]) {
        const replacing = upscaleFile(bicubic(4), input, { existing: 'replace', ...options });
        await expect(replacing).rejects.toThrow(/the image itself/);
      }
      expect(await readFile(input)).toEqual(photo);
    },
  );
  test('is not replaced when it is an input of the same batch', async () => {
    const inputs = new Set([await put('a.png'), await put('a_x4.png')].map((path) => pathIdentity(path)));
    const replacing = upscaleFile(bicubic(4), join(folder, 'a.png'), { existing: 'replace', inputs });
    await expect(replacing).rejects.toThrow(/would be written to .*a_x4\.png, which is another input\./);
  });
  test('is not replaced when it belongs to the same batch', async () => {
    const input = await put('a.png');
    const taken = new Set([pathIdentity(join(folder, 'a_x4.png'))]);
    await expect(upscaleFile(bicubic(4), input, { existing: 'replace', taken })).rejects.toThrow(
      /another input/,
    );
  });
});

describe('an output that appears during the work', () => {
  test.each<[PlanOptions['existing'], string, boolean, string[]]>([
    ['keep', 'a_x4.png', true, ['a.png', 'a_x4.png']],
    ['rename', 'a_x4-2.png', false, ['a.png', 'a_x4-2.png', 'a_x4.png']],
    ['replace', 'a_x4.png', false, ['a.png', 'a_x4.png']],
  ])('is treated like one that existed: %s', async (existing, output, kept, files) => {
    const input = await put('a.png');
    const racing = testUpscaler('racing', 4, 2, (image) => {
      writeFileSync(join(folder, 'a_x4.png'), 'mine');
      return noise(image.width * 4, image.height * 4, 3);
    });
    const result = await upscaleFile(racing, input, { existing: existing ?? 'keep' });
    expect(result).toMatchObject({ output: join(folder, output), kept });
    const isReplaced = existing === 'replace';
    expect((await readFile(join(folder, 'a_x4.png'), 'utf8')) === 'mine').toBe(!isReplaced);
    expect((await readdir(folder)).sort()).toEqual(files);
  });

  test('of two at once each has its own name, or one is kept', async () => {
    const input = await put('a.png');
    const two = async (existing: 'keep' | 'rename') => {
      const plans = await Promise.all([1, 2].map(() => planImage(input, bicubic(4), { existing })));
      return Promise.all(plans.map((plan) => upscalePlanned(bicubic(4), plan)));
    };
    const names = (await two('rename')).map(({ output }) => output).sort();
    expect(names).toEqual([join(folder, 'a_x4-2.png'), join(folder, 'a_x4.png')]);
    for (const name of names) await rm(name);
    expect((await two('keep')).filter(({ kept }) => kept)).toHaveLength(1);
  });
});

describe('pixels', () => {
  test.each([
    { channels: 1, bits: 8 },
    { channels: 2, bits: 16 },
    { channels: 3, bits: 8 },
    { channels: 3, bits: 16 },
    { channels: 4, bits: 8 },
  ] as const)('of $channels channels and $bits bits are those of the model', async ({ channels, bits }) => {
    const most = bits === 16 ? 65535 : 255;
    // Opaque, so that the colors of every pixel count.
    const sample = (i: number) =>
      channels % 2 === 0 && i % channels === channels - 1 ? most : (i * 2503) % (most + 1);
    const input = await put('a.png', encodePng(50, 33, channels, bits, sample));
    const progress: UpscaleProgress[] = [];
    const model = convolutionalUpscaler(2);
    const { output } = await upscaleFile(model, input, { tile: 16, onProgress: (now) => progress.push(now) });

    const pixels = await pixelsOf(input);
    const colors = channels < 3 ? 1 : 3;
    const rgb = Float32Array.from({ length: 50 * 33 * 3 }, (_, i) => {
      return pixels.data[Math.floor(i / 3) * channels + (colors === 1 ? 0 : i % 3)]!;
    });
    const large = await model.upscale({ width: 50, height: 33, channels: 3, data: rgb });
    const expected = Float32Array.from({ length: 100 * 66 * channels }, (_, i) => {
      const [pixel, channel] = [Math.floor(i / channels), i % channels];
      if (channel >= colors) return 1;
      const [r, g, b] = large.data.subarray(pixel * 3);
      const value = colors === 1 ? (r! + g! + b!) / 3 : large.data[pixel * 3 + channel]!;
      return Math.round(Math.min(Math.max(value, 0), 1) * most) / most;
    });
    const written = await pixelsOf(output);
    expect(written.channels).toBe(channels);
    expect(largestDifference(written, { ...written, data: expected })).toBeLessThan(1.01 / most);

    expect(progress.map(({ tile, tiles }) => [tile, tiles])).toEqual(
      Array.from({ length: 24 }, (_, i) => [i + 1, 24]),
    );
    expect(progress.at(-1)!.etaSeconds).toBe(0);
    expect(progress.every(({ megapixelsPerSecond }) => megapixelsPerSecond > 0)).toBe(true);
  });

  test('hidden colors do not bleed into visible pixels', async () => {
    // A green disc; around it black, fully transparent.
    const inside = (pixel: number) => ((pixel % 24) - 12) ** 2 + (Math.floor(pixel / 24) - 12) ** 2 < 100;
    const sample = (i: number) => (inside(Math.floor(i / 4)) ? [0, 200, 0, 255][i % 4]! : 0);
    const input = await put('disc.png', encodePng(24, 24, 4, 8, sample));
    const { data } = await pixelsOf((await upscaleFile(bicubic(4), input)).output);
    const greens = Array.from(data.filter((_, i) => i % 4 === 1)).map((value) => Math.round(value * 255));
    const alphas = data.filter((_, i) => i % 4 === 3);
    const seen = greens.filter((_, i) => alphas[i]! > 0);
    expect(seen.length).toBeGreaterThan(4000);
    expect(new Set(seen)).toEqual(new Set([200]));
    expect(new Set(alphas).size).toBeGreaterThan(10);
  });

  test('a fully transparent image stays transparent', async () => {
    const input = await put(
      'nothing.png',
      encodePng(9, 9, 4, 8, (i) => (i % 4 === 3 ? 0 : i % 256)),
    );
    const { data } = await pixelsOf((await upscaleFile(bicubic(4), input)).output);
    expect(data.every((value, i) => i % 4 !== 3 || value === 0)).toBe(true);
  });
});

describe('a failure leaves no files, and the old output unchanged', () => {
  async function check(
    upscaler: Parameters<typeof upscaleFile>[0],
    error: object,
    signal?: AbortSignal,
  ): Promise<void> {
    const input = await put('a.png');
    await put('a_x4.png', Buffer.from('mine'));
    const options = { existing: 'replace' as const, tile: 16, ...(signal ? { signal } : {}) };
    await expect(upscaleFile(upscaler, input, options)).rejects.toMatchObject(error);
    expect(await readdir(folder)).toEqual(['a.png', 'a_x4.png']);
    expect(await readFile(join(folder, 'a_x4.png'), 'utf8')).toBe('mine');
  }
  const filled = (value: number) =>
    testUpscaler('broken model', 4, 0, ({ width, height }) => {
      const data = new Float32Array(width * height * 16 * 3).fill(value);
      return { width: width * 4, height: height * 4, channels: 3, data };
    });

  test('NaN', () => check(filled(Number.NaN), { code: 'engine' }));
  test.each([0, 1, -3, 1e9])('a single color: %d', (value) =>
    check(filled(value), {
      code: 'engine',
      message: expect.stringMatching(/for .*a\.png is a single color/),
    }),
  );
  test('a defect of the engine', async () => {
    const defect = new Error('lost the device');
    const failing = testUpscaler('failing', 4, 0, () => {
      throw defect;
    });
    await check(failing, defect);
  });
  test('cancelled between tiles', async () => {
    const cancel = new AbortController();
    let tiles = 0;
    const slow = testUpscaler('slow', 4, 2, (image) => {
      if (++tiles === 3) cancel.abort();
      return noise(image.width * 4, image.height * 4, 3);
    });
    await check(slow, { code: 'interrupted' }, cancel.signal);
    expect(tiles).toBe(3);
  });

  test('the new folder is deleted', async () => {
    const input = await put('a.png');
    const kept = join(folder, 'kept');
    await mkdir(kept);
    const making = upscaleFile(filled(Number.NaN), input, { out: join(kept, 'deep', 'er') });
    await expect(making).rejects.toMatchObject({ code: 'engine' });
    expect(await readdir(folder)).toEqual(['a.png', 'kept']);
    expect(await readdir(kept)).toEqual([]);
  });

  test('cancelled during a tile', async () => {
    const cancel = new AbortController();
    // It never ends, as a tile of a large model seems not to.
    const busy: Upscaler = {
      ...bicubic(4),
      upscale() {
        queueMicrotask(() => cancel.abort());
        return new Promise(() => {});
      },
    };
    await check(busy, { code: 'interrupted' }, cancel.signal);
  });

  test('an image of one color stays so', async () => {
    const input = await put(
      'flat.png',
      encodePng(8, 8, 3, 8, () => 90),
    );
    const { output } = await upscaleFile(bicubic(4), input);
    expect((await stat(output)).size).toBeGreaterThan(0);
  });
});
