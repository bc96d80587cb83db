import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import { downscale } from '../../../../trainer/data/downscale.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { checkedSet, checkImages, scaleOf } from '../../../../trainer/preparation/check.ts';
import { downscaleImages, planCopies, planLrImages } from '../../../../trainer/preparation/downscale.ts';
import { processImages } from '../../../../trainer/preparation/process-images.ts';
import { assertReportPath, reportHtml, writeReport } from '../../../../trainer/preparation/report.ts';
import { copySelected, defaultSelection, selectImages } from '../../../../trainer/preparation/select.ts';
import { cutTiles, planTiles, tileStarts } from '../../../../trainer/preparation/tiles.ts';

const root = mkdtempSync(join(tmpdir(), 'preparation-'));
let folder: string;
let hr: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  hr = join(folder, 'hr');
  out = join(folder, 'out');
});
afterAll(() => rmSync(root, { recursive: true }));

/** Something with detail at all sizes: random rectangles. */
function scene(width: number, height: number, seed: number): Image {
  const random = createRandom(seed, 'scene');
  const data = new Uint8Array(width * height * 3).fill(128);
  for (let i = 0; i < 400; i++) {
    const [left, top] = [random.integer(width), random.integer(height)];
    const side = 1 + random.integer(Math.ceil(64 / (1 + i / 8)));
    const color = [random.integer(256), random.integer(256), random.integer(256)];
    for (let y = top; y < Math.min(height, top + side); y++) {
      for (let x = left; x < Math.min(width, left + side); x++) data.set(color, 3 * (y * width + x));
    }
  }
  return { width, height, channels: 3, data };
}

const raw = ({ data, width, height, channels }: Image) =>
  sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } });

