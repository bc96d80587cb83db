import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../../trainer/data/decode.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import { cropImage, toFloatImage } from '../../../../trainer/data/image.ts';
import { imresize } from '../../../../trainer/data/imresize.ts';
import { evaluate } from '../../../../trainer/evaluate/evaluate.ts';
import { fingerprintTestSet } from '../../../../trainer/evaluate/results/test-set.ts';
import { pixelMeasures } from '../../../../trainer/measures/measure.ts';
import { protocols } from '../../../../trainer/metrics/protocols.ts';
import { bicubicUpscaler } from '../../../../trainer/upscale/bicubic.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { noise, scenery, temporaryFolder } from '../data/images.ts';

async function testSet(images: Record<string, Image>): Promise<{ name: string; dir: string }> {
  const dir = temporaryFolder();
  for (const [name, image] of Object.entries(images)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), await encodePng(image));
  }
  return { name: 'own', dir };
}

/** Whatever it is given, it returns these images, one after the other; `seen` are its inputs. */
function fixedUpscaler(...outputs: Image[]): Upscaler & { seen: Image[] } {
  const seen: Image[] = [];
  return {
    name: 'fixed',
    scale: 4,
    receptiveField: 0,
    seen,
    async upscale(image) {
      seen.push({ ...image, data: Uint8Array.from(image.data, (value) => Math.round(value * 255)) });
      return toFloatImage(outputs[seen.length - 1]!);
    },
    close: async () => {},
  };
}

const a = scenery(34, 31, 3, 1);
const b = scenery(40, 28, 3, 2);
const croppedA = cropImage(a, 0, 0, 32, 28);

test('downscales HR as the benchmarks do, crops it to LR times the scale, and averages over the images', async () => {
  const srA = noise(32, 28, 3);
  const srB = noise(40, 28, 3);
  const upscaler = fixedUpscaler(srA, srB);
  const progress: string[] = [];
  const found = await evaluate(
    upscaler,
    await testSet({ 'HR/a.png': a, 'HR/sub/b.png': b }),
    pixelMeasures(['paper-y', 'rgb', 'seed']),
    { onImage: (image, images) => progress.push(`${image}/${images}`) },
  );
  expect(upscaler.seen).toEqual([
    imresize(croppedA, 1 / 4, 'uint8-replicate'),
    imresize(b, 1 / 4, 'uint8-replicate'),
  ]);
  expect(progress).toEqual(['1/2', '2/2']);
  expect(found).toEqual(
    (['paper-y', 'rgb', 'seed'] as const).map((protocol) => {
      const first = protocols[protocol].measure(srA, croppedA, 4);
      const second = protocols[protocol].measure(srB, b, 4);
      return {
        model: 'fixed',
        data: 'own',
        protocol,
        psnr: (first.psnr + second.psnr) / 2,
        ssim: (first.ssim + second.ssim) / 2,
        images: [
          { name: 'a', ...first },
          { name: 'sub/b', ...second },
        ],
      };
    }),
  );
});

test('uses the LR images of its scale if they exist', async () => {
  const lr = noise(8, 7, 3);
  const set = await testSet({ 'HR/a.png': a, 'LR_x4/a.png': lr, 'LR_x2/a.png': noise(16, 14, 3) });
  const upscaler = fixedUpscaler(croppedA);
  const [found] = await evaluate(upscaler, set, pixelMeasures(['rgb']));
  expect(upscaler.seen).toEqual([lr]);
  expect(found!.psnr).toBe(Number.POSITIVE_INFINITY);
});

test('supports the folders of the archives of Set5 and Set14', async () => {
  const lr = noise(8, 7, 3);
  const set = await testSet({ 'GTmod12/a.png': a, 'LRbicx4/a.png': lr, 'LRbicx2/a.png': noise(16, 14, 3) });
  const upscaler = fixedUpscaler(croppedA);
  const [found] = await evaluate(upscaler, set, pixelMeasures(['rgb']));
  expect(upscaler.seen).toEqual([lr]);
  expect(found!.images.map(({ name }) => name)).toEqual(['a']);
});

test('clamps and rounds the output to 8 bits before measuring it', async () => {
  const upscaler: Upscaler = {
    ...fixedUpscaler(),
    async upscale() {
      const image = toFloatImage(croppedA);
      const data = image.data.map((value) => (value === 1 ? 1.2 : value + 0.3 / 255));
      return { ...image, data };
    },
  };
  const [found] = await evaluate(upscaler, await testSet({ 'HR/a.png': a }), pixelMeasures(['rgb']));
  expect(found!.psnr).toBe(Number.POSITIVE_INFINITY);
});

