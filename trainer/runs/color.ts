import { dirname, join } from 'node:path';
import { isCount } from '../guards/guards.ts';
import { readNames, writeNewFileAtomic } from './atomic-file.ts';
import { readJson } from './read-json.ts';
import type { RunPaths } from './run-directory.ts';
import { sha256OfText } from './sha256.ts';

/** Colors that programs tell apart; a run has the number of one of them. */
export const runColorCount = 8;

/** The file with the number of a run's color. */
export function colorPath(root: string): string {
  return join(root, 'color.json');
}

/**
 * The number of a run's color, from 0; the same for every program, on every host. A run without one, such as that of another
 * program, has one that follows from its name.
 */
export function runColor({ root, name }: Pick<RunPaths, 'root' | 'name'>): number {
  return savedColor(root) ?? colorOfText(name);
}

/**
 * Saves the color of a new run: of those that the fewest runs in its folder have, the one after that of its path. Never
 * throws: a run whose color cannot be saved has that of its name.
 */
export function claimColor({ root }: Pick<RunPaths, 'root'>): void {
  if (savedColor(root) !== undefined) return;
  const folder = dirname(root);
  const uses = new Array<number>(runColorCount).fill(0);
  for (const name of readNames(folder)) {
    const color = savedColor(join(folder, name));
    if (color !== undefined) uses[color]! += 1;
  }
  const start = colorOfText(root);
  const order = uses.map((_, index) => (start + index) % runColorCount);
  const fewest = Math.min(...uses);
  const color = order.find((each) => uses[each] === fewest) ?? start;
  try {
    writeNewFileAtomic(colorPath(root), `${color}\n`);
  } catch {
    // The first to write to a full or read-only disk reports it.
  }
}

function savedColor(root: string): number | undefined {
  const color = readJson(colorPath(root), isCount);
  return color === undefined ? undefined : color % runColorCount;
}

function colorOfText(text: string): number {
  return Number.parseInt(sha256OfText(text).slice(0, 8), 16) % runColorCount;
}
