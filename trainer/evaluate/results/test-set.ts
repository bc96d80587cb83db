import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isImageFile, listImages } from '../../image-files/list-images.ts';
import { readNames } from '../../runs/atomic-file.ts';

/**
 * Test images: `dir` contains `HR/` and optionally `LR_x{scale}/`, or, as in BasicSR's archives, `GTmod12/` and
 * `LRbicx{scale}/`; or it contains HR images directly. Missing LR images are downscaled as in MATLAB.
 */
export interface TestSet {
  readonly name: string;
  readonly dir: string;
}

/** A test set, identified by the SHA-256 in hex over names and contents of its images. */
export interface KnownTestSet extends TestSet {
  readonly sha256: string;
}

/** The folder of the HR images of a test set, which may be `dir` itself; undefined if there is none. */
export function hrFolder(dir: string): string | undefined {
  const named = ['HR', 'GTmod12'].map((folder) => join(dir, folder)).find(existsSync);
  return named ?? (readNames(dir).some(isImageFile) ? dir : undefined);
}

/** The folder of the LR images of a scale; undefined if there is none. */
export function lrFolder(dir: string, scale: number): string | undefined {
  return [`LR_x${scale}`, `LRbicx${scale}`].map((folder) => join(dir, folder)).find(existsSync);
}

/** Hashes every image of a test set; a missing folder counts as empty. */
export async function fingerprintTestSet(
  testSet: TestSet,
  sha256Of: (path: string) => Promise<string> = streamedSha256,
): Promise<KnownTestSet> {
  const total = createHash('sha256');
  for (const path of listImages(testSet.dir) ?? []) {
    total.update(`${relative(testSet.dir, path).replaceAll('\\', '/')}\t${await sha256Of(path)}\n`);
  }
  return { ...testSet, sha256: total.digest('hex') };
}

/** SHA-256 of a file in hex, asynchronously. Rejects with the errors of the file system. */
export async function streamedSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