test('grey images are upscaled as RGB and measured as grey', async () => {
  const hr = scenery(32, 28, 1);
  const sr = noise(32, 28, 1);
  const rgb = (image: Image): Image => ({
    ...image,
    channels: 3,
    data: Uint8Array.from({ length: 3 * image.data.length }, (_, i) => image.data[Math.floor(i / 3)]!),
  });
  const upscaler = fixedUpscaler(rgb(sr));
  const [found] = await evaluate(upscaler, await testSet({ 'HR/a.png': hr }), pixelMeasures(['paper-y']));
  expect(upscaler.seen).toEqual([rgb(imresize(hr, 1 / 4, 'uint8-replicate'))]);
  expect(found!.psnr).toBe(protocols['paper-y'].measure(sr, hr, 4).psnr);
});

test('images directly in the folder are HR images', async () => {
  const upscaler = fixedUpscaler(noise(32, 28, 3), noise(40, 28, 3));
  const [found] = await evaluate(upscaler, await testSet({ 'a.png': a, 'b.png': b }), pixelMeasures(['rgb']));
  expect(upscaler.seen).toEqual([croppedA, b].map((image) => imresize(image, 1 / 4, 'uint8-replicate')));
  expect(found?.images.map(({ name }) => name)).toEqual(['a', 'b']);
});

test.each<[string, Record<string, Image>]>([
  ['LR of another scale next to them', { 'a.png': a, 'b.png': b, 'LR_x2/a.png': a, 'LR_x2/b.png': a }],
  ['earlier results', { 'a.png': a, 'a_x4.png': b, 'a_x2-2.png': b, 'b.png': b, 'b_x4.png': a }],
  ['earlier results in another folder', { 'a.png': a, 'b.png': b, 'out/a.png': b }],
  ['LR with the names of DIV2K', { 'a.png': a, 'ax4.png': b, 'b.png': b }],
  ['earlier results in HR', { 'HR/a.png': a, 'HR/a_x4.png': b, 'HR/b.png': b }],
  ['lower case', { 'hr/a.png': a, 'hr/b.png': b, 'c.png': a }],
  ['lower case of the archives', { 'gtmod12/a.png': a, 'gtmod12/b.png': b }],
])('HR means HR: %s', async (_, images) => {
  const expected = await evaluate(
    bicubicUpscaler(4),
    await testSet({ 'HR/a.png': a, 'HR/b.png': b }),
    pixelMeasures(['rgb']),
  );
  expect(await evaluate(bicubicUpscaler(4), await testSet(images), pixelMeasures(['rgb']))).toEqual(expected);
});

test('a name that ends in a scale is an original if no other image has the rest of the name', async () => {
  const set = await testSet({ 'a_x4.png': a, 'b.png': b });
  const [found] = await evaluate(bicubicUpscaler(4), set, pixelMeasures(['rgb']));
  expect(found?.images.map(({ name }) => name)).toEqual(['a_x4', 'b']);
});

test.each<[string, string]>([
  ['HR/a.png', 'lr_x4/a.png'],
  ['a.png', 'LR_x4/a.png'],
  ['a.png', 'lrbicx4/a_x4.png'],
])('uses LR in any case, also next to HR: %s with %s', async (hr, lrName) => {
  const lr = noise(8, 7, 3);
  const upscaler = fixedUpscaler(croppedA);
  await evaluate(upscaler, await testSet({ [hr]: a, [lrName]: lr }), pixelMeasures(['rgb']));
  expect(upscaler.seen).toEqual([lr]);
});

test('the fingerprint is that of the images that are measured', async () => {
  const folders = { 'HR/a.png': a, 'LR_x2/a.png': b };
  const fingerprint = async (images: Record<string, Image>) =>
    (await fingerprintTestSet(await testSet(images))).sha256;
  const expected = await fingerprint(folders);
  expect(await fingerprint({ 'a.png': a, 'LR_x2/a.png': b })).toBe(expected);
  expect(await fingerprint({ ...folders, 'HR/a_x4.png': b, 'out/a.png': b })).toBe(expected);
  expect(await fingerprint({ 'HR/a.png': a, 'LR_x4/a.png': b })).not.toBe(expected);
  expect(await fingerprint({ 'HR/a.png': b, 'LR_x2/a.png': b })).not.toBe(expected);
});

