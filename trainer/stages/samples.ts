import { mkdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { encodePng } from '../data/decode.ts';
import { type Image, toImage } from '../data/image.ts';
import { diskError, writeFileAtomic } from '../runs/atomic-file.ts';
import { imageSummary } from '../runs/event-summaries.ts';
import { samplesFolder } from '../runs/run-directory.ts';
import type { StageContext } from './stage-context.ts';
import { bicubic, openValidationImages, type ValidationFile } from './validation-images.ts';

/**
 * Reads the first validation images, without the unusable ones.
 *
 * @returns a function that saves what the generator makes of them at a step: `<image>.sr.png` in the step's folder. The
 * images to compare with never change and are saved once, in the folder `reference` next to the steps: `<image>.lr.png`,
 * `.bicubic.png` and `.hr.png`
 */
export async function openSampler(
  { config, stage, session, trainer, events, validationPairs, stop }: StageContext,
  skip: (reason: string) => void,
): Promise<(step: number) => Promise<void>> {
  const scale = config.scale_factor;
  const { count: maximum, crop_size: crop } = config.samples;
  const options = { scale, crop, maximum, smallest: scale, stop, skip };
  const images = await openValidationImages(validationPairs, options);
  const referenceFolder = join(session.paths.samples, stage, 'reference');
  let isReferenceSaved = false;

  /** Saves an image as a file, and with a tag also in the event file. */
  async function write(
    folder: string,
    name: string,
    image: Image,
    logged?: { readonly tag: string; readonly step: number },
  ): Promise<void> {
    const png = await encodePng(image);
    session.writable();
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw diskError(folder, error);
    }
    writeFileAtomic(join(folder, name), png);
    const summary = logged && imageSummary(logged.tag, image, png);
    if (summary) events.summaries(trainer.stepsBefore + logged.step, [summary]);
  }

  async function saveReference(step: number): Promise<void> {
    if (isReferenceSaved) return;
    for (const image of images) {
      const { lr, hr } = await image.read();
      const name = sampleName(image);
      await write(referenceFolder, `${name}.lr.png`, lr);
      const [bicubicTag, hrTag] = [
        { tag: `samples/${name}/bicubic`, step },
        { tag: `samples/${name}/hr`, step },
      ];
      await write(referenceFolder, `${name}.bicubic.png`, toImage(await bicubic(lr, scale)), bicubicTag);
      await write(referenceFolder, `${name}.hr.png`, hr, hrTag);
    }
    isReferenceSaved = true;
  }

  return async (step) => {
    await saveReference(step);
    const folder = samplesFolder(session.paths, stage, step);
    for (const image of images) {
      const { lr } = await image.read();
      const name = sampleName(image);
      const sr = toImage(await trainer.generator.upscale(lr));
      await write(folder, `${name}.sr.png`, sr, { tag: `samples/${name}/sr`, step });
    }
    events.flush();
  };
}

/** File systems allow names of 255 bytes, some encrypted ones 143, and a file that is being written has a longer name. */
const longestName = 100;

/** The number keeps names different that are the same after they are shortened. */
function sampleName({ position, file }: Pick<ValidationFile, 'position' | 'file'>): string {
  return `${String(position).padStart(2, '0')}-${shorten(basename(file, extname(file)), longestName)}`;
}

/** The start of a text that takes at most so many bytes in UTF-8, without a part of a character. */
function shorten(text: string, bytes: number): string {
  let start = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (Buffer.byteLength(start + segment) > bytes) break;
    start += segment;
  }
  return start;
}
