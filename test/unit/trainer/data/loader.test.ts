import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { degradationPreset } from '../../../../trainer/config/degradation-presets.ts';
import type { FilePair } from '../../../../trainer/data/datasets.ts';
import { filePairs } from '../../../../trainer/data/datasets.ts';
import { decodeImage, encodePng } from '../../../../trainer/data/decode.ts';
import { downscale } from '../../../../trainer/data/downscale.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import { cropImage } from '../../../../trainer/data/image.ts';
import type { Batch, Loader, LoaderOptions } from '../../../../trainer/data/loader.ts';
import { openLoader } from '../../../../trainer/data/loader.ts';
import { noise, scenery, temporaryFolder } from './images.ts';
import { loadWorkerUrl } from './load-worker-url.ts';

const workerUrl = loadWorkerUrl();
const off = { spatial: false, compression: false, dropout: false } as const;
const everything: LoaderOptions['augmentation'] = {
  spatial: { p: 0.5, flip: 0.75, transpose: 0.25, rotate: 0 },
  compression: { p: 0.5, quality: [65, 100] },
  dropout: { p: 0.5, holes: 3, size: 2 },
};

const opened: Loader[] = [];
afterEach(async () => {
  for (const loader of opened.splice(0)) await loader.close();
});

async function folderOf(images: Record<string, Image>): Promise<string> {
  const folder = temporaryFolder();
  for (const [name, image] of Object.entries(images))
    writeFileSync(join(folder, name), await encodePng(image));
  return folder;
}

function pairsIn(folder: string, downscaling: FilePair['downscale'] = 'bicubic'): FilePair[] {
  return filePairs({ hr: folder, downscale: downscaling }, 4);
}

async function open(pairs: readonly FilePair[], options: Partial<LoaderOptions> = {}): Promise<Loader> {
  const loader = await openLoader({
    pairs,
    scale: 4,
    patch: [16, 16],
    batchSize: 2,
    channels: 3,
    augmentation: off,
    degradation: [],
    seed: 1,
    stage: 'pretraining',
    startStep: 0,
    workers: 2,
    cacheBytes: 1e6,
    workerUrl,
    ...options,
  });
  opened.push(loader);
  return loader;
}

async function take(loader: Loader, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for (let i = 0; i < count; i++) batches.push(await loader.next());
  return batches;
}

/** Images 00.png, 01.png, ... of one color each, 10, 20, ..., which identifies them. */
function plain(count: number): Promise<string> {
  const images: Record<string, Image> = {};
  for (let i = 0; i < count; i++) {
    const data = new Uint8Array(20 * 20 * 3).fill(10 * (i + 1));
    images[`${String(i).padStart(2, '0')}.png`] = { width: 20, height: 20, channels: 3, data };
  }
  return folderOf(images);
}

/** Numbers of the `plain` images in a batch. */
function imagesOf(batch: Batch): number[] {
  const length = batch.hr.length / 2;
  return [0, 1].map((slot) => Math.round(batch.hr[slot * length]! * 25.5) - 1);
}

test('batches contain aligned patches of the whole images, 0 to 1', async () => {
  const image = noise(40, 36, 3);
  const folder = await folderOf({ 'a.png': image });
  for (const [downscaling, patch] of [
    ['bicubic', [16, 16]],
    ['nearest', [8, 24]],
  ] as const) {
    const whole = downscale(image, 4, downscaling);
    const loader = await open(pairsIn(folder, downscaling), { batchSize: 1, patch });
    const [h, w] = [patch[0] / 4, patch[1] / 4];
    const places = new Set<string>();
    for (const batch of await take(loader, 40)) {
      expect([batch.lr.length, batch.hr.length]).toEqual([h * w * 3, h * w * 16 * 3]);
      const found: string[] = [];
      for (let y = 0; y + h <= whole.lr.height; y++) {
        for (let x = 0; x + w <= whole.lr.width; x++) {
          const lr = cropImage(whole.lr, x, y, w, h);
          if (lr.data.every((value, i) => Math.fround(value / 255) === batch.lr[i])) found.push(`${x} ${y}`);
        }
      }
      expect(found).toHaveLength(1);
      const [x, y] = found[0]!.split(' ').map(Number);
      const hr = cropImage(whole.hr, x! * 4, y! * 4, w * 4, h * 4);
      expect(hr.data.every((value, i) => Math.fround(value / 255) === batch.hr[i])).toBe(true);
      places.add(found[0]!);
    }
    expect(places.size).toBeGreaterThan(10);
  }
});

test('an epoch uses each image once, in a new order, without the remainder', async () => {
  const loader = await open(pairsIn(await plain(7)));
  expect(loader.stepsPerEpoch).toBe(3);
  const batches = await take(loader, 9);
  expect(batches.map(({ step, epoch }) => [step, epoch])).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((step) => [step, Math.ceil(step / 3)]),
  );
  const epochs = [0, 3, 6].map((first) => batches.slice(first, first + 3).flatMap(imagesOf));
  for (const images of epochs) expect(new Set(images).size).toBe(6);
  expect(new Set(epochs.map(String)).size).toBe(3);
});

