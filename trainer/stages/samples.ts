import { mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { encodePng } from '../data/decode.ts';
import { type Image, toImage } from '../data/image.ts';
import { diskError, writeFileAtomic } from '../runs/atomic-file.ts';
import { samplesFolder } from '../runs/run-directory.ts';
import type { StageContext } from './stage-context.ts';
import { bicubic, readValidationImage, type ValidationImage } from './validation-images.ts';

/**
 * A function that saves what the generator makes of the first validation images at a step: `<image>.sr.png` in the
 * step's folder. The images to compare with never change and are saved once, in the folder `reference` next to the
 * steps: `<image>.lr.png`, `.bicubic.png` and `.hr.png`.
 */
export function createSampler({
  config,
  stage,
  session,
  trainer,
  validationPairs,
}: StageContext): (step: number) => Promise<void> {
  const { count, crop_size: crop } = config.samples;
  const scale = config.scale_factor;
  let images: { name: string; image: ValidationImage }[] | undefined;

  async function prepare() {
    const folder = join(session.paths.samples, stage, 'reference');
    const prepared: { name: string; image: ValidationImage }[] = [];
    for (const pair of validationPairs.slice(0, count)) {
      const image = await readValidationImage(pair, scale, crop);
      const name = `${String(prepared.length + 1).padStart(2, '0')}-${basename(pair.hr, extname(pair.hr))}`;
      await write(folder, `${name}.lr.png`, image.lr);
      await write(folder, `${name}.bicubic.png`, toImage(await bicubic(image.lr, scale)));
      await write(folder, `${name}.hr.png`, image.hr);
      prepared.push({ name, image });
    }
    return prepared;
  }

  return async (step) => {
    images ??= await prepare();
    const folder = samplesFolder(session.paths, stage, step);
    for (const { name, image } of images) {
      await write(folder, `${name}.sr.png`, toImage(await trainer.generator.upscale(image.lr)));
    }
  };
}

async function write(folder: string, name: string, image: Image): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw diskError(folder, error);
  }
  writeFileAtomic(join(folder, name), await encodePng(image));
}
