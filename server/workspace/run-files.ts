import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readRunFileContent } from '../../trainer/config/index.ts';
import { isRunDirectory } from '../../trainer/runs/list.ts';
import { ownDatasetImages, rootText, scaleOf } from '../language/datasets.ts';
import { openDocument, runFileName } from '../language/document.ts';
import { lenientConfig } from '../language/lenient-config.ts';

/** The folders that a run file refers to. Read even if the rest of the file has errors. */
export interface RunFilePlaces {
  /** Absolute, like all paths here. */
  readonly file: string;
  readonly runsDir: string;
  readonly dataDir: string;
  readonly scale: number;
  /** Its own data sets, with their HR images. */
  readonly datasets: readonly OwnDataset[];
}

/** A data set of a run file, with folders or globs of its HR images: for training, then for validation. */
export interface OwnDataset {
  readonly name: string;
  readonly hr: readonly string[];
}

/** Maximum number of folders to search. A workspace with more is not a project. */
const maximumFolders = 20_000;

/** Whether a path is a run file that a person edits, not the copy in a run directory. */
export function isOwnRunFile(path: string): boolean {
  const folder = dirname(path);
  const isInLaunch = basename(folder) === 'launch' && isRunDirectory(dirname(folder));
  return runFileName.test(path) && !isInLaunch && !isRunDirectory(folder);
}

/** The run files in a folder and its subfolders. Skips run directories and folders that cannot be read. */
export async function findRunFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let index = 0; index < Math.min(folders.length, maximumFolders); index++) {
    const folder = folders[index] ?? root;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = entries.map(({ name }) => name);
    if (isRunDirectory(folder, names)) continue;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules') folders.push(path);
      } else if (runFileName.test(entry.name)) {
        found.push(path);
      }
    }
  }
  return found;
}

/**
 * Reads the places of a run file on the disk; undefined if there is none. `known`, as read before, if it cannot be read, perhaps
 * only now: the program that has changed it may still have it open.
 */
export function readPlaces(file: string, known?: RunFilePlaces): RunFilePlaces | undefined {
  const read = readRunFileContent(file);
  if (read.state === 'unreadable') return known;
  if (read.state !== 'read') return undefined;
  const document = openDocument(read.value, file);
  const place = (key: 'runs_dir' | 'data_dir') => resolve(dirname(file), rootText(document, key));
  return {
    file,
    runsDir: place('runs_dir'),
    dataDir: place('data_dir'),
    scale: scaleOf(document),
    datasets: ownDatasetImages(document),
  };
}

/** The directory of the run that a run file describes, also if the file has errors; undefined if it cannot be read. */
export function runDirectoryOf(file: string): string | undefined {
  const read = readRunFileContent(file);
  const config = read.state === 'read' ? lenientConfig(openDocument(read.value, file)) : undefined;
  return config && join(config.runs_dir, config.name);
}
