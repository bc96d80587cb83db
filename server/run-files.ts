import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { rootText, scaleOf } from './language/datasets.ts';
import { openDocument } from './language/document.ts';

/** What a run file says of its surroundings, also where the rest of its text is broken. */
export interface RunFilePlaces {
  /** Absolute, as are all paths here. */
  readonly file: string;
  readonly runsDir: string;
  readonly dataDir: string;
  readonly scale: number;
}

const runFileName = /\.esrgan\.(ya?ml|json)$/i;

/** Folders that hold no run files of a person, and may hold very many others. */
const passedOver = new Set(['node_modules', 'checkpoints', 'samples', 'launch']);

/** Folders that are looked into, at most: beyond that the person opened something else than a project. */
const maximumFolders = 20_000;

/** Whether a path is a run file that a person keeps, not one that a run directory holds. */
export function isOwnRunFile(path: string): boolean {
  const folder = dirname(path);
  return runFileName.test(path) && basename(folder) !== 'launch' && !isRun(folder);
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, 'run.json')) || existsSync(join(folder, 'launch'));
}

/** The run files in a folder and all folders below it. What cannot be read is passed over. */
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
        if (!entry.name.startsWith('.') && !passedOver.has(entry.name)) folders.push(path);
      } else if (runFileName.test(entry.name)) {
        found.push(path);
      }
    }
  }
  return found;
}

/** What a run file on the disk says; undefined where it cannot be read. */
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
