import { basename, extname, join } from 'node:path';
import { lrImagesOf } from '../data/datasets.ts';
import { decodeImage, encodePng } from '../data/decode.ts';
import { type Channels, cropImage, type Image, toImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { diskError, writeFileAtomic } from '../runs/atomic-file.ts';
import { imageSummary } from '../runs/event-summaries.ts';
import { samplesFolder } from '../runs/run-directory.ts';
import type { StageContext } from './stage-context.ts';
import { bicubic, openValidationImages, type ValidationFile } from './validation-images.ts';

/** An image to sample, cropped; without `hr` if it has no original. */
interface SampledImage extends Pick<ValidationFile, 'position' | 'file'> {
  read(): Promise<{ readonly lr: Image; readonly hr?: Image }>;
}

/**
 * Reads the first validation images and the first images of `samples.lr_images`, without the unusable ones.
 *
 * @returns a function that saves what the generator makes of them at a step: `<image>.sr.png` in the step's folder. The
 * images to compare with never change and are saved once, in the folder `reference` next to the steps: `<image>.lr.png`,
 * `.bicubic.png` and, if there is an original, `.hr.png`
 * @throws WorkbenchError `data` if `samples.lr_images` has no images
 */
export async function openSampler(
  { config, stage, session, trainer, events, validationPairs, stop }: StageContext,
  skip: (reason: string) => void,
): Promise<(step: number) => Promise<void>> {
  const scale = config.scale_factor;
  const { count: maximum, crop_size: crop, lr_images } = config.samples;
  const { img_channels: channels } = config;
  const options = { scale, channels, crop, maximum, smallest: scale, stop, skip };
  const lrFiles = lr_images === null ? [] : lrImagesOf(lr_images).slice(0, maximum);
  const images: readonly SampledImage[] = [
    ...(await openValidationImages(validationPairs, options)),
    ...(await openLrImages(
      lrFiles,
      validationPairs.length,
      { channels, size: crop.map((side) => side / scale) },
      skip,
    )),
  ];
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
      createFolderSync(folder);
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
      if (hr !== undefined) await write(referenceFolder, `${name}.hr.png`, hr, hrTag);
      // The last: with it, the references of the image are complete.
      await write(referenceFolder, `${name}.bicubic.png`, toImage(await bicubic(lr, scale)), bicubicTag);
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

/**
 * Decodes the center crops of LR images, and skips those that cannot be read.
 *
 * @param before images that are numbered before them
 */
async function openLrImages(
  files: readonly string[],
  before: number,
  {
    channels,
    size: [rows = 0, columns = 0],
  }: { readonly channels: Channels; readonly size: readonly number[] },
  skip: (reason: string) => void,
): Promise<readonly SampledImage[]> {
  const opened: SampledImage[] = [];
  for (const [i, file] of files.entries()) {
    try {
      const image = await decodeImage(file, channels);
      const [width, height] = [Math.min(columns, image.width), Math.min(rows, image.height)];
      const [left, top] = [(image.width - width) >> 1, (image.height - height) >> 1];
      const lr = cropImage(image, left, top, width, height);
      opened.push({ position: before + i + 1, file, read: async () => ({ lr }) });
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      skip(error.message);
    }
  }
  return opened;
}

/** File systems allow names of 255 bytes, some encrypted ones 143, and a file that is being written has a longer name. */
const longestName = 100;

/** The number keeps names different that are the same after they are shortened. */
function sampleName({ position, file }: Pick<SampledImage, 'position' | 'file'>): string {
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
