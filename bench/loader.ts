// What a batch of 16 patches costs the loader: processor time, and batches per second on an otherwise idle machine.
// node scripts/run-typescript.mjs bench/loader.ts [FOLDER OF PHOTOS]
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { degradationPreset } from '../trainer/config/degradation-presets.ts';
import type { LoaderOptions } from '../trainer/data/loader.ts';
import { openLoader } from '../trainer/data/loader.ts';
import { listImages } from '../trainer/image-files/list-images.ts';
import { cutTiles, planTiles } from '../trainer/preparation/tiles.ts';

const shared = process.env.ESRGAN_TEST_DATA ?? join(import.meta.dirname, '../../shared/data');
const photos = listImages(process.argv[3] ?? join(shared, 'bsds500/train')) ?? [];
const root = join(import.meta.dirname, '../build/bench-loader');
const large = join(root, 'large');
const tiles = join(root, 'tiles');

/** Images of the size of DIV2K's: 20 photos side by side, upright ones turned, at their own size. */
async function makeLargeImages(count: number): Promise<void> {
  mkdirSync(large, { recursive: true });
  for (let n = 0; n < count; n++) {
    const file = join(large, `${n}.png`);
    if (existsSync(file)) continue;
    const parts = Array.from({ length: 25 }, (_, i) => photos[(n * 25 + i) % photos.length]!);
    const composite = await Promise.all(
      parts.map(async (path, i) => ({
        input: await sharp(path).resize(408, 272, { fit: 'cover' }).toBuffer(),
        left: (i % 5) * 408,
        top: Math.floor(i / 5) * 271,
      })),
    );
    await sharp({ create: { width: 2040, height: 1356, channels: 3, background: 'gray' } })
      .composite(composite)
      .png()
      .toFile(file);
  }
}

await makeLargeImages(40);
const cut = { size: 480, step: 240, minEdge: 0 };
await cutTiles(planTiles(large, tiles, cut), cut, {});

const base = {
  scale: 4,
  patch: [192, 192],
  batchSize: 16,
  channels: 3,
  augmentation: {
    spatial: { p: 0.75, flip: 1, transpose: 1, rotate: 0 },
    compression: false,
    dropout: false,
  },
  degradation: [],
  degradationProbability: 1,
  seed: 1,
  stage: 'pretraining',
  startStep: 0,
  workers: 1,
  cacheBytes: 0,
} as const satisfies Omit<LoaderOptions, 'pairs'>;

const second = degradationPreset('real-esrgan', 4) ?? [];
const rows: Record<string, { readonly folder: string; readonly options?: Partial<LoaderOptions> }> = {
  'PNG of 2040x1356, bicubic LR': { folder: large },
  'PNG of 2040x1356, degraded (real-esrgan)': { folder: large, options: { degradation: second } },
  'tiles of 480, bicubic LR': { folder: tiles },
  'tiles of 480, degraded (real-esrgan)': { folder: tiles, options: { degradation: second } },
  'decoded images in the cache, bicubic LR': { folder: large, options: { cacheBytes: 2e9 } },
  'decoded images in the cache, degraded (real-esrgan)': {
    folder: large,
    options: { cacheBytes: 2e9, degradation: second },
  },
};

const batches = 6;
console.log('images                                               ms of a processor/batch   batches/s');
for (const [name, { folder, options }] of Object.entries(rows)) {
  const pairs = (listImages(folder) ?? []).map((hr) => ({ hr, downscale: 'bicubic' }) as const);
  const loader = await openLoader({ ...base, pairs, ...options });
  // The cache needs each image once.
  for (let i = 0; i < (options?.cacheBytes ? 8 : 2); i++) await loader.next();
  const before = process.cpuUsage();
  const started = performance.now();
  for (let i = 0; i < batches; i++) await loader.next();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cost = (user + system) / 1000 / batches;
  console.log(
    `${name.padEnd(52)} ${cost.toFixed(0).padStart(12)} ${(batches / seconds).toFixed(2).padStart(22)}`,
  );
  await loader.close();
}
