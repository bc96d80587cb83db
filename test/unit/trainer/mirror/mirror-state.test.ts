import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Cursor, writeCursor } from '../../../../trainer/mirror/cursor.ts';
import { type MirrorState, readMirror } from '../../../../trainer/mirror/mirror-state.ts';
import { acquireLock } from '../../../../trainer/runs/lock.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryRun } from '../runs/temporary-run.ts';

const start = { events: 0, samples: 0, logLines: 0 };
const link = 'https://wandb.ai/me/faces/runs/1';
const cursor: Cursor = {
  format: 1,
  server: 'https://api.wandb.ai',
  entity: 'me',
  project: 'faces',
  id: '1',
  link,
  from: start,
  to: start,
  samples: [],
  isComplete: false,
  problem: null,
};

test.each<[boolean, Partial<Cursor>, MirrorState]>([
  [true, {}, { state: 'uploading', link, problem: null }],
  [true, { problem: 'busy' }, { state: 'waiting', link, problem: 'busy' }],
  [false, { problem: 'no key', link: null }, { state: 'failed', link: null, problem: 'no key' }],
  [false, { isComplete: true }, { state: 'uploaded', link, problem: null }],
  [false, {}, { state: 'interrupted', link, problem: null }],
  // A run directory may be another person's.
  [false, { link: 'command:evil' }, { state: 'interrupted', link: null, problem: null }],
])('with a process: %s; with %o', (isAlive, given, expected) => {
  const run = temporaryRun();
  mkdirSync(run.mirror);
  writeCursor(run, { ...cursor, ...given });
  const lock = acquireLock(runPaths(run.mirror));
  if (!isAlive) lock.release();
  expect(readMirror(run, Date.now())).toEqual(expected);
});

test('a run that was never mirrored has no upload', () => {
  expect(readMirror(temporaryRun(), Date.now())).toBeNull();
});
