import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { rootText, scaleOf } from '../language/datasets.ts';
import { openDocument } from '../language/document.ts';

/** The folders that a run file refers to. Read even if the rest of the file has errors. */
export interface RunFilePlaces {
  /** Absolute, like all paths here. */
  readonly file: string;
  readonly runsDir: string;
  readonly dataDir: string;
  readonly scale: number;
}

const runFileName = /\.esrgan\.(ya?ml|json)$/i;

/** Folders to skip: they may contain very many files, but no run files that a person edits. */
const skippedFolders = new Set(['node_modules', 'checkpoints', 'samples', 'launch']);

/** Maximum number of folders to search. A workspace with more is not a project. */
const maximumFolders = 20_000;

/** Whether a path is a run file that a person edits, not the copy in a run directory. */
export function isOwnRunFile(path: string): boolean {
  const folder = dirname(path);
  return runFileName.test(path) && basename(folder) !== 'launch' && !isRun(folder);
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, 'run.json')) || existsSync(join(folder, 'launch'));
}

/** The run files in a folder and its subfolders. Skips folders that cannot be read. */
export async function findRunFiles(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let index = 0; index < Math.min(folders.length, maximumFolders); index++) {
    const folder = folders[index] ?? root;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => name === 'run.json' || name === 'launch')) continue;
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !skippedFolders.has(entry.name)) folders.push(path);
      } else if (runFileName.test(entry.name)) {
        found.push(path);
      }
    }
  }
  return found;
}

/** Reads the places of a run file on the disk; undefined if it cannot be read. */
export function readPlaces(file: string): RunFilePlaces | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const document = openDocument(text, file);
  const place = (key: 'runs_dir' | 'data_dir') => resolve(dirname(file), rootText(document, key));
  return { file, runsDir: place('runs_dir'), dataDir: place('data_dir'), scale: scaleOf(document) };
}
