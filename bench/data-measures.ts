// How well the measures of `esrgan data check` and `select` tell good images from bad ones: rates of docs/data-preparation.md.
// node scripts/run-typescript.mjs bench/data-measures.ts [FOLDER OF PHOTOS…]
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { decodeImage } from '../trainer/data/decode.ts';
import { downscale } from '../trainer/data/downscale.ts';
import { cropImage, type Image } from '../trainer/data/image.ts';
import { imresize } from '../trainer/data/imresize.ts';
import { createRandom } from '../trainer/data/random.ts';
import { listImages } from '../trainer/image-files/list-images.ts';
import { gridStrength } from '../trainer/preparation/measures/blockiness.ts';
import { blurEffect } from '../trainer/preparation/measures/blur.ts';
import { spatialInformation } from '../trainer/preparation/measures/detail.ts';
import { type Gray, grayOf } from '../trainer/preparation/measures/gray.ts';
import { noiseDeviation } from '../trainer/preparation/measures/noise.ts';
import { octaveRatio } from '../trainer/preparation/measures/octaves.ts';
import { differenceHash, hashDistance } from '../trainer/preparation/measures/perceptual-hash.ts';
import { findShift } from '../trainer/preparation/measures/shift.ts';
import { thresholds } from '../trainer/preparation/thresholds.ts';
import { tileStarts } from '../trainer/preparation/tiles.ts';
import { jpegQualityScore } from './jpeg-quality.ts';

const shared = process.env.ESRGAN_TEST_DATA ?? join(import.meta.dirname, '../../shared/data');
const folders = process.argv.length > 3 ? process.argv.slice(3) : [join(shared, 'bsds500/train')];
const files = folders.flatMap((folder) => listImages(folder) ?? []);
const photos = await Promise.all(files.map((file) => decodeImage(file, 3)));
// Half the size hides what JPEG did to the originals.
const clean = photos.map((image) => imresize(image, 0.5, 'double-symmetric'));

const raw = ({ data, width, height }: Image) => sharp(data, { raw: { width, height, channels: 3 } });

async function toImage(image: Sharp): Promise<Image> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}

const jpeg = (quality: number) => async (image: Image) =>
  toImage(sharp(await raw(image).jpeg({ quality }).toBuffer()));
const blurred = (sigma: number) => async (image: Image) => toImage(raw(image).blur(sigma));
const resized =
  (factor: number, kernel: 'cubic' | 'linear' | 'lanczos3' | 'nearest' = 'cubic') =>
  async (image: Image) =>
    toImage(
      raw(image).resize(Math.round(image.width * factor), Math.round(image.height * factor), {
        kernel,
        fit: 'fill',
      }),
    );
const noisy = (sigma: number) => async (image: Image) => {
  const random = createRandom(1, 'noise', sigma);
  return { ...image, data: Uint8Array.from(image.data, (v) => clamp(v + sigma * normal(random))) };
};
const cropped = (left: number, top: number) => async (image: Image) =>
  cropImage(image, left, top, image.width - 2 * left, image.height - 2 * top);
const both =
  (first: (image: Image) => Promise<Image>, second: (image: Image) => Promise<Image>) =>
  async (image: Image) =>
    second(await first(image));

function normal(random: { next(): number }): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

function quantiles(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [0, 0.01, 0.05, 0.5, 0.95, 0.99, 1]
    .map((q) => (sorted[Math.round(q * (sorted.length - 1))] ?? Number.NaN).toFixed(3).padStart(8))
    .join(' ');
}

async function table(
  title: string,
  measure: (gray: Gray) => number | undefined,
  isFound: (value: number) => boolean,
  rows: Record<string, () => Promise<Image[]>>,
) {
  console.log(`\n${title.padEnd(34)}     min       1%       5%   median      95%      99%      max`);
  for (const [name, images] of Object.entries(rows)) {
    const values = (await images()).map((image) => measure(grayOf(image)));
    const defined = values.flatMap((value) => value ?? []);
    const found = (100 * defined.filter(isFound).length) / defined.length;
    console.log(
      `${name.padEnd(30)} ${String(defined.length).padStart(4)} ${quantiles(defined)} ${found.toFixed(1).padStart(6)} %`,
    );
  }
}
const startsOf = (length: number) => tileStarts(length, { size: 96, step: 96, minEdge: 95 });
const each = (images: Image[], change: (image: Image) => Promise<Image>) => async () => {
  const changed: Image[] = [];
  for (const image of images) changed.push(await change(image));
  return changed;
};
const same = async (image: Image) => image;

