import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMeasuredRuns } from '../../../../server/language/measured-runs.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { createManifest, recordStart } from '../../../../trainer/runs/manifest.ts';
import { thisHost } from '../../../../trainer/runs/processes.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryRun } from '../../trainer/runs/temporary-run.ts';

/** A run that has logged these rates (steps a second) and memories (bytes), step by step. */
function trainedRun(rates: readonly number[], memories: readonly number[], engine = 'cpu'): RunPaths {
  const paths = temporaryRun();
  createManifest(paths, { seed: 0, configHash: '', data: {}, ancestry: [] });
  recordStart(paths, { stage: 'training', step: 0, toolVersion: '0', engine, device: 'a processor' });
  writeFileSync(paths.config, 'name: run\nbatch_size: 3\n');
  const writer = createEventWriter(paths.root);
  for (const [index, rate] of rates.entries()) {
    writer.scalars(index + 1, {
      'machine/steps_per_second': rate,
      'machine/memory_bytes': memories[index] ?? 0,
      'train/content_loss': 9,
    });
  }
  writer.close();
  return paths;
}

const listed = (paths: RunPaths) => ({ run: paths.root, kind: 'esrgan' as const, updated: 1 });
const found = (paths: RunPaths) => createMeasuredRuns()([listed(paths)]);

test('the median rate and peak memory of a run', () => {
  const paths = trainedRun([0.5, 4, 2, 3, Number.NaN, 8], [10, 30, 20]);
  const [run, ...others] = found(paths);
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    name: 'run',
    stage: 'training',
    engine: 'cpu',
    stepsPerSecond: 3,
    memoryBytes: 30,
  });
  expect(run?.config).toMatchObject({ batch_size: 3 });
});

test.each<[string, (paths: RunPaths) => void]>([
  ['run file', (paths) => rmSync(paths.config)],
  ['valid run file', (paths) => writeFileSync(paths.config, 'sead: 1')],
  ['manifest', (paths) => rmSync(paths.manifest)],
  [
    'session on this computer',
    (paths) =>
      writeFileSync(paths.manifest, readFileSync(paths.manifest, 'utf8').replaceAll(thisHost, 'elsewhere')),
  ],
])('no run without a %s', (_, spoil) => {
  const paths = trainedRun([1], [1]);
  expect(found(paths)).toHaveLength(1);
  spoil(paths);
  writeFileSync(paths.status, '{}');
  expect(found(paths)).toEqual([]);
});

test('skips runs without points, external runs and deleted runs', () => {
  expect(found(trainedRun([], []))).toEqual([]);
  expect(createMeasuredRuns()([{ ...listed(trainedRun([1], [1])), kind: 'external' }])).toEqual([]);
  expect(createMeasuredRuns()([{ run: '/no/such/run', kind: 'esrgan', updated: null }])).toEqual([]);
});

test('uses only the latest of very many runs', () => {
  const old = trainedRun([1], [1]);
  const latest = trainedRun([2], [1]);
  const others = Array.from({ length: 30 }, (_, i) => ({
    run: `/gone/${i}`,
    kind: 'esrgan' as const,
    updated: 50,
  }));
  const all = [{ ...listed(old), updated: 2 }, ...others, { ...listed(latest), updated: 99 }];
  expect(createMeasuredRuns()(all).map(({ stepsPerSecond }) => stepsPerSecond)).toEqual([2]);
});

test('reads a run again after it grew', () => {
  const paths = trainedRun([1], [1]);
  const runs = createMeasuredRuns();
  const rate = () => runs([listed(paths)]).map(({ stepsPerSecond }) => stepsPerSecond);
  expect(rate()).toEqual([1]);
  expect(rate()).toEqual([1]);
  const writer = createEventWriter(paths.root, 1);
  writer.scalars(2, { 'machine/steps_per_second': 5 });
  writer.close();
  expect(rate()).toEqual([5]);
});
