// Degrades whole images once, with a seed, as a test set: FOLDER/HR and FOLDER/LR_x4 for `esrgan evaluate`.
// node scripts/run-typescript.mjs bench/degrade-images.ts IMAGES FOLDER [PRESET] [SEED]
import { mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { degradationPreset } from '../trainer/config/degradation-presets.ts';
import { decodeImage, encodePng } from '../trainer/data/decode.ts';
import { degrade } from '../trainer/data/degradation/degrade.ts';
import { cropToMultiple, type Image } from '../trainer/data/image.ts';
import { createRandom } from '../trainer/data/random.ts';
import { listImages } from '../trainer/image-files/list-images.ts';
import { writeFileAtomic } from '../trainer/runs/atomic-file.ts';

const scale = 4;
const [images = '', folder = '', preset = 'real-esrgan-light', seed = '1'] = process.argv.slice(3);
const operations = degradationPreset(preset, scale);
if (!operations) throw new Error(`There is no preset ${preset}.`);

async function save(image: Image, part: string, name: string): Promise<void> {
  mkdirSync(join(folder, part), { recursive: true });
  writeFileAtomic(join(folder, part, `${name}.png`), await encodePng(image));
}

for (const [index, path] of (listImages(images) ?? []).entries()) {
  const hr = cropToMultiple(await decodeImage(path, 3), scale);
  const { lr } = await degrade(hr, operations, {
    lr: { width: hr.width / scale, height: hr.height / scale },
    randomOf: (purpose) => createRandom(Number(seed), 'test set', index, purpose),
  });
  const name = basename(path, extname(path));
  await save(hr, 'HR', name);
  await save(lr, `LR_x${scale}`, name);
  console.log(`${name}: ${lr.width}x${lr.height}`);
}
