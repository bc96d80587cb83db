import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunRows } from '../../../../server/experiments/run-rows.ts';
import type { RunTableAnswer } from '../../../../server/protocol/run-table.ts';
import { listRuns, type RunOnDisk, readRun } from '../../../../trainer/runs/list.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { changeNotes } from '../../../../trainer/runs/notes.ts';
import { createRunDirectory, type RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

const numbers = { epoch: 1, epochs: 1, step: 1, steps: 1, rate: null, etaSeconds: null, loss: 0.5 };

function makeRun(folder: string, name: string, type: string): RunPaths {
  const run = createRunDirectory(join(folder, name));
  createManifest(run, { seed: 1, configHash: '', data: {}, ancestry: [] });
  writeFileSync(run.config, `scale_factor: 4\ngenerator:\n  type: ${type}\n`);
  const message = `because of ${folder}`;
  writeStatus(run, { ...numbers, state: 'failed', stage: 'pretraining', psnr: 30, message });
  return run;
}

/** A list of runs that a test changes. */
function listOf(folder: string) {
  let runs: readonly RunOnDisk[] = listRuns(folder, Date.now());
  return {
    all: async () => [],
    onDisk: () => runs,
    read(name: string) {
      const run = readRun(join(folder, name), Date.now());
      runs = [...runs.filter(({ paths }) => paths.name !== name), ...(run === undefined ? [] : [run])];
    },
  };
}

/** The cells of a column by the name of the run. */
function valuesOf({ columns, rows }: RunTableAnswer, key: string): Record<string, unknown> {
  const at = (each: string) => columns.findIndex((column) => column.key === each);
  return Object.fromEntries(rows.map(({ cells }) => [String(cells[at('name')]), cells[at(key)]]));
}

test('all rows at first, then those that have changed, until the columns change', async () => {
  const folder = temporaryFolder();
  const [a] = [makeRun(folder, 'a', 'rrdb'), makeRun(folder, 'b', 'compact')];
  const list = listOf(folder);
  const rows = createRunRows(list, (text) => text.replace(folder, '.'));
  const first = await rows.table(null);
  expect(first).toMatchObject({ isWhole: true, removed: [] });
  expect(valuesOf(first, 'generator.type')).toEqual({ a: 'rrdb', b: 'compact' });
  expect(valuesOf(first, 'reason')).toEqual({ a: 'because of .', b: 'because of .' });
  expect(first.columns.map(({ key }) => key)).not.toContain('scale_factor');
  expect(first.equal).toEqual([
    { column: { key: 'scale_factor', kind: 'number', source: 'config', isEqual: true }, cell: 4 },
  ]);

  const same = await rows.table(first.revision);
  expect(same).toMatchObject({ revision: first.revision, isWhole: false, rows: [], removed: [] });

  changeNotes(a, { addTags: ['x'] });
  list.read('a');
  const changed = await rows.table(first.revision);
  expect(changed.isWhole).toBe(false);
  expect(valuesOf(changed, 'tags')).toEqual({ a: ['x'] });

  // A run that is read again and has not changed is no change.
  list.read('b');
  expect((await rows.table(changed.revision)).revision).toBe(changed.revision);

  makeRun(folder, 'c', 'rrdb');
  list.read('c');
  rmSync(a.root, { recursive: true });
  list.read('a');
  const moved = await rows.table(changed.revision);
  expect(moved).toMatchObject({ isWhole: false, removed: [a.root] });
  expect(valuesOf(moved, 'generator.type')).toEqual({ c: 'rrdb' });
  // An older revision gets all changes since.
  expect(valuesOf(await rows.table(first.revision), 'name')).toEqual({ c: 'c' });

  const other = makeRun(folder, 'd', 'rrdb');
  writeFileSync(other.config, 'scale_factor: 2\ngenerator:\n  type: rrdb\n');
  list.read('d');
  const widened = await rows.table(moved.revision);
  expect(widened.isWhole).toBe(true);
  expect(valuesOf(widened, 'scale_factor')).toEqual({ b: 4, c: 4, d: 2 });
  expect(widened.equal).toEqual([]);
});

test.each([null, 'of-another-server:5', 'nonsense', ''])('the revision %j gets all rows', async (since) => {
  const folder = temporaryFolder();
  makeRun(folder, 'a', 'rrdb');
  mkdirSync(join(folder, 'empty'));
  expect(await createRunRows(listOf(folder)).table(since)).toMatchObject({
    isWhole: true,
    rows: [{ color: expect.any(Number) }],
  });
});

test('a folder without runs has the columns of facts', async () => {
  const { columns, rows } = await createRunRows(listOf(temporaryFolder())).table(null);
  expect(rows).toEqual([]);
  expect(columns.every(({ source }) => source === 'run')).toBe(true);
});
