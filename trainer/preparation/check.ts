import {
  type ImageSource,
  imageSources,
  isListed,
  type ListedPairs,
  pairImages,
  type ResolvedConfig,
} from '../config/index.ts';
import { filePairs } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { imresizeFloat } from '../data/imresize.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { imageSize } from '../image-files/image-size.ts';
import { findHrImages, findImages } from '../image-files/list-images.ts';
import type { Stage } from '../run-state/run-state.ts';
import { type ImageMeasures, measureImage } from './measure-image.ts';
import { type Gray, grayOf } from './measures/gray.ts';
import { findShift } from './measures/shift.ts';
import { type Observer, processImages } from './process-images.ts';
import { thresholds } from './thresholds.ts';

/** Images that are checked together: a split of a data set, or a folder. */
export interface CheckedSet {
  /** `photos, train`, or the folder. */
  readonly name: string;
  readonly split: 'train' | 'val' | null;
  readonly hr: readonly string[];
  /** Folder or glob of the LR images, and its images; absent where LR images are made from HR. */
  readonly lr?: { readonly pattern: string; readonly images: readonly string[] };
  /** The pairs of a list, which may have other names; absent without a list. */
  readonly pairs?: ListedPairs['pairs'];
}

export const findingKinds = [
  'unreadable',
  'no-pair',
  'size',
  'other-image',
  'shifted',
  'leak',
  'duplicate',
  'blank',
  'upscaled',
  'compressed',
  'gray',
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** Something about an image that makes a training worse, or stops it. */
export interface Finding {
  readonly kind: FindingKind;
  readonly path: string;
  /** The LR image or the duplicate. */
  readonly other?: string;
  /** What was found, with its number. */
  readonly message: string;
}

export interface CheckResult {
  /** HR images that were checked. */
  readonly images: number;
  readonly findings: readonly Finding[];
}

/**
 * The sets of stages of a run file, each split once.
 *
 * @param only a data set
 * @throws WorkbenchError `data` if a folder does not exist or has no images
 */
export function setsOfRunFile(
  config: ResolvedConfig,
  stages: readonly Stage[],
  only?: string,
): readonly CheckedSet[] {
  const sets = new Map<string, CheckedSet>();
  for (const stage of stages) {
    for (const split of ['train', 'val'] as const) {
      for (const source of imageSources(config, stage, split)) {
        const { name, hr, lr } = source;
        if (only !== undefined && name !== only) continue;
        const title = `${name}, ${split}`;
        if (sets.has(title)) continue;
        const set = isListed(source)
          ? listedSet(title, split, source, config.scale_factor)
          : checkedSet(title, split, hr, lr);
        sets.set(title, set);
      }
    }
  }
  return [...sets.values()];
}

/** @throws WorkbenchError `data` if a folder does not exist or has no images */
export function checkedSet(name: string, split: CheckedSet['split'], hr: string, lr?: string): CheckedSet {
  const images = (lr === undefined ? findHrImages : findImages)(hr)?.images ?? [];
  if (images.length === 0) throw withoutImages(hr);
  if (lr === undefined) return { name, split, hr: images };
  const low = findImages(lr)?.images ?? [];
  if (low.length === 0) throw withoutImages(lr);
  return { name, split, hr: images, lr: { pattern: lr, images: low } };
}

/** The images that a list names. */
function listedSet(name: string, split: CheckedSet['split'], source: ImageSource, scale: number): CheckedSet {
  const pairs = filePairs(source, scale);
  const hr = pairs.map((pair) => pair.hr);
  if (source.lr === undefined) return { name, split, hr };
  const images = pairs.flatMap(({ lr }) => lr ?? []);
  return { name, split, hr, lr: { pattern: source.lr, images }, pairs };
}

function withoutImages(pattern: string): WorkbenchError {
  return new WorkbenchError(
    'data',
    `${pattern} does not exist or has no images (.png .jpg .jpeg .webp .tif .tiff .bmp).`,
  );
}

/** The whole factor between the images of the first pair; undefined without one. */
export function scaleOf({ hr, lr }: CheckedSet): number | undefined {
  if (lr === undefined) return undefined;
  for (const scale of [4, 2, 3, 8]) {
    const [pair] = pairImages(hr, lr.images, scale).pairs;
    const [high, low] = pair ? [imageSize(pair.hr), imageSize(pair.lr)] : [];
    if (high && low) return Math.max(1, Math.round(high.width / low.width));
  }
  return undefined;
}

interface Task {
  readonly set: CheckedSet;
  readonly path: string;
  readonly lr?: string;
}

/**
 * Checks images: whether they can be read, whether HR and LR images pair, and what `thresholds` says about each. Findings are in the
 * order of `findingKinds`, then of the images.
 *
 * @param scale of the pairs; of no use without LR images
 * @throws WorkbenchError `interrupted`
 */
export async function checkImages(
  sets: readonly CheckedSet[],
  scale: number,
  observer: Observer,
): Promise<CheckResult> {
  const findings: Finding[] = [];
  const tasks = sets.flatMap((set): Task[] => {
    if (set.lr === undefined) return set.hr.map((path) => ({ set, path }));
    if (set.pairs) return set.pairs.map(({ hr, lr }) => ({ set, path: hr, ...(lr !== undefined && { lr }) }));
    const { pairs, hrAlone, lrAlone } = pairImages(set.hr, set.lr.images, scale);
    const { pattern } = set.lr;
    findings.push(
      ...hrAlone.map(
        (path): Finding => ({ kind: 'no-pair', path, message: `has no LR image in ${pattern}` }),
      ),
      ...lrAlone.map(
        (path): Finding => ({ kind: 'no-pair', path, message: `has no HR image in ${set.name}` }),
      ),
    );
    return [...pairs.map(({ hr, lr }) => ({ set, path: hr, lr })), ...hrAlone.map((path) => ({ set, path }))];
  });
  const { results, failed } = await processImages(
    tasks,
    async (task) => {
      const { gray, ...measures } = await measureImage(task.path);
      findings.push(...ownFindings(measures));
      if (task.lr !== undefined) findings.push(...(await pairFindings(task.path, gray, task.lr, scale)));
      return { ...task, digest: measures.digest };
    },
    observer,
  );
  findings.push(
    ...failed.map(({ path, reason }): Finding => ({ kind: 'unreadable', path, message: reason })),
    ...duplicates(results),
  );
  const order = new Map(tasks.map(({ path }, i) => [path, i]));
  const rank = ({ kind, path }: Finding) =>
    findingKinds.indexOf(kind) * tasks.length + (order.get(path) ?? 0);
  return { images: tasks.length, findings: findings.toSorted((a, b) => rank(a) - rank(b)) };
}

/** What an image alone shows. */
export function ownFindings({ path, contrast, isGray, blockiness, octaves }: ImageMeasures): Finding[] {
  // In an image of one color, the other measures are those of rounding errors.
  if (contrast < thresholds.contrast) {
    return [
      { kind: 'blank', path, message: `is almost of one color: its contrast is ${contrast.toFixed(1)}` },
    ];
  }
  const findings: Finding[] = [];
  if (octaves !== null && octaves < thresholds.octaves) {
    const message = `has no fine detail, as if it were upscaled or blurred: octave ratio ${octaves.toFixed(3)}`;
    findings.push({ kind: 'upscaled', path, message });
  }
  if (blockiness > thresholds.blockiness) {
    findings.push({
      kind: 'compressed',
      path,
      message: `has the blocks of JPEG: blockiness ${blockiness.toFixed(3)}`,
    });
  }
  if (isGray) findings.push({ kind: 'gray', path, message: 'is gray, but stored in color' });
  return findings;
}

async function pairFindings(hr: string, gray: Gray, lr: string, scale: number): Promise<Finding[]> {
  const low = await decodeImage(lr);
  const [width, height] = [Math.floor(gray.width / scale), Math.floor(gray.height / scale)];
  if (low.width !== width || low.height !== height) {
    const message = `is ${low.width}x${low.height}, but 1/${scale} of the HR image is ${width}x${height}`;
    return [{ kind: 'size', path: lr, other: hr, message }];
  }
  const moved = grayOf(low);
  const shift = findShift(moved, downscaledCenter(gray, moved, scale));
  if (shift === undefined) return [];
  if (shift.peak < thresholds.peak) {
    const message = `does not show what its HR image shows: correlation ${shift.peak.toFixed(2)}`;
    return [{ kind: 'other-image', path: lr, other: hr, message }];
  }
  if (Math.hypot(shift.x, shift.y) < thresholds.shift) return [];
  const message = `is shifted against its HR image by ${shift.x.toFixed(2)}, ${shift.y.toFixed(2)} pixels (right, down)`;
  return [{ kind: 'shifted', path: lr, other: hr, message }];
}

/** The first pixels of HR in the size of LR; only the center, which is compared, is computed, the rest is 0. */
function downscaledCenter(hr: Gray, { width, height }: Gray, scale: number): Gray {
  const [columns, rows] = [Math.min(width, 272), Math.min(height, 272)];
  const [left, top] = [(width - columns) >> 1, (height - rows) >> 1];
  const part = new Float32Array(columns * scale * rows * scale);
  for (let y = 0; y < rows * scale; y++) {
    const start = (top * scale + y) * hr.width + left * scale;
    part.set(hr.data.subarray(start, start + columns * scale), y * columns * scale);
  }
  const image = { width: columns * scale, height: rows * scale, channels: 1, data: part };
  const small = imresizeFloat(image, 1 / scale);
  const data = new Float32Array(width * height);
  for (let y = 0; y < rows; y++) {
    data.set(small.data.subarray(y * columns, (y + 1) * columns), (top + y) * width + left);
  }
  return { width, height, data };
}

/** Each image after the first with the same pixels. */
function duplicates(images: readonly (Task & { readonly digest: string })[]): Finding[] {
  const known = new Map<string, (typeof images)[number]>();
  return images.flatMap((image): Finding[] => {
    const first = known.get(image.digest);
    if (first === undefined) {
      known.set(image.digest, image);
      return [];
    }
    // Both stages may use one set, and two sets the same folder.
    if (first.path === image.path && first.set.split === image.set.split) return [];
    const { path } = image;
    const isLeak = first.set.split !== image.set.split;
    const message = isLeak
      ? 'is used for training and for validation'
      : 'has the same pixels as another image';
    return [{ kind: isLeak ? 'leak' : 'duplicate', path, other: first.path, message }];
  });
}
