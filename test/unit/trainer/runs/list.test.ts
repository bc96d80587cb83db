import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { listRuns, readRun } from '../../../../trainer/runs/list.ts';
import { readLock } from '../../../../trainer/runs/lock.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory } from '../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
import { hasFolderLinks, needsFolderLinks } from '../../../folder-links.ts';
import { oddFiles } from '../files/odd-files.ts';
import { temporaryFolder } from './temporary-run.ts';

vi.mock('../../../../trainer/runs/lock.ts', async (importOriginal) => {
  const lock = await importOriginal<typeof import('../../../../trainer/runs/lock.ts')>();
  return { ...lock, readLock: vi.fn(lock.readLock) };
});

const status = {
  stage: 'pretraining',
  epoch: 0,
  epochs: 1,
  step: 1,
  steps: 2,
  rate: null,
  etaSeconds: null,
  loss: null,
  psnr: null,
  message: null,
} as const;

test.runIf(hasFolderLinks)(
  needsFolderLinks('lists our runs and those of other trainers by name, and nothing else'),
  () => {
    const folder = temporaryFolder();
    const ours = createRunDirectory(join(folder, 'b-ours'));
    createManifest(ours, { seed: 1, configHash: '', data: {}, ancestry: [] });
    writeStatus(ours, { ...status, state: 'finished' });
    createManifest(createRunDirectory(join(folder, 'c-new')), {
      seed: 1,
      configHash: '',
      data: {},
      ancestry: [],
    });
    mkdirSync(join(folder, 'a-theirs'));
    const events = join(folder, 'a-theirs', 'events.out.tfevents.1700000000.host');
    writeFileSync(events, '');
    utimesSync(events, 1234, 1234);
    mkdirSync(join(folder, 'no-run'));
    writeFileSync(join(folder, 'run.json'), '{}');
    symlinkSync(ours.root, join(folder, 'd-link'), 'junction');
    symlinkSync(join(folder, 'gone'), join(folder, 'e-broken'), 'junction');
    const runs = listRuns(folder, Date.now());
    expect(runs.map(({ paths, kind, state }) => `${paths.name} ${kind} ${state.state}`)).toEqual([
      'a-theirs external unknown',
      'b-ours esrgan finished',
      'c-new esrgan unknown',
      'd-link esrgan finished',
    ]);
    expect(runs[0]?.updated).toBe(1234e3);
    expect(runs[1]?.updated).toBe(Date.parse(runs[1]?.status?.time ?? ''));
    expect(runs[2]?.updated).toBeNull();
  },
);

test('a run that ends while it is read is not taken for one whose trainer died', () => {
  const paths = createRunDirectory(join(temporaryFolder(), 'run'));
  writeStatus(paths, { ...status, state: 'running' });
  vi.mocked(readLock).mockImplementationOnce(() => {
    writeStatus(paths, { ...status, state: 'finished' });
    return undefined;
  });
  expect(readRun(paths.root, Date.now())?.state.state).toBe('finished');
});

test.each(oddFiles)('%s in place of each file of a run hides no other run', (_, make) => {
  const folder = temporaryFolder();
  createManifest(createRunDirectory(join(folder, 'whole')), {
    seed: 1,
    configHash: '',
    data: {},
    ancestry: [],
  });
  const names = [
    'run.json',
    'status.json',
    'run.esrgan.yaml',
    'launch',
    'lock',
    'events.out.tfevents.1.host',
  ];
  for (const name of names) {
    mkdirSync(join(folder, `odd ${name}`));
    make(join(folder, `odd ${name}`, name));
  }
  const ours = listRuns(folder, Date.now()).filter(({ kind }) => kind === 'esrgan');
  expect(ours.map(({ paths }) => paths.name)).toEqual(['whole']);
});

test('a missing folder has no runs', () => {
  expect(listRuns(join(temporaryFolder(), 'missing'), Date.now())).toEqual([]);
});

test('a thousand runs', () => {
  const folder = temporaryFolder();
  for (let i = 0; i < 1000; i++) {
    const root = join(folder, `run-${i}`);
    mkdirSync(root);
    writeFileSync(join(root, 'run.json'), '{}');
    writeFileSync(
      join(root, 'status.json'),
      JSON.stringify({ ...status, state: 'stopped', host: 'h', pid: 1, time: '2030-01-01T00:00:00Z' }),
    );
  }
  const runs = listRuns(folder, Date.now());
  expect(runs.filter(({ state }) => state.state === 'stopped')).toHaveLength(1000);
});
