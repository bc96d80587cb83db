import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runColorTable } from '../../../../server/protocol/run-colors.ts';
import { claimColor, colorPath, runColor, runColorCount } from '../../../../trainer/runs/color.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'colors-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function newRun(name: string) {
  const paths = runPaths(join(folder, name));
  mkdirSync(paths.root);
  claimColor(paths);
  return paths;
}

test('the palette has a color for each number', () => {
  expect(runColorTable).toHaveLength(runColorCount);
});

test('the runs of a folder have different colors as long as there are enough', () => {
  const colors = Array.from({ length: runColorCount }, (_, i) => runColor(newRun(`run-${i}`)));
  expect(new Set(colors).size).toBe(runColorCount);
  newRun('one-more');
  expect(runColor(newRun('another'))).not.toBe(runColor(runPaths(join(folder, 'one-more'))));
});

test('a run keeps its color when others are deleted or made, and when it is renamed', () => {
  const runs = ['a', 'b', 'c'].map(newRun);
  const before = runColor(runs[2]!);
  rmSync(runs[0]!.root, { recursive: true });
  newRun('d');
  claimColor(runs[2]!);
  expect(runColor(runs[2]!)).toBe(before);
  renameSync(runs[2]!.root, join(folder, 'renamed'));
  expect(runColor(runPaths(join(folder, 'renamed')))).toBe(before);
});

test.each(['', 'blue', '-1', '1.5', '{"color":1}'])('%j is not a color: that of the name is used', (text) => {
  const paths = runPaths(join(folder, 'run'));
  mkdirSync(paths.root);
  const ofName = runColor(paths);
  writeFileSync(colorPath(paths.root), text);
  expect(runColor(paths)).toBe(ofName);
  expect(ofName).toBeLessThan(runColorCount);
});

test('a number of a larger palette is one of this palette', () => {
  const paths = newRun('run');
  writeFileSync(colorPath(paths.root), `${runColorCount + 3}`);
  expect(runColor(paths)).toBe(3);
});

test('a run in a folder that cannot be written to has the color of its name', () => {
  const paths = runPaths(join(folder, 'missing'));
  claimColor(paths);
  expect(() => readFileSync(colorPath(paths.root))).toThrow();
  expect(runColor(paths)).toBe(runColor(paths));
});