const compressions = {
  'originals (JPEG)': each(photos, same),
  'half size': each(clean, same),
  'half size, noise 10': each(clean, noisy(10)),
  ...Object.fromEntries([30, 50, 70, 80, 90, 95].map((q) => [`JPEG ${q}`, each(clean, jpeg(q))])),
  'JPEG 50, cropped by 3, 5': each(clean, both(jpeg(50), cropped(3, 5))),
  'JPEG 90, cropped by 3, 5': each(clean, both(jpeg(90), cropped(3, 5))),
  'originals JPEG 75': each(photos, jpeg(75)),
};
await table('grid strength', gridStrength, (value) => value > thresholds.blockiness, compressions);
await table('quality of Wang et al.', jpegQualityScore, (value) => value < 8, compressions);

const sizes = {
  originals: each(photos, same),
  'half size': each(clean, same),
  'half size, JPEG 75': each(clean, jpeg(75)),
  ...Object.fromEntries(
    (
      [
        [1.5, 'cubic'],
        [2, 'cubic'],
        [2, 'linear'],
        [4, 'cubic'],
      ] as const
    ).map(([f, k]) => [`upscaled ${f}, ${k}`, each(clean, resized(f, k))]),
  ),
  'upscaled 2, JPEG 90': each(clean, both(resized(2), jpeg(90))),
  'upscaled 2, JPEG 75': each(clean, both(resized(2), jpeg(75))),
  'upscaled 2, noise 5': each(clean, both(resized(2), noisy(5))),
  'blurred 1': each(clean, blurred(1)),
  'blurred 2': each(clean, blurred(2)),
};
await table('octave ratio', octaveRatio, (value) => value < thresholds.octaves, sizes);

const blurs = {
  originals: each(photos, same),
  'half size': each(clean, same),
  'half size, noise 10': each(clean, noisy(10)),
  'half size, JPEG 30': each(clean, jpeg(30)),
  ...Object.fromEntries([0.5, 1, 1.5, 2, 3].map((s) => [`blurred ${s}`, each(clean, blurred(s))])),
  'originals blurred 2': each(photos, blurred(2)),
};
await table('blur of Crete et al.', blurEffect, (value) => value > thresholds.blur, blurs);
const noises = {
  originals: each(photos, same),
  'half size': each(clean, same),
  ...Object.fromEntries([2, 5, 10, 15, 25].map((s) => [`noise ${s}`, each(photos, noisy(s))])),
};
await table('noise of Immerkaer', noiseDeviation, (value) => value > thresholds.noise, noises);
await table('detail', spatialInformation, (value) => value < thresholds.detail, {
  originals: each(photos, same),
  'half size': each(clean, same),
  'tiles of 96': async () =>
    photos.flatMap((image) =>
      startsOf(image.height).flatMap((top) =>
        startsOf(image.width).map((left) => cropImage(image, left, top, 96, 96)),
      ),
    ),
});