async function put(path: string, image: Image): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await raw(image)
    .toColourspace(image.channels === 1 ? 'b-w' : 'srgb')
    .toFile(path);
  return path;
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('tiles', () => {
  // By extract_subimages.py of BasicSR: np.arange(0, length - size + 1, step), and one more for a larger rest.
  test.each([
    [1356, 480, 240, 0, [0, 240, 480, 720, 876]],
    [2040, 480, 240, 0, [0, 240, 480, 720, 960, 1200, 1440, 1560]],
    [960, 480, 240, 0, [0, 240, 480]],
    [1356, 480, 240, 155, [0, 240, 480, 720, 876]],
    [1356, 480, 240, 156, [0, 240, 480, 720]],
    [480, 480, 240, 0, [0]],
    [479, 480, 240, 0, []],
    [500, 100, 300, 0, [0, 300, 400]],
  ])('of %d pixels, size %d, step %d, least edge %d', (length, size, step, minEdge, expected) => {
    expect(tileStarts(length, { size, step, minEdge })).toEqual(expected);
  });

  const options = { size: 32, step: 24, minEdge: 0 };

  test('have the pixels and the names of BasicSR, in the subfolders of their images', async () => {
    const image = scene(60, 50, 1);
    await put(join(hr, 'a.png'), image);
    await put(join(hr, 'deep', 'bx4.png'), scene(32, 32, 2));
    await put(join(hr, 'small.png'), scene(31, 40, 3));
    const plan = planTiles(hr, out, options);
    expect(plan.skipped).toEqual([
      { path: join(hr, 'small.png'), reason: 'its size of 31x40 is smaller than a tile' },
    ]);
    expect(await cutTiles(plan, options, {})).toEqual([]);
    const names = ['a_s001.png', 'a_s002.png', 'a_s003.png', 'a_s004.png', 'a_s005.png', 'a_s006.png'];
    expect(filesIn(out)).toEqual([...names, 'deep/b_s001.png']);
    // Rows start at 0 and 18, columns at 0, 24 and 28.
    const tile = await decodeImage(join(out, 'a_s006.png'));
    const expected = await decodeImage(await put(join(folder, 'x.png'), crop(image, 28, 18, 32, 32)));
    expect(tile).toEqual(expected);
  });

  test('that exist are skipped, and none is replaced', async () => {
    await put(join(hr, 'a.png'), scene(60, 50, 1));
    await cutTiles(planTiles(hr, out, options), options, {});
    const before = filesIn(out).map((name) => sha256(join(out, name)));
    rmSync(join(out, 'a_s002.png'));
    // A name that a killed process reserved.
    writeFileSync(join(out, 'a_s004.png'), '');
    const [plan] = planTiles(hr, out, options).plans;
    expect(plan?.missing.map(({ path }) => path)).toEqual([join(out, 'a_s002.png'), join(out, 'a_s004.png')]);
    const times = statSync(join(out, 'a_s001.png')).mtimeMs;
    await cutTiles(planTiles(hr, out, options), options, {});
    expect(filesIn(out).map((name) => sha256(join(out, name)))).toEqual(before);
    expect(statSync(join(out, 'a_s001.png')).mtimeMs).toBe(times);
    expect(() => planTiles(hr, out, { ...options, size: 40 })).toThrow(
      /a_s001\.png exists and has 32x32 pixels, but now it would have 40x40\. Choose another folder/,
    );
  });

  test.each([
    [
      'another step',
      { step: 16 },
      /^.*out has tiles of --size 32 --step 24 --min-edge 0, but now .*--step 16/,
    ],
    ['another least edge', { minEdge: 8 }, /--min-edge 8\. Choose another folder/],
    ['the same', {}, undefined],
  ])('of a folder have one set of options: %s', async (_, changed, message) => {
    await put(join(hr, 'a.png'), scene(60, 50, 1));
    await cutTiles(planTiles(hr, out, options), options, {});
    const again = () => planTiles(hr, out, { ...options, ...changed }).plans[0]?.missing;
    if (message) expect(again).toThrow(message);
    else expect(again()).toEqual([]);
    for (const name of filesIn(out)) rmSync(join(out, name));
    expect(again()).not.toEqual([]);
  });

  test('of LR images keep a suffix that tells them from another image', async () => {
    await put(join(hr, 'a.png'), scene(32, 32, 1));
    await put(join(hr, 'ax4.png'), scene(32, 32, 2));
    await cutTiles(planTiles(hr, out, options), options, {});
    expect(filesIn(out)).toEqual(['a_s001.png', 'ax4_s001.png']);
  });

  test('a cancel leaves whole files only, and the same command continues', async () => {
    for (const i of [1, 2, 3, 4, 5, 6, 7, 8]) await put(join(hr, `${i}.png`), scene(60, 50, i));
    const abort = new AbortController();
    const plan = planTiles(hr, out, options);
    const cut = cutTiles(plan, options, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(cut).rejects.toMatchObject({ code: 'interrupted' });
    const written = filesIn(out);
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(48);
    for (const name of written) expect(name).toMatch(/^\d_s00\d\.png$/);
    await cutTiles(planTiles(hr, out, options), options, {});
    expect(filesIn(out)).toHaveLength(48);
  });

  test.each([
    ['missing', () => planTiles(join(folder, 'none'), out, options), /none does not exist/],
    ['inside', () => planTiles(hr, join(hr, 'tiles'), options), /is inside .*hr, whose images are read/],
    ['the folder itself', () => planTiles(hr, hr, options), /is inside/],
  ])('a folder that is refused: %s', async (_, plan, message) => {
    await put(join(hr, 'a.png'), scene(32, 32, 1));
    expect(plan).toThrow(message);
  });

  test('images whose results would have one name', async () => {
    await put(join(hr, 'a.png'), scene(32, 32, 1));
    await put(join(hr, 'a.jpg'), scene(32, 32, 1));
    expect(() => planTiles(hr, out, options)).toThrow(/would have results of one name/);
  });
});

function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  const rows = Array.from({ length: height }, (_, y) => {
    const start = 3 * ((top + y) * image.width + left);
    return [...image.data.subarray(start, start + 3 * width)];
  });
  return { width, height, channels: 3, data: Uint8Array.from(rows.flat()) };
}

