import { join } from 'node:path';
import { decodeImage } from '../data/decode.ts';
import { cropImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { isNumber, isObject, isOneOf } from '../guards/guards.ts';
import { imageSize } from '../image-files/image-size.ts';
import { listImages } from '../image-files/list-images.ts';
import { writeJsonAtomic } from '../runs/atomic-file.ts';
import { readJson } from '../runs/read-json.ts';
import { type FailedImage, type Observer, processImages } from './process-images.ts';
import { type SourceImage, sourceImages, withoutScale } from './source-images.ts';
import { isNewer, isWritten, makeFolder, writePng } from './write-image.ts';

/** How images are cut, in pixels. */
export interface TileOptions {
  /** Side of a tile. */
  readonly size: number;
  /** From a tile to the next; less than the size for tiles that overlap. */
  readonly step: number;
  /** A last tile, aligned with the edge, covers what the others leave if that is more than this. */
  readonly minEdge: number;
}

interface Tile {
  readonly path: string;
  readonly left: number;
  readonly top: number;
}

/** The tiles of an image. */
export interface TilePlan {
  readonly path: string;
  readonly tiles: readonly Tile[];
  /** The tiles that are not written yet. */
  readonly missing: readonly Tile[];
}

/** What is cut, and the images that are not. */
export interface TilesPlan {
  /** The folder of the tiles. */
  readonly out: string;
  readonly plans: readonly TilePlan[];
  /** Images that are too small. */
  readonly skipped: readonly FailedImage[];
  /** Images whose headers cannot be read. */
  readonly failed: readonly FailedImage[];
  /** Images that were changed after some of their tiles, which stay as they are. */
  readonly newer: readonly string[];
}

/**
 * Where tiles start along a side of an image, as BasicSR's `extract_subimages.py` has it. Empty if the side is shorter than a
 * tile.
 */
export function tileStarts(length: number, { size, step, minEdge }: TileOptions): number[] {
  if (length < size) return [];
  const count = Math.floor((length - size) / step) + 1;
  const starts = Array.from({ length: count }, (_, i) => i * step);
  if (length - (starts.at(-1)! + size) > minEdge) starts.push(length - size);
  return starts;
}

/**
 * Plans the tiles of all images of a folder or glob, from their headers alone. Names are those of BasicSR: `<name>_s001.png` in rows,
 * without `x4` and the like at the end of `<name>`, so that HR and LR tiles pair.
 *
 * @throws WorkbenchError `data`, `usage`: see `sourceImages` and `isWritten`; `usage` if the folder has tiles of other options
 */
export function planTiles(pattern: string, out: string, options: TileOptions): TilesPlan {
  const images = sourceImages(pattern, out);
  const names = new Set(images.map(({ name }) => name));
  const skipped: FailedImage[] = [];
  const failed: FailedImage[] = [];
  const plans = images.flatMap((image): TilePlan[] => {
    const size = imageSize(image.path);
    if (size === undefined) {
      failed.push({ path: image.path, reason: 'not an image, or its header is damaged' });
      return [];
    }
    const [rows, columns] = [tileStarts(size.height, options), tileStarts(size.width, options)];
    if (rows.length === 0 || columns.length === 0) {
      const reason = `its size of ${size.width}x${size.height} is smaller than a tile`;
      skipped.push({ path: image.path, reason });
      return [];
    }
    const name = tileName(image, names);
    const tiles = rows
      .flatMap((top) => columns.map((left) => ({ left, top })))
      .map((place, i) => ({ ...place, path: join(out, `${name}_s${String(i + 1).padStart(3, '0')}.png`) }));
    const missing = tiles.filter(
      ({ path }) => !isWritten(path, { width: options.size, height: options.size }),
    );
    return [{ path: image.path, tiles, missing }];
  });
  assertSameOptions(out, options);
  const newer = plans.flatMap(({ path, tiles }) => (isNewer(path, tiles) ? [path] : []));
  return { out, plans, skipped, failed, newer };
}

const isRecord = isObject<TileOptions & { format: number }>({
  format: isOneOf([1]),
  size: isNumber,
  step: isNumber,
  minEdge: isNumber,
});

/** The file in a folder of tiles that has their options: names and sizes do not tell the step. */
const recordOf = (out: string) => join(out, '.esrgan-tiles.json');

/** A folder without a record has no tiles, or those of another program. */
function assertSameOptions(out: string, { size, step, minEdge }: TileOptions): void {
  const earlier = readJson(recordOf(out), isRecord);
  if (earlier === undefined || !listImages(out)?.length) return;
  if (earlier.size === size && earlier.step === step && earlier.minEdge === minEdge) return;
  throw new WorkbenchError(
    'usage',
    `${out} has tiles of --size ${earlier.size} --step ${earlier.step} --min-edge ${earlier.minEdge}, but now they would be of --size ${size} --step ${step} --min-edge ${minEdge}. Choose another folder for the tiles, or delete this one.`,
  );
}

/** Without the suffix of LR images, unless another image has that name. */
function tileName({ name }: SourceImage, names: ReadonlySet<string>): string {
  const bare = withoutScale(name);
  return names.has(bare) ? name : bare;
}

/**
 * Cuts the tiles that are missing. Each is written completely or not at all.
 *
 * @returns the images that could not be read
 */
export async function cutTiles(plan: TilesPlan, { size, step, minEdge }: TileOptions, observer: Observer) {
  const { plans, out } = plan;
  const open = plans.filter(({ missing }) => missing.length > 0);
  // Before the first tile: whoever continues after an interruption needs it.
  if (plans.every(({ tiles, missing }) => tiles.length === missing.length)) {
    makeFolder(out);
    writeJsonAtomic(recordOf(out), { format: 1, size, step, minEdge });
  }
  const { failed } = await processImages(
    open,
    async ({ path, missing }) => {
      const image = await decodeImage(path);
      const last = missing.at(-1)!;
      if (last.left + size > image.width || last.top + size > image.height) {
        throw new WorkbenchError('data', `${path}: its header has another size than its pixels.`);
      }
      for (const tile of missing) {
        if (observer.signal?.aborted) return;
        await writePng(tile.path, cropImage(image, tile.left, tile.top, size, size));
      }
    },
    observer,
  );
  return [...plan.failed, ...failed];
}