test('a batch depends on seed, stage and step, not on threads, cache or the start step', async () => {
  const images: Record<string, Image> = {};
  for (let i = 0; i < 9; i++) images[`${i}.png`] = scenery(24 + i, 20, 3, i);
  const pairs = pairsIn(await folderOf(images));
  const augmentation = everything;
  const all = await take(await open(pairs, { augmentation, workers: 1 }), 12);
  for (const options of [{ workers: 3 }, { cacheBytes: 0 }, { cacheBytes: 5000 }]) {
    expect(await take(await open(pairs, { augmentation, ...options }), 12)).toEqual(all);
  }
  for (const startStep of [1, 4, 7]) {
    const loader = await open(pairs, { augmentation, startStep });
    expect(await take(loader, 5)).toEqual(all.slice(startStep, startStep + 5));
  }
  const [first] = all;
  for (const options of [{ seed: 2 }, { stage: 'training' as const }]) {
    const [other] = await take(await open(pairs, { augmentation, ...options }), 1);
    expect(other!.hr).not.toEqual(first!.hr);
  }
});

test('compression and dropout are for pretraining only', async () => {
  const white: Image = { width: 16, height: 16, channels: 3, data: new Uint8Array(768).fill(255) };
  const pairs = pairsIn(await folderOf({ 'a.png': white }));
  const augmentation = { ...off, dropout: { p: 1, holes: 1, size: 2 } };
  const dark = async (stage: LoaderOptions['stage']) => {
    const [batch] = await take(await open(pairs, { augmentation, stage, batchSize: 1 }), 1);
    return [
      batch!.lr.filter((value) => value === 0).length / 3,
      batch!.hr.filter((value) => value === 0).length,
    ];
  };
  expect(await dark('pretraining')).toEqual([4, 0]);
  expect(await dark('training')).toEqual([0, 0]);
});

test('spatial augmentation changes both resolutions alike', async () => {
  const pairs = pairsIn(await folderOf({ 'a.png': scenery(32, 32, 3) }), 'nearest');
  const augmentation = { ...off, spatial: { p: 1, flip: 0.5, transpose: 0.5, rotate: 0 } };
  for (const { lr, hr } of await take(await open(pairs, { augmentation, batchSize: 1 }), 30)) {
    // Wherever a block was turned to, one of its corners is the LR pixel.
    for (let pixel = 0; pixel < 16; pixel++) {
      const corner = (Math.floor(pixel / 4) * 4 * 16 + (pixel % 4) * 4) * 3;
      const corners = [0, 3, 3 * 16, 3 * 16 + 3].map((place) => hr[corner + place * 3]);
      expect(corners).toContain(lr[pixel * 3]);
    }
  }
});

test('grayscale', async () => {
  const pairs = pairsIn(await plain(2));
  const [batch] = await take(await open(pairs, { channels: 1 }), 1);
  expect([batch!.lr.length, batch!.hr.length]).toEqual([2 * 16, 2 * 256]);
  expect(imagesOf(batch!).sort()).toEqual([0, 1]);
});

test('uses existing LR images unchanged', async () => {
  const image = noise(34, 32, 3);
  const hr = await folderOf({ 'a.png': image });
  const given = noise(8, 8, 3, 2);
  const lr = await folderOf({ 'ax4.png': given });
  const pairs = filePairs({ hr, lr, downscale: 'bicubic' }, 4);
  const [batch] = await take(await open(pairs, { batchSize: 1, patch: [32, 32] }), 1);
  expect(batch!.lr).toEqual(Float32Array.from(given.data, (value) => value / 255));
  expect(batch!.hr).toEqual(Float32Array.from(cropImage(image, 0, 0, 32, 32).data, (value) => value / 255));
});

test('skips images that are too small or not readable by their headers', async () => {
  const folder = await plain(4);
  writeFileSync(join(folder, '00.png'), 'no image');
  writeFileSync(join(folder, '01.png'), await encodePng(noise(15, 99, 3)));
  const loader = await open(pairsIn(folder));
  expect(loader.skipped).toEqual([
    {
      file: join(folder, '00.png'),
      reason: expect.stringContaining('not an image, or its header is damaged'),
    },
    {
      file: join(folder, '01.png'),
      reason: expect.stringContaining('size of 15x99 is smaller than the patch of 16x16'),
    },
  ]);
  expect((await take(loader, 5)).flatMap(imagesOf).sort()).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
});