test.each<[string, Record<string, Image>, RegExp]>([
  [
    'no HR',
    { 'LR_x4/a.png': a },
    /Test set own: .* has no HR images\. Put them into .*HR or GTmod12, or directly into the folder; LR images, if any, into LR_x4 or LRbicx4\./,
  ],
  [
    'LR of another size',
    { 'HR/a.png': a, 'LR_x4/a.png': noise(8, 8, 3) },
    /a\.png has 8x8 pixels, which is not 1\/4 of .*34x31/,
  ],
  [
    'LR without HR',
    { 'HR/a.png': a, 'LR_x4/a.png': noise(8, 7, 3), 'LR_x4/b.png': noise(8, 7, 3) },
    /no high-resolution image for .*b\.png/,
  ],
  [
    'an image too small',
    { 'HR/a.png': noise(18, 40, 3) },
    /a\.png has 18x40 pixels; measuring at scale 4 needs at least 20x20/,
  ],
  [
    'an image of almost enough pixels',
    { 'HR/a.png': noise(19, 40, 3) },
    /a\.png has 19x40 pixels; measuring at scale 4 needs at least 20x20/,
  ],
  ['one pixel', { 'HR/a.png': noise(1, 1, 3) }, /a\.png has 1x1 pixels; .* at least 20x20\. Remove it/],
])('%s is an error', async (_, images, message) => {
  const set = await testSet(images);
  await expect(evaluate(bicubicUpscaler(4), set, pixelMeasures(['rgb']))).rejects.toThrow(message);
});

test.each([1, 2, 4, 8])('bicubic at scale %d', async (scale) => {
  const hr = scenery(64, 64, 3);
  const [found] = await evaluate(
    bicubicUpscaler(scale),
    await testSet({ 'HR/a.png': hr }),
    pixelMeasures(['rgb']),
  );
  expect(found!.model).toBe('bicubic');
  const lr = imresize(hr, 1 / scale, 'uint8-replicate');
  const sr = imresize(lr, scale, 'uint8-replicate');
  expect(found!.psnr).toBe(protocols.rgb.measure(sr, hr, scale).psnr);
});

describe.skipIf(!hasTestData)(needsTestData("bicubic equals MATLAB's scores"), () => {
  // The means of these images. The often quoted 0.8104 and 26.00 dB are of Y alone, shrunk and upscaled without
  // rounding, so no LR image files can give them.
  test.each([
    ['set5', 28.4177, 0.8101],
    ['set14', 25.9933, 0.7023],
  ])('%s', async (name, meanPsnr, meanSsim) => {
    const expected = JSON.parse(readFileSync(join(testData, 'metrics/expected_metrics.json'), 'utf8'));
    const { bicubic_psnr_y, bicubic_ssim_y } = expected.sets[name === 'set5' ? 'Set5_x4' : 'Set14_x4'];
    const [found] = await evaluate(
      bicubicUpscaler(4),
      { name, dir: join(testData, name) },
      pixelMeasures(['paper-y']),
    );
    expect(found!.images).toHaveLength(bicubic_psnr_y.length);
    for (const [i, image] of found!.images.entries()) {
      expect(Math.abs(image.psnr! - bicubic_psnr_y[i])).toBeLessThan(1e-4);
      expect(Math.abs(image.ssim! - bicubic_ssim_y[i])).toBeLessThan(1e-5);
    }
    expect(found!.psnr).toBeCloseTo(meanPsnr, 3.9);
    expect(found!.ssim).toBeCloseTo(meanSsim, 3.9);
  });

  test('our LR images equal those of Set5', async () => {
    const given = { name: 'set5', dir: join(testData, 'set5') };
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'HR'));
    for (const image of ['baby', 'bird', 'butterfly', 'head', 'woman']) {
      writeFileSync(join(dir, 'HR', `${image}.png`), readFileSync(join(given.dir, 'HR', `${image}.png`)));
    }
    const made = await evaluate(bicubicUpscaler(4), { name: 'set5', dir }, pixelMeasures(['rgb']));
    expect(made).toEqual(await evaluate(bicubicUpscaler(4), given, pixelMeasures(['rgb'])));
  });
});
