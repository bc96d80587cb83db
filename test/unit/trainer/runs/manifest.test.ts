import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createManifest,
  isStageStarted,
  isStuck,
  openManifest,
  readManifest,
  recordAncestor,
  recordStart,
  recordStop,
} from '../../../../trainer/runs/manifest.ts';
import { thisHost } from '../../../../trainer/runs/processes.ts';
import { oddFiles } from '../files/odd-files.ts';
import { temporaryRun } from './temporary-run.ts';

const run = {
  seed: 7,
  configHash: 'c0ffee',
  data: { bsds500: { path: '/data/bsds500', files: 200, bytes: 1e9, sha256: 'abc' } },
  ancestry: [{ stage: 'pretraining', path: 'weights/a.safetensors', sha256: 'def' }],
} as const;
const start = {
  stage: 'pretraining',
  step: 0,
  toolVersion: '0.1.0',
  engine: 'cpu',
  device: 'a processor',
} as const;

test('a manifest has what a run is, and every start and stop', () => {
  const paths = temporaryRun();
  createManifest(paths, run);
  recordStart(paths, start);
  recordStop(paths, { stage: 'pretraining', step: 50, reason: 'stopped' });
  recordStart(paths, { ...start, step: 50 });
  recordStart(paths, { ...start, step: 60, engine: 'webgpu' });
  recordStop(paths, { stage: 'training', step: 9, reason: 'finished' });
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
  const from = { time, host: thisHost, pid: process.pid };
  expect(readManifest(paths)).toEqual({
    format: 1,
    name: 'run',
    created: time,
    ...run,
    sessions: [
      { start: { ...from, ...start }, stop: { time, stage: 'pretraining', step: 50, reason: 'stopped' } },
      { start: { ...from, ...start, step: 50 }, stop: null },
      {
        start: { ...from, ...start, step: 60, engine: 'webgpu' },
        stop: { time, stage: 'training', step: 9, reason: 'finished' },
      },
    ],
  });
});

test('records the weights that each stage starts from, only the latest per stage', () => {
  const paths = temporaryRun();
  createManifest(paths, run);
  for (const sha256 of ['123', '456']) {
    recordAncestor(paths, { stage: 'training', path: 'checkpoints/a/b', sha256 });
    expect(readManifest(paths)?.ancestry).toEqual([
      ...run.ancestry,
      { stage: 'training', path: 'checkpoints/a/b', sha256 },
    ]);
  }
});

test.each<[string, (json: string) => string]>([
  ['that is truncated', (json) => json.slice(0, -9)],
  ['of another format', (json) => json.replace('"format": 1', '"format": 2')],
  ['of another shape', (json) => json.replace('"files": 200', '"files": "200"')],
])('a manifest %s is not read, and not overwritten', (_, damage) => {
  const paths = temporaryRun();
  createManifest(paths, run);
  const damaged = damage(readFileSync(paths.manifest, 'utf8'));
  writeFileSync(paths.manifest, damaged);
  expect(readManifest(paths)).toBeUndefined();
  for (const write of [
    () => recordStart(paths, start),
    () => openManifest(paths),
    () => isStageStarted(paths, 'training'),
  ])
    expect(write).toThrow(/run\.json cannot be read as a run manifest of format 1.*Restore a copy/);
  expect(readFileSync(paths.manifest, 'utf8')).toBe(damaged);
});

describe('in place of run.json', () => {
  test.each(oddFiles.filter(([, , state]) => state !== 'absent'))(
    '%s is not read, and not overwritten',
    (_, make, state, reason) => {
      const paths = temporaryRun();
      rmSync(paths.manifest, { force: true });
      make(paths.manifest);
      expect(readManifest(paths)).toBeUndefined();
      const said = new RegExp(reason.source.replaceAll(/[$^]/g, ''));
      expect(() => openManifest(paths)).toThrow(said);
      expect(() => openManifest(paths)).toThrow(
        state === 'unreadable' ? /check your permission/i : /damaged/,
      );
    },
  );
});

test.each<[string, boolean]>([
  ['checkpoints/pretraining-00000010', true],
  ['events.out.tfevents.1.host.1.0', true],
  ['launch', false],
  ['samples/pretraining', false],
])('without a manifest, a folder with %s was trained: %s', (name, isTrained) => {
  const paths = temporaryRun();
  rmSync(paths.manifest, { force: true });
  mkdirSync(join(paths.root, name), { recursive: true });
  if (isTrained) expect(() => openManifest(paths)).toThrow(/run\.json is missing, but .*change `name`/);
  else expect(openManifest(paths)).toBeUndefined();
});

test.each<
  [string, starts: readonly [stage: 'pretraining' | 'training', step: number][], step: number, boolean]
>([
  ['no session', [], 0, false],
  ['a single session', [['training', 5]], 5, false],
  [
    'two sessions without a step',
    [
      ['training', 5],
      ['training', 5],
    ],
    5,
    true,
  ],
  [
    'a step in the last session',
    [
      ['training', 5],
      ['training', 5],
    ],
    6,
    false,
  ],
  [
    'a step in the session before',
    [
      ['training', 4],
      ['training', 5],
    ],
    5,
    false,
  ],
  [
    'another stage',
    [
      ['pretraining', 0],
      ['training', 0],
    ],
    0,
    false,
  ],
])('a run is stuck after two sessions without a step: %s', (_, starts, step, expected) => {
  const at = { time: '2030-01-01T00:00:00.000Z', host: 'gpu-7', pid: 12 };
  const sessions = starts.map(([stage, each]) => ({
    start: { ...start, ...at, stage, step: each },
    stop: null,
  }));
  expect(isStuck(sessions, step)).toBe(expected);
});
