import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { imageSources } from '../../trainer/config/index.ts';
import {
  fingerprintTestSet,
  hrFolder,
  hrImages,
  type KnownTestSet,
  streamedSha256,
  type TestSet,
} from '../../trainer/evaluate/results/test-set.ts';
import { uniquePaths } from '../../trainer/files/paths.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { stages } from '../../trainer/run-state/run-state.ts';
import type { TestSetSummary } from '../protocol/comparison.ts';
import type { OpenedRun } from './compared-run.ts';

/** Levels of folders below a data folder in which test sets are looked for. */
const depth = 2;

/** Absolute paths of folders. */
export interface TestSetPlaces {
  /** Test sets in them have a folder of HR images. */
  readonly dataFolders: readonly string[];
  /** Each is a test set, possibly with its images directly in it, or contains test sets. */
  readonly testSetFolders: readonly string[];
}

/** The test sets in these places, by name; then what the runs are validated on. Each folder once. */
export function findTestSets(
  { dataFolders, testSetFolders }: TestSetPlaces,
  runs: readonly OpenedRun[],
): TestSet[] {
  const inFolders = uniquePaths([
    ...dataFolders.flatMap((folder) => below(folder, depth)),
    ...testSetFolders.flatMap((folder) => (hrFolder(folder) === folder ? [folder] : below(folder, depth))),
  ]).map((dir) => ({ name: basename(dir).toLowerCase(), dir }));
  const validation = runs.flatMap(({ config }) =>
    config === undefined
      ? []
      : stages.flatMap((stage) =>
          imageSources(config, stage, 'val').map(({ name, hr }) => ({ name, dir: testSetOf(hr) })),
        ),
  );
  const found = [...inFolders, ...validation].filter(({ dir }) => hrFolder(dir) !== undefined);
  const unique = [...new Map(found.map((each) => [each.dir, each])).values()];
  const isForTests = (dir: string) => inFolders.some((each) => each.dir === dir);
  return unique
    .map(({ name, dir }) => ({
      dir,
      name: isNameTaken(unique, name, dir) ? `${name} in ${dirname(dir)}` : name,
    }))
    .sort((a, b) => Number(isForTests(b.dir)) - Number(isForTests(a.dir)) || (a.name < b.name ? -1 : 1));
}

function isNameTaken(all: readonly TestSet[], name: string, dir: string): boolean {
  return all.some((each) => each.name === name && each.dir !== dir);
}

/** The test set of a folder of HR images: `set5` for `set5/HR`. */
function testSetOf(hr: string): string {
  const parent = dirname(hr);
  return hrFolder(parent) === hr ? parent : hr;
}

/** Folders with `HR` or `GTmod12` in them. */
function below(folder: string, levels: number): string[] {
  const hr = hrFolder(folder);
  if (hr !== undefined && hr !== folder) return [folder];
  if (levels === 0) return [];
  return subfolders(folder).flatMap((each) => below(each, levels - 1));
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .map(({ name }) => join(folder, name))
      .filter((path) => statOf(path)?.isDirectory());
  } catch {
    return [];
  }
}

/** What a list shows of a test set. */
export function testSetSummary({ name, dir }: TestSet): TestSetSummary {
  return { name, folder: dir, images: hrImages(dir) };
}

/** Fingerprints of test sets; a file is read again only when its time or size has changed. */
export function createFingerprints(): (testSet: TestSet) => Promise<KnownTestSet> {
  const sums = new Map<string, { readonly stamp: string; readonly sha256: Promise<string> }>();
  const sha256Of = async (path: string): Promise<string> => {
    const { mtimeMs, size } = statSync(path);
    const stamp = `${mtimeMs} ${size}`;
    const known = sums.get(path);
    if (known?.stamp === stamp) return known.sha256;
    const sha256 = streamedSha256(path);
    sums.set(path, { stamp, sha256 });
    sha256.catch(() => sums.delete(path));
    return sha256;
  };
  return (testSet) => fingerprintTestSet(testSet, sha256Of);
}
