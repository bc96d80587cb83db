import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import {
  changesOf,
  launchMirror,
  requestFromRun,
  runFileToResume,
} from '../../../../server/experiments/start.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { dequeue, enqueue, recordExit, recordProcess } from '../../../../trainer/runs/launch.ts';
import { createManifest, recordStart } from '../../../../trainer/runs/manifest.ts';
import { type RunPaths, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryFolder, temporaryRun } from '../../trainer/runs/temporary-run.ts';

const session = { stage: 'pretraining', step: 0, toolVersion: '1', engine: 'cpu', device: '' } as const;

/** What happens to a run: its run file has this seed. */
const events = {
  /** A trainer starts, and records its session and its run file. */
  train(run: RunPaths, seed: number) {
    writeFileSync(run.config, `seed: ${seed}\n`);
    recordStart(run, session);
  },
  queue(run: RunPaths, seed: number) {
    return enqueue(run, { stage: 'pretraining', resume: true, order: 1 }, `seed: ${seed}\n`);
  },
  cancel(run: RunPaths) {
    dequeue(run);
  },
  launch(run: RunPaths) {
    dequeue(run);
    recordProcess(run, { pid: 2 ** 22 + 1, stage: 'pretraining' });
  },
  lose(run: RunPaths) {
    rmSync(run.config);
  },
  fail(run: RunPaths) {
    recordExit(run, { pid: 2 ** 22 + 1, code: 3, signal: null });
  },
};

/** Lets the clock advance, so that no two events have the same time. */
function tick(): void {
  for (const start = Date.now(); Date.now() === start; );
}

type Event = readonly [keyof typeof events, seed?: number];

test.each<[string, Event[], seed: number]>([
  ['trained from a terminal', [['train', 1]], 1],
  ['trained from the editor', [['queue', 1], ['launch'], ['train', 1]], 1],
  ['whose changed start failed', [['train', 1], ['queue', 2], ['launch'], ['fail']], 2],
  ['whose first start failed', [['queue', 2], ['launch'], ['fail']], 2],
  [
    'whose changed start failed, trained from a terminal later',
    [['train', 1], ['queue', 2], ['launch'], ['fail'], ['train', 3]],
    3,
  ],
  ['whose changed start was canceled', [['train', 1], ['queue', 2], ['cancel']], 1],
  ['that lost its run file', [['queue', 2], ['launch'], ['train', 2], ['lose']], 2],
])('a run %s resumes with the configuration that was requested last', async (_, happened, seed) => {
  const run = temporaryRun();
  createManifest(run, { seed: 1, configHash: '', data: {}, ancestry: [] });
  for (const [name, value = 0] of happened) {
    await events[name](run, value);
    tick();
  }
  const request = requestFromRun(run, 'pretraining');
  expect(request).toMatchObject({ run, stage: 'pretraining', file: null });
  expect(request.config).toMatchObject({ seed, name: run.name, runs_dir: dirname(run.root) });
});

test('a run without any configuration cannot resume', () => {
  const run = temporaryRun();
  expect(() => requestFromRun(run, 'pretraining')).toThrow(`${run.root} has no run file`);
});

test.each<[requested: string, changes: string[]]>([
  ['seed: 1', []],
  ['seed: 2', ['seed']],
  ['{ seed: 2, pretraining: { num_epoch: 5 } }', ['pretraining.num_epoch', 'seed']],
  ['{ seed: 1, name: other, runs_dir: elsewhere }', []],
])('the configuration %j changes %j since the last training', (requested, changes) => {
  const run = temporaryRun();
  const { config } = readRunFile(requested, { file: run.config });
  if (config === undefined) throw new Error('the configuration is valid');
  const request = { run, stage: 'pretraining', config, file: null } as const;
  expect(changesOf(request)).toEqual([]);
  writeFileSync(run.config, 'seed: 1\n');
  expect(changesOf(request)).toEqual(changes);
});

test('one run file describes a run', () => {
  const run = temporaryRun();
  expect(runFileToResume(run, [])).toBeUndefined();
  expect(runFileToResume(run, ['/a.esrgan.yaml'])).toBe('/a.esrgan.yaml');
  expect(() => runFileToResume(run, ['/a.esrgan.yaml', '/b.esrgan.yaml'])).toThrow(
    'Several run files describe run run: /a.esrgan.yaml, /b.esrgan.yaml. Resume it from the one to use',
  );
});

test('the mirror of a run that a cluster trains is started without a trainer', async () => {
  const run = runPaths(temporaryFolder());
  const seen = join(run.root, 'seen');
  const esrgan = join(run.root, 'esrgan.mjs');
  writeFileSync(
    esrgan,
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(seen)}, process.argv.slice(2).join(' '));\n`,
  );
  const programs = { node: process.execPath, esrgan, launcher: resolve('dist/launcher.js') };
  await launchMirror(run, 'pretraining', programs, { project: 'faces', entity: '', group: 'night' });
  await expect
    .poll(() => existsSync(seen) && readFileSync(seen, 'utf8'), { timeout: 20_000 })
    .toBe(`mirror ${run.root} --to wandb --project=faces --group=night`);
  expect(readdirSync(run.root).sort()).toEqual(['esrgan.mjs', 'seen']);
});
