import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isImageFile, listImages } from '../../image-files/list-images.ts';
import { readNames } from '../../runs/atomic-file.ts';

/**
 * Test images: `dir` holds `HR/` and, if given, `LR_x{scale}/`, or, as in BasicSR's archives, `GTmod12/` and
 * `LRbicx{scale}/`; or HR images lie directly in it. Without LR, it is made as MATLAB made the benchmarks'.
 */
export interface TestSet {
  readonly name: string;
  readonly dir: string;
}

/** A test set with what tells it from any other: SHA-256 in hex over names and contents of all its images. */
export interface KnownTestSet extends TestSet {
  readonly sha256: string;
}

/** The folder of a test set's HR images, which is `dir` itself where images lie directly in it; undefined where there is none. */
export function hrFolder(dir: string): string | undefined {
  const named = ['HR', 'GTmod12'].map((folder) => join(dir, folder)).find(existsSync);
  return named ?? (readNames(dir).some(isImageFile) ? dir : undefined);
}

/** The folder of a test set's LR images of a scale; undefined where there is none. */
export function lrFolder(dir: string, scale: number): string | undefined {
  return [`LR_x${scale}`, `LRbicx${scale}`].map((folder) => join(dir, folder)).find(existsSync);
}

/** Reads every image of a test set; no such folder counts as empty. `sha256Of` gives the sum of a file, in hex. */
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

/** SHA-256 of a file, in hex, which lets other work go on meanwhile. Rejects with what the file system says. */
export async function streamedSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