describe('LR images', () => {
  test('are those that training makes, for each scale', async () => {
    const image = scene(62, 51, 1);
    await put(join(hr, 'deep', 'a.png'), image);
    const plan = planLrImages(hr, join(out, 'x{scale}'), [2, 3, 4]);
    expect(plan.cropped).toEqual([join(hr, 'deep', 'a.png')]);
    await downscaleImages(plan, {});
    expect(filesIn(out)).toEqual(['x2/deep/a.png', 'x3/deep/a.png', 'x4/deep/a.png']);
    for (const scale of [2, 3, 4]) {
      const lr = await decodeImage(join(out, `x${scale}`, 'deep', 'a.png'));
      expect(lr).toEqual({ ...downscale(image, scale, 'bicubic').lr, data: lr.data });
      expect(Buffer.compare(lr.data, downscale(image, scale, 'bicubic').lr.data)).toBe(0);
    }
  });

  test('gray images stay gray; damaged images do not stop the others', async () => {
    await put(join(hr, 'a.png'), { width: 40, height: 40, channels: 1, data: new Uint8Array(1600).fill(9) });
    const whole = await raw(scene(40, 40, 2))
      .png()
      .toBuffer();
    await writeFile(join(hr, 'b.png'), whole.subarray(0, 400));
    const plan = planLrImages(hr, out, [4]);
    const failed = await downscaleImages(plan, {});
    expect(failed).toMatchObject([{ path: join(hr, 'b.png') }]);
    expect(filesIn(out)).toEqual(['a.png']);
    expect((await sharp(join(out, 'a.png')).metadata()).channels).toBe(1);
  });

  // By generate_multiscale_DF2K.py of Real-ESRGAN, for DIV2K and for a tall image.
  test.each([
    [2040, 1356, ['1530x1017', '1020x678', '680x452', '601x400']],
    [1000, 1500, ['750x1125', '500x750', '333x500', '400x600']],
    [500, 390, ['375x292', '250x195', '166x130']],
  ])('smaller copies of %d x %d', async (width, height, expected) => {
    await mkdir(hr);
    await sharp({ create: { width, height, channels: 3, background: 'gray' } }).toFile(join(hr, 'a.png'));
    const [plan] = planCopies(hr, out).plans;
    expect(plan?.results.map(({ size }) => `${size.width}x${size.height}`)).toEqual(expected);
    expect(plan?.results[0]?.path).toBe(join(out, 'aT0.png'));
  });

  test('a copy has the mean of its image', async () => {
    await put(join(hr, 'a.png'), scene(90, 60, 1));
    await downscaleImages(planCopies(hr, out), {});
    expect(filesIn(out)).toEqual(['aT0.png', 'aT1.png', 'aT2.png']);
    const mean = (data: Uint8Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
    const copy = await decodeImage(join(out, 'aT2.png'));
    expect(copy).toMatchObject({ width: 30, height: 20 });
    expect(mean(copy.data)).toBeCloseTo(mean(scene(90, 60, 1).data), 0);
  });
});

describe('check', () => {
  const kinds = async (lr?: string) => {
    const set = checkedSet('set', null, hr, lr);
    const { findings } = await checkImages([set], scaleOf(set) ?? 4, {});
    return findings.map(({ kind, path }) => `${kind} ${relative(folder, path).replaceAll('\\', '/')}`);
  };

  test('good images have no findings', async () => {
    for (const i of [1, 2, 3]) await put(join(hr, `${i}.png`), scene(128, 120, i));
    expect(await kinds()).toEqual([]);
  });

  test('what images alone show', async () => {
    const image = scene(128, 128, 1);
    await put(join(hr, 'a.png'), image);
    await put(join(hr, 'b blank.png'), { ...image, data: new Uint8Array(image.data.length).fill(90) });
    await raw(image).tiff({ compression: 'lzw' }).toFile(join(hr, 'c twin.tif'));
    const blocky = await raw(scene(128, 128, 2))
      .jpeg({ quality: 20 })
      .toBuffer();
    await sharp(blocky).toFile(join(hr, 'd blocky.png'));
    await sharp(
      await raw(scene(64, 64, 3))
        .resize(128, 128)
        .png()
        .toBuffer(),
    ).toFile(join(hr, 'e large.png'));
    await put(join(hr, 'f gray.png'), {
      ...image,
      data: scene(128, 128, 4).data.map((_, i, all) => all[i - (i % 3)]!),
    });
    const whole = await raw(scene(128, 128, 5))
      .png()
      .toBuffer();
    await writeFile(join(hr, 'g damaged.png'), whole.subarray(0, whole.length / 2));
    expect(await kinds()).toEqual([
      'unreadable hr/g damaged.png',
      'duplicate hr/c twin.tif',
      'blank hr/b blank.png',
      'upscaled hr/e large.png',
      'compressed hr/d blocky.png',
      'gray hr/f gray.png',
    ]);
  });

  test('pairs', async () => {
    const lr = join(folder, 'lr');
    for (const [i, name] of ['good', 'moved', 'nearest', 'size', 'other', 'alone'].entries()) {
      const image = scene(256, 256, i);
      await put(join(hr, `${name}.png`), image);
      const small = downscale(image, 4, 'bicubic').lr;
      if (name === 'good') await put(join(lr, 'goodx4.png'), small);
      if (name === 'moved')
        await put(join(lr, 'moved.png'), downscale(crop(image, 2, 0, 254, 256), 4, 'bicubic').lr);
      if (name === 'nearest') await put(join(lr, 'nearest_x4.png'), downscale(image, 4, 'nearest').lr);
      if (name === 'size') await put(join(lr, 'size.png'), crop(small, 0, 0, 60, 64));
      if (name === 'other') await put(join(lr, 'other.png'), downscale(scene(256, 256, 99), 4, 'bicubic').lr);
    }
    await put(join(lr, 'moved.png'), await padded(join(lr, 'moved.png')));
    await put(join(lr, 'extra.png'), scene(64, 64, 7));
    expect(await kinds(lr)).toEqual([
      'no-pair lr/extra.png',
      'no-pair hr/alone.png',
      'size lr/size.png',
      'other-image lr/other.png',
      'shifted lr/moved.png',
      'shifted lr/nearest_x4.png',
    ]);
  });

  /** An LR image that is a column short, with the last column twice. */
  async function padded(path: string): Promise<Image> {
    const image = await decodeImage(path);
    return decodeImage(
      await put(
        join(folder, 'padded.png'),
        await decodeBuffer(
          await raw(image)
            .extend({ right: 64 - image.width, extendWith: 'copy' })
            .png()
            .toBuffer(),
        ),
      ),
    );
  }

  async function decodeBuffer(bytes: Buffer): Promise<Image> {
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data };
  }

  test('images for training and validation', async () => {
    await put(join(hr, 'a.png'), scene(128, 128, 1));
    await put(join(folder, 'val', 'b.png'), scene(128, 128, 1));
    const sets = [checkedSet('s, train', 'train', hr), checkedSet('s, val', 'val', join(folder, 'val'))];
    const { images, findings } = await checkImages(sets, 4, {});
    expect(images).toBe(2);
    expect(findings).toEqual([
      {
        kind: 'leak',
        path: join(folder, 'val', 'b.png'),
        other: join(hr, 'a.png'),
        message: 'is used for training and for validation',
      },
    ]);
  });
});