test('skips pairs whose LR image has another size or is not readable', async () => {
  const hr = await plain(4);
  const lr = await folderOf({ '00.png': noise(5, 5, 3), '01.png': noise(5, 6, 3), '02.png': noise(5, 5, 3) });
  writeFileSync(join(lr, '03.png'), '');
  const loader = await open(filePairs({ hr, lr, downscale: 'bicubic' }, 4));
  expect(loader.skipped.map(({ file }) => file)).toEqual([join(lr, '01.png'), join(lr, '03.png')]);
  expect(loader.skipped[0]!.reason).toContain('size is 5x6, but 1/4 of');
});

test('the next image replaces a damaged one, for any number of threads', async () => {
  const folder = await plain(8);
  for (const name of ['02.png', '03.png', '07.png']) {
    const path = join(folder, name);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 30));
    await expect(decodeImage(path)).rejects.toThrow(name);
  }
  const intact = await take(await open(pairsIn(await plain(8))), 8);
  const standIn: Record<number, number> = { 2: 4, 3: 4, 7: 0 };
  const expected = intact.map((batch) => imagesOf(batch).map((image) => standIn[image] ?? image));
  for (const workers of [1, 2, 3]) {
    const loader = await open(pairsIn(folder), { workers });
    const batches = await take(loader, 8);
    expect(batches.map(imagesOf)).toEqual(expected);
    const notices = loader.takeNotices();
    expect(notices).toHaveLength(3);
    for (const name of ['02.png', '03.png', '07.png'])
      expect(notices).toContainEqual(
        expect.stringMatching(`^Skipped .*${name}: cannot decode the image: .*The next image replaces it`),
      );
    expect(loader.takeNotices()).toEqual([]);
  }
});

test('an image that cannot be read for a moment is used again', async () => {
  const folder = await plain(2);
  const path = join(folder, '01.png');
  const away = `${path}.away`;
  const loader = await open(pairsIn(folder), { cacheBytes: 0 });
  // Batches are prepared ahead, so that a change takes effect later: the order of uses is what counts.
  const untilBoth = async (isBoth: boolean) => {
    let images: number[];
    do images = imagesOf(await loader.next()).sort();
    while ((images.join() === '0,1') !== isBoth);
    return images;
  };
  for (let moment = 0; moment < 2; moment++) {
    renameSync(path, away);
    expect(await untilBoth(false)).toEqual([0, 0]);
    expect(loader.takeNotices()).toEqual([expect.stringMatching(/01\.png: cannot read the file: ENOENT/)]);
    renameSync(away, path);
    await untilBoth(true);
    expect(loader.takeNotices()).toEqual([`${path} can be read again.`]);
  }
});

test('rejects fewer images than a step needs, with the reasons', async () => {
  const folder = await plain(3);
  writeFileSync(join(folder, '01.png'), 'no image');
  await expect(open(pairsIn(folder), { batchSize: 3 })).rejects.toThrow(
    /has 2 usable images, but a step needs 3\. Add images, or lower `batch_size` or `accumulate`; 1 skipped:\n {2}.*01\.png/,
  );
});

test('fails if no image can be read', async () => {
  const folder = await plain(2);
  for (const name of ['00.png', '01.png']) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path).subarray(0, 50));
  }
  const loader = await open(pairsIn(folder));
  await expect(loader.next()).rejects.toThrow(/has 0 usable images/);
});

test('fails if a thread cannot start or ends', async () => {
  const pairs = pairsIn(await plain(2));
  const missing = await open(pairs, { workerUrl: pathToFileURL('/none/load-worker.js') });
  await expect(missing.next()).rejects.toThrow(/Cannot find module/);
  const closed = await open(pairs);
  await take(closed, 1);
  await closed.close();
  await expect(take(closed, 9)).rejects.toThrow('a thread of the image loader ended');
});

test('degraded batches depend on the step only, not on threads or the start, and not on each other', async () => {
  const images = Object.fromEntries(
    [1, 2, 3, 4].map((seed) => [`${seed}.png`, scenery(90, 70, 3, seed)] as const),
  );
  const pairs = pairsIn(await folderOf(images));
  const degradation = degradationPreset('real-esrgan', 4) ?? [];
  const options = { degradation, patch: [32, 32] as const, augmentation: everything };
  const batches = await take(await open(pairs, options), 6);
  const others = await take(await open(pairs, { ...options, workers: 3, cacheBytes: 0 }), 6);
  expect(others).toEqual(batches);
  expect(await take(await open(pairs, { ...options, startStep: 4 }), 2)).toEqual(batches.slice(4));
  expect(batches[0]!.lr).not.toEqual(batches[2]!.lr);
  // The HR patches are those of a training without degradation.
  const clean = await take(await open(pairs, { ...options, degradation: [] }), 6);
  expect(batches.map(({ hr }) => hr)).toEqual(clean.map(({ hr }) => hr));
  expect(batches[0]!.lr).not.toEqual(clean[0]!.lr);
});

test('counts the time that `next` waits', async () => {
  const loader = await open(pairsIn(await plain(2)));
  expect(loader.waited).toBe(0);
  await loader.next();
  expect(loader.waited).toBeGreaterThan(0);
});
