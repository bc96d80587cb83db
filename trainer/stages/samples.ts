import { mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { ResolvedConfig } from '../config/index.ts';
import type { FilePair } from '../data/datasets.ts';
import { encodePng } from '../data/decode.ts';
import { type Image, toImage } from '../data/image.ts';
import type { Stage } from '../run-state/run-state.ts';
import { diskError, writeFileAtomic } from '../runs/atomic-file.ts';
import { samplesFolder } from '../runs/run-directory.ts';
import type { Session } from './session.ts';
import type { StageTrainer } from './stage.ts';
import { bicubic, readValidationImage, type ValidationImage } from './validation.ts';

export interface SamplerContext {
  readonly config: ResolvedConfig;
  readonly stage: Stage;
  readonly session: Session;
  readonly trainer: StageTrainer;
  readonly validationPairs: readonly FilePair[];
}

/**
 * A function that keeps what the generator makes of the first validation images at a step: `<image>.sr.png`
 * in the step's folder. What it is compared with never changes and stands once, in the folder `reference`
 * beside the steps: `<image>.lr.png`, `.bicubic.png` and `.hr.png`.
 */
export function createSampler(context: SamplerContext): (step: number) => Promise<void> {
  const { config, stage, session, trainer, validationPairs } = context;
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
