import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { portablePath } from '../../files/paths.ts';
import { openRegularFile } from '../../files/regular-file.ts';
import { isImageFile, listImages } from '../../image-files/list-images.ts';
import { withoutUpscaled } from '../../image-files/upscaled-images.ts';
import { readNames } from '../../runs/atomic-file.ts';

/**
 * Test images: `dir` contains `HR/` and optionally `LR_x{scale}/`, or, as in BasicSR's archives, `GTmod12/` and
 * `LRbicx{scale}/`, in upper or lower case; instead of the HR folder it may contain HR images directly. Missing LR images
 * are downscaled as in MATLAB.
 */
export interface TestSet {
  readonly name: string;
  readonly dir: string;
}

/** A test set, identified by the SHA-256 in hex over names and contents of its images. */
export interface KnownTestSet extends TestSet {
  readonly sha256: string;
}

const hrNames = ['HR', 'GTmod12'];

/** Whether a folder has the name of a folder of HR images. */
export function isHrFolder(path: string): boolean {
  return hrNames.some((name) => name.toLowerCase() === basename(path).toLowerCase());
}

/** The folder of the HR images of a test set, which may be `dir` itself; undefined if there is none. */
export function hrFolder(dir: string): string | undefined {
  return subfolder(dir, hrNames) ?? (readNames(dir).some(isImageFile) ? dir : undefined);
}

/** The folder of the LR images of a scale; undefined if there is none. */
export function lrFolder(dir: string, scale: number): string | undefined {
  return subfolder(dir, [`LR_x${scale}`, `LRbicx${scale}`]);
}

/**
 * The HR images of a test set, sorted: those of its HR folder and its subfolders, or those directly in `dir`, without the
 * results of upscaling next to them. Empty if there is none.
 */
export function hrImages(dir: string): string[] {
  const folder = hrFolder(dir);
  if (folder === undefined) return [];
  const images = listImages(folder) ?? [];
  return withoutUpscaled(
    folder === dir ? images.filter((path) => relative(dir, path) === basename(path)) : images,
  );
}

/** The first of these subfolders that exists, in upper or lower case. */
function subfolder(dir: string, names: readonly string[]): string | undefined {
  const existing = readNames(dir);
  return names
    .flatMap((name) => existing.filter((each) => each.toLowerCase() === name.toLowerCase()))
    .map((name) => join(dir, name))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
}

/**
 * Hashes the HR images of a test set and its LR images of all scales; a missing folder counts as empty. Images directly
 * in the folder have the names that they would have in `HR/`.
 */
export async function fingerprintTestSet(
  testSet: TestSet,
  sha256Of: (path: string) => Promise<string> = streamedSha256,
): Promise<KnownTestSet> {
  const { dir } = testSet;
  const hr = hrFolder(dir);
  const named = [
    ...hrImages(dir).map((path) => ({
      path,
      name: hr === dir ? `HR/${basename(path)}` : relative(dir, path),
    })),
    ...readNames(dir)
      .filter((name) => /^LR(_|bic)x\d+$/i.test(name))
      .flatMap((name) => listImages(join(dir, name)) ?? [])
      .map((path) => ({ path, name: relative(dir, path) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const total = createHash('sha256');
  for (const { path, name } of named) {
    total.update(`${portablePath(name)}\t${await sha256Of(path)}\n`);
  }
  return { ...testSet, sha256: total.digest('hex') };
}

/** SHA-256 of a file in hex, asynchronously. Rejects with the errors of the file system. */
export async function streamedSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { fd: openRegularFile(path) })) hash.update(chunk);
  return hash.digest('hex');
}