// Shift and peak of LR images against their HR images.
const lrOf = {
  bicubic: async (hr: Image) => downscale(hr, 4, 'bicubic').lr,
  'bicubic, JPEG 50': async (hr: Image) => jpeg(50)(downscale(hr, 4, 'bicubic').lr),
  'bicubic, JPEG 30, noise 15': async (hr: Image) =>
    both(noisy(15), jpeg(30))(downscale(hr, 4, 'bicubic').lr),
  'blurred 2, bicubic': async (hr: Image) => downscale(await blurred(2)(hr), 4, 'bicubic').lr,
  'Lanczos of sharp': async (hr: Image) => resized(0.25, 'lanczos3')(hr),
  'linear of sharp': async (hr: Image) => resized(0.25, 'linear')(hr),
  'nearest (0.375 off)': async (hr: Image) => downscale(hr, 4, 'nearest').lr,
  'HR moved by 1 (0.25 off)': async (hr: Image) => downscale(moved(hr, 1), 4, 'bicubic').lr,
  'HR moved by 2 (0.5 off)': async (hr: Image) => downscale(moved(hr, 2), 4, 'bicubic').lr,
};
function moved(image: Image, by: number): Image {
  const part = cropImage(image, by, 0, image.width - by, image.height);
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < image.height; y++)
    data.set(part.data.subarray(y * part.width * 3, (y + 1) * part.width * 3), y * image.width * 3);
  return { ...image, data };
}
const hrs = photos.map((image) =>
  cropImage(image, 0, 0, image.width - (image.width % 4), image.height - (image.height % 4)),
);
const fixed = hrs.map((hr) => grayOf(downscale(hr, 4, 'bicubic').lr));
console.log(
  `\n${'shift, length in LR pixels'.padEnd(34)}     min       1%       5%   median      95%      99%      max`,
);
const peaks: Record<string, number[]> = {};
for (const [name, make] of Object.entries(lrOf)) {
  const found: ReturnType<typeof findShift>[] = [];
  for (const [i, hr] of hrs.entries()) found.push(findShift(grayOf(await make(hr)), fixed[i]!));
  const shifts = found.flatMap((shift) => (shift ? Math.hypot(shift.x, shift.y) : []));
  peaks[name] = found.flatMap((shift) => shift?.peak ?? []);
  console.log(`${name.padEnd(30)} ${String(shifts.length).padStart(4)} ${quantiles(shifts)}`);
}
const bySize = fixed.map((gray, i) => ({ gray, i })).filter(({ gray }) => gray.width === fixed[0]!.width);
peaks['other images'] = bySize.flatMap(
  ({ gray }, k) => findShift(gray, bySize[(k + 1) % bySize.length]!.gray)?.peak ?? [],
);
console.log('\npeak');
for (const [name, values] of Object.entries(peaks))
  console.log(`${name.padEnd(30)} ${String(values.length).padStart(4)} ${quantiles(values)}`);

// Perceptual hashes: pairs of different images, and images with their changed copies.
const hashes = photos.map((image) => differenceHash(grayOf(image)));
const between = hashes.flatMap((hash, i) => hashes.slice(i + 1).map((other) => hashDistance(hash, other)));
console.log(
  `\n${'bits that differ'.padEnd(34)}     min       1%       5%   median      95%      99%      max`,
);
console.log(`${'different images'.padEnd(28)} ${String(between.length).padStart(6)} ${quantiles(between)}`);
for (const limit of [2, 4, 6, 8, 10, 12])
  console.log(`  at most ${limit}: ${between.filter((d) => d <= limit).length} pairs`);
const copies: Record<string, (image: Image) => Promise<Image>> = {
  'JPEG 50': jpeg(50),
  'JPEG 30': jpeg(30),
  'half size': resized(0.5),
  'noise 10': noisy(10),
  'brighter by 20': async (image) => ({ ...image, data: Uint8Array.from(image.data, (v) => clamp(v + 20)) }),
  'cropped by 2, 2': cropped(2, 2),
  'cropped by 8, 5': cropped(8, 5),
};
for (const [name, change] of Object.entries(copies)) {
  const distances: number[] = [];
  for (const [i, image] of photos.entries())
    distances.push(hashDistance(hashes[i]!, differenceHash(grayOf(await change(image)))));
  const rates = [2, 4, 6, 8, 10].map(
    (limit) =>
      `${limit}: ${((100 * distances.filter((d) => d <= limit).length) / distances.length).toFixed(0)} %`,
  );
  console.log(
    `${name.padEnd(28)} ${String(distances.length).padStart(6)} ${quantiles(distances)}   ${rates.join(', ')}`,
  );
}
