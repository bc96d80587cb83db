import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { writeNewFileAtomic } from '../runs/atomic-file.ts';
import { type ImageMeasures, measureImage } from './measure-image.ts';
import { hashDistance } from './measures/perceptual-hash.ts';
import { type FailedImage, type Observer, processImages } from './process-images.ts';
import { type SourceImage, sourceImages } from './source-images.ts';
import { thresholds } from './thresholds.ts';
import { makeFolder } from './write-image.ts';

/** Which images are selected; see `ImageMeasures`. */
export interface SelectOptions {
  readonly minDetail: number;
  readonly maxBlockiness: number;
  readonly maxNoise: number;
  readonly maxBlur: number;
  /** Of two images whose hashes differ by at most so many bits, the one with less detail is left out; null: both stay. */
  readonly duplicateBits: number | null;
}

export const defaultSelection: SelectOptions = {
  minDetail: thresholds.detail,
  maxBlockiness: thresholds.blockiness,
  maxNoise: thresholds.noise,
  maxBlur: thresholds.blur,
  duplicateBits: thresholds.duplicateBits,
};

/** An image with its measures, and why it is not selected; null if it is. */
export interface Candidate extends ImageMeasures {
  readonly name: string;
  readonly rejection: string | null;
}

export interface Selection {
  readonly candidates: readonly Candidate[];
  readonly failed: readonly FailedImage[];
}

/**
 * Measures all images of a folder or glob, and decides which are selected.
 *
 * @throws WorkbenchError `data`, `usage`: see `sourceImages`; `interrupted`
 */
export async function selectImages(
  pattern: string,
  out: string,
  options: SelectOptions,
  observer: Observer,
): Promise<Selection> {
  const images = sourceImages(pattern, out);
  const { results, failed } = await processImages(
    images,
    async (image: SourceImage) => {
      const { gray: _, ...measures } = await measureImage(image.path);
      return { ...measures, name: image.name, rejection: rejectionOf(measures, options) };
    },
    observer,
  );
  return { candidates: withoutDuplicates(results, options.duplicateBits), failed };
}

/** Why an image alone is not selected. */
export function rejectionOf(
  { detail, blockiness, noise, blur }: ImageMeasures,
  { minDetail, maxBlockiness, maxNoise, maxBlur }: SelectOptions,
): string | null {
  if (detail < minDetail) return `detail ${detail.toFixed(1)} is below ${minDetail}`;
  if (blur > maxBlur) return `blur ${blur.toFixed(2)} is above ${maxBlur}`;
  if (noise > maxNoise) return `noise ${noise.toFixed(1)} is above ${maxNoise}`;
  if (blockiness > maxBlockiness) return `blockiness ${blockiness.toFixed(2)} is above ${maxBlockiness}`;
  return null;
}

/** Rejects images that look like a selected one with more detail. */
export function withoutDuplicates(images: readonly Candidate[], bits: number | null): readonly Candidate[] {
  if (bits === null) return images;
  const selected: Candidate[] = [];
  const rejections = new Map<Candidate, string>();
  const byDetail = images
    .filter(({ rejection }) => rejection === null)
    .toSorted((a, b) => b.detail - a.detail);
  for (const image of byDetail) {
    const twin = selected.find(({ hash }) => hashDistance(hash, image.hash) <= bits);
    if (twin === undefined) selected.push(image);
    else rejections.set(image, `looks like ${twin.name}`);
  }
  return images.map((image) => ({ ...image, rejection: rejections.get(image) ?? image.rejection }));
}

/**
 * Copies the selected images with the same bytes, each completely or not at all. Existing files are skipped.
 *
 * @throws WorkbenchError `disk`, `interrupted`
 */
export async function copySelected(selection: Selection, out: string, observer: Observer): Promise<void> {
  await processImages(
    selection.candidates.filter(({ rejection }) => rejection === null),
    async ({ path, name }) => {
      const target = join(out, `${name}${extname(path)}`);
      makeFolder(dirname(target));
      writeNewFileAtomic(target, readFileSync(path));
    },
    observer,
  );
}
