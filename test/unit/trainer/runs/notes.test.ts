import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { noNotes } from '../../../../trainer/run-state/notes.ts';
import { readRun } from '../../../../trainer/runs/list.ts';
import { changeNotes, notesProblem, readNotes } from '../../../../trainer/runs/notes.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryFolder, temporaryRun } from './temporary-run.ts';

test('a run has none until something is noted', () => {
  const run = temporaryRun();
  expect([readNotes(run), notesProblem(run)]).toEqual([noNotes, undefined]);
  expect(changeNotes(run, { addTags: ['a'], pinned: true })).toEqual({
    ...noNotes,
    tags: ['a'],
    pinned: true,
  });
  changeNotes(run, { note: 'text' });
  expect(notesProblem(run)).toBe(undefined);
  expect(readNotes(run)).toEqual({ ...noNotes, note: 'text', tags: ['a'], pinned: true });
  expect(JSON.parse(readFileSync(join(run.root, 'notes.json'), 'utf8'))).toEqual({
    format: 1,
    note: 'text',
    tags: ['a'],
    group: null,
    pinned: true,
    archived: false,
  });
  expect(readdirSync(run.root).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('the list has them, also of folders of other trainers', () => {
  const root = join(temporaryFolder(), 'theirs');
  mkdirSync(root);
  writeFileSync(join(root, 'events.out.tfevents.1700000000.host'), '');
  changeNotes(runPaths(root), { group: 'g' });
  expect(readRun(root, Date.now())).toMatchObject({ kind: 'external', notes: { ...noNotes, group: 'g' } });
});

test('a change is announced by the folder of runs', () => {
  const run = temporaryRun();
  const folder = dirname(run.root);
  utimesSync(folder, 1, 1);
  changeNotes(run, { archived: true });
  expect(statSync(folder).mtimeMs).toBeGreaterThan(1000);
  expect(readdirSync(folder)).toEqual(['run']);
});

test.each(['{', '[]', '{"format":2,"note":"","tags":[],"group":null,"pinned":false,"archived":false}'])(
  'a file with %s shows no notes, and is not overwritten',
  (text) => {
    const run = temporaryRun();
    const file = join(run.root, 'notes.json');
    writeFileSync(file, text);
    expect(readNotes(run)).toEqual(noNotes);
    expect(notesProblem(run)).toMatch(/notes\.json cannot be read as notes of format 1 .*Correct or delete/);
    expect(() => changeNotes(run, { pinned: true })).toThrow(
      /notes\.json cannot be read as notes of format 1/,
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
  },
);

test('a name that is not allowed changes nothing', () => {
  const run = temporaryRun();
  expect(() => changeNotes(run, { addTags: ['a,b'] })).toThrow('“a,b” cannot be the name of a tag.');
  expect(readdirSync(run.root)).not.toContain('notes.json');
});