describe('select', () => {
  test('copies sharp images with detail, once', async () => {
    const image = scene(200, 160, 1);
    await put(join(hr, 'a', 'good.png'), image);
    const jpeg = await raw(image).jpeg({ quality: 85 }).toBuffer();
    await writeFile(join(hr, 'twin.jpg'), jpeg);
    await put(join(hr, 'flat.png'), { ...image, data: image.data.map((value) => 100 + value / 40) });
    await mkdir(join(hr, 'b'), { recursive: true });
    await raw(scene(200, 160, 2))
      .blur(4)
      .toFile(join(hr, 'b', 'blurred.png'));
    const selection = await selectImages(hr, out, { ...defaultSelection, maxNoise: 100 }, {});
    const rejections = Object.fromEntries(
      selection.candidates.map(({ name, rejection }) => [name, rejection]),
    );
    expect(rejections).toEqual({
      'a/good': null,
      'b/blurred': expect.stringMatching(/^blur 0\.\d\d is above/),
      flat: expect.stringMatching(/^detail \d\.\d is below/),
      twin: expect.stringMatching(/^looks like a\/good$/),
    });
    await copySelected(selection, out, {});
    expect(filesIn(out)).toEqual(['a/good.png']);
    expect(sha256(join(out, 'a/good.png'))).toBe(sha256(join(hr, 'a/good.png')));
  });
});

describe('report', () => {
  const report = {
    title: 'Check of <b>',
    facts: [['images', 'a & b']],
    sections: [{ title: 'Shifted', explanation: 'Why.', images: [{ path: '', text: '"moved"' }] }],
  } as const;

  test('is one page without scripts or other files, and escapes names', async () => {
    const path = await put(join(hr, '<i>.png'), scene(300, 200, 1));
    const html = await reportHtml({
      ...report,
      sections: [
        {
          ...report.sections[0],
          images: [
            { path, text: '"moved"' },
            { path: join(hr, 'none.png'), text: '' },
          ],
        },
      ],
    });
    expect(html).toContain('<title>Check of &lt;b&gt;</title>');
    expect(html).toContain('&lt;i&gt;.png');
    expect(html).toContain('cannot be read');
    expect(html.match(/(?:src|href)="(?!data:image\/jpeg;base64,)/g)).toBeNull();
    expect(html).not.toMatch(/<script/i);
    const [, base64 = ''] = /base64,([^"]+)/.exec(html) ?? [];
    expect(await sharp(Buffer.from(base64, 'base64')).metadata()).toMatchObject({ width: 192, height: 128 });
  });

  test('replaces an earlier report, and nothing else', async () => {
    const path = join(folder, 'report.html');
    assertReportPath(path);
    await writeReport(path, { ...report, sections: [] });
    assertReportPath(path);
    writeFileSync(path, '<html>mine</html>');
    expect(() => assertReportPath(path)).toThrow(/exists and is not a report of this command/);
  });
});

test('an unexpected failure stops the work', async () => {
  const done: string[] = [];
  const items = ['a', 'b', 'c'].map((path) => ({ path }));
  const work = processImages(
    items,
    async ({ path }) => {
      if (path === 'a') throw new TypeError('a defect');
      done.push(path);
    },
    {},
  );
  await expect(work).rejects.toThrow('a defect');
});
