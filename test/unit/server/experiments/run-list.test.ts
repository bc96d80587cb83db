import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createRunList, type RunList, type RunsChange } from '../../../../server/experiments/run-list.ts';
import { removeFolder } from '../../../../trainer/files/change-files.ts';
import { dequeue, enqueue, launchPaths, recordExit, recordProcess } from '../../../../trainer/runs/launch.ts';
import { acquireRunLock } from '../../../../trainer/runs/lock.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import {
  announce,
  createRunDirectory,
  type RunPaths,
  runPaths,
} from '../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
import { hasFolderLinks, needsFolderLinks } from '../../../folder-links.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

const numbers = {
  epoch: 1,
  epochs: 2,
  step: 10,
  steps: 20,
  rate: 1,
  etaSeconds: 10,
  loss: 0.5,
  psnr: 25,
  message: null,
} as const;

function makeRun(root: string): RunPaths {
  const paths = createRunDirectory(root);
  createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
  writeStatus(paths, { state: 'finished', stage: 'pretraining', ...numbers });
  return paths;
}

let list: RunList | undefined;
afterEach(() => list?.close());

/** A list of a folder, and what it tells as soon as that `holds`. */
function follow(folder: string) {
  const changes: RunsChange[] = [];
  let wake = () => {};
  const followed = createRunList((change) => {
    changes.push(change);
    wake();
  });
  list = followed;
  followed.setFolders([folder]);
  return {
    list: followed,
    async notified(holds: (change: RunsChange) => boolean): Promise<void> {
      while (!changes.some(holds)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

test.runIf(hasFolderLinks)(
  needsFolderLinks('whatever lies in a folder of runs, the runs are listed'),
  async () => {
    const folder = temporaryFolder();
    makeRun(join(folder, 'good'));
    mkdirSync(join(folder, 'half'));
    writeFileSync(join(folder, 'half', 'run.json'), '{"format": 1, "na');
    writeFileSync(join(folder, 'half', 'status.json'), '');
    mkdirSync(join(folder, 'strange', 'status.json'), { recursive: true });
    mkdirSync(join(folder, 'strange', 'lock'));
    writeFileSync(join(folder, 'strange', 'lock', 'held.x'), '');
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0);
    mkdirSync(join(folder, '.tmp-new'));
    writeFileSync(join(folder, '.tmp-new', 'run.json'), '{}');
    symlinkSync(join(folder, 'gone'), join(folder, 'broken'), 'junction');
    writeFileSync(join(folder, 'a-file'), '');
    const all = await follow(folder).list.all();
    expect(all.map(({ name, state }) => `${name} ${state}`).sort()).toEqual([
      'good finished',
      'half unknown',
      'strange unknown',
    ]);
    expect(all.find(({ name }) => name === 'good')).toMatchObject({
      kind: 'esrgan',
      stage: 'pretraining',
      step: 10,
      steps: 20,
      loss: 0.5,
      score: { metric: 'psnr', value: 25 },
      rate: null,
      etaSeconds: null,
    });
  },
);

test('runs that come, change and go are notified, with nothing else', async () => {
  const folder = temporaryFolder();
  makeRun(join(folder, 'quiet'));
  const { list: runs, notified } = follow(folder);
  expect(await runs.all()).toHaveLength(1);
  const { root } = makeRun(join(folder, 'new'));
  await notified(({ changed }) => changed.length === 1 && changed[0]?.name === 'new');
  await enqueue(runPaths(root), { stage: 'training', resume: false, order: 1 }, 'name: new\n');
  runs.touch(root);
  await notified(({ changed }) =>
    changed.some(
      ({ name, state, stage, queuePosition }) =>
        name === 'new' && state === 'queued' && stage === 'training' && queuePosition === 0,
    ),
  );
  // Nobody says that this happens: the folder is watched, because something is about to happen in it.
  dequeue(runPaths(root));
  await notified(({ changed }) => changed.some(({ name, state }) => name === 'new' && state === 'finished'));
  // On Windows, the folder may still be watched for a moment.
  await removeFolder(root);
  await notified(({ removed }) => removed.includes(root));
  expect(await runs.all()).toHaveLength(1);
});

describe('of many finished runs', () => {
  const names = Array.from({ length: 15 }, (_, i) => `run-${i}`);

  /** Finished runs and a folder that is none, an hour old. */
  function makeOldRuns(): string {
    const folder = temporaryFolder();
    for (const name of names) makeRun(join(folder, name));
    mkdirSync(join(folder, 'other'));
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const name of [...names, 'other']) utimesSync(join(folder, name), hourAgo, hourAgo);
    utimesSync(folder, hourAgo, hourAgo);
    return folder;
  }

  test('one that begins to train elsewhere is noticed', async () => {
    const folder = makeOldRuns();
    const { list: runs, notified } = follow(folder);
    expect(await runs.all()).toHaveLength(names.length);
    const paths = runPaths(join(folder, 'run-14'));
    const lock = await acquireRunLock(paths, { onWait() {}, stop: new AbortController().signal });
    writeStatus(paths, { state: 'running', stage: 'training', ...numbers });
    announce(paths);
    await notified(({ changed }) =>
      changed.some(({ name, state }) => name === 'run-14' && state === 'running'),
    );
    writeStatus(paths, { state: 'stopped', stage: 'training', ...numbers });
    lock.release();
    await notified(({ changed }) =>
      changed.some(({ name, state }) => name === 'run-14' && state === 'stopped'),
    );
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('changes that no process announces are noticed in time', async () => {
    const folder = makeOldRuns();
    const { list: runs, notified } = follow(folder);
    expect(await runs.all()).toHaveLength(names.length);
    for (const name of ['run-2', 'run-9']) {
      writeStatus(runPaths(join(folder, name)), { state: 'failed', stage: 'training', ...numbers });
    }
    makeRun(join(folder, 'other'));
    for (const name of ['run-2', 'run-9', 'other'])
      await notified(({ changed }) => changed.some((each) => each.name === name));
  });
});

test('how a process ended is notified, however late it is known', async () => {
  const folder = temporaryFolder();
  const paths = makeRun(join(folder, 'killed'));
  await enqueue(paths, { stage: 'pretraining', resume: true, order: 1 }, '');
  dequeue(paths);
  const { pid } = spawnSync(process.execPath, ['--version']);
  recordProcess(paths, { pid, stage: 'pretraining' });
  const longAgo = new Date(Date.now() - 60_000);
  for (const each of [paths.launch, paths.root]) utimesSync(each, longAgo, longAgo);
  const { list: runs, notified } = follow(folder);
  expect(await runs.all()).toMatchObject([
    { state: 'lost', reason: 'its process ended before training started' },
  ]);
  recordExit(paths, { pid, code: null, signal: 'SIGKILL' });
  await notified(
    ({ changed }) => changed[0]?.reason?.startsWith('its process was killed (SIGKILL)') === true,
  );
});

test('a stage that failed at its start is shown, with no numbers of the stage before', async () => {
  const folder = temporaryFolder();
  const paths = makeRun(join(folder, 'failed'));
  await enqueue(paths, { stage: 'training', resume: false, order: 1 }, '');
  dequeue(paths);
  const { pid } = spawnSync(process.execPath, ['--version']);
  recordProcess(paths, { pid, stage: 'training' });
  writeFileSync(launchPaths(paths).output, 'error: no images\n');
  recordExit(paths, { pid, code: 3, signal: null });
  expect(await follow(folder).list.all()).toMatchObject([
    {
      state: 'failed',
      reason: 'error: no images',
      stage: 'training',
      epoch: null,
      step: null,
      steps: null,
      loss: null,
      score: null,
    },
  ]);
});

test.each(['2030-41-01T00:00:00.000Z', '', 'yesterday', '2030-01-01T25:00:00Z'])(
  'a run whose times are %j is listed',
  async (time) => {
    const folder = temporaryFolder();
    const paths = makeRun(join(folder, 'strange'));
    for (const file of [paths.status, paths.manifest]) {
      const content = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...content, time, created: time }));
    }
    makeRun(join(folder, 'good'));
    const all = await follow(folder).list.all();
    expect(all.map(({ name, state, created, updated }) => ({ name, state, created, updated }))).toEqual([
      { name: 'good', state: 'finished', created: expect.any(Number), updated: expect.any(Number) },
      { name: 'strange', state: 'finished', created: null, updated: null },
    ]);
  },
);

test('live runs come first, then those that wait, then the newest', async () => {
  const folder = temporaryFolder();
  const names = ['old', 'young', 'live', 'second', 'first'];
  for (const name of names) makeRun(join(folder, name));
  const at = (name: string, created: string) =>
    writeFileSync(
      join(folder, name, 'run.json'),
      JSON.stringify({
        format: 1,
        name,
        created,
        seed: 1,
        configHash: '',
        data: {},
        ancestry: [],
        sessions: [],
      }),
    );
  at('old', '2030-01-01T00:00:00Z');
  at('young', '2030-01-02T00:00:00Z');
  await enqueue(runPaths(join(folder, 'second')), { stage: 'pretraining', resume: true, order: 2 }, '');
  await enqueue(runPaths(join(folder, 'first')), { stage: 'pretraining', resume: true, order: 1 }, '');
  const live = runPaths(join(folder, 'live'));
  mkdirSync(live.lock);
  writeFileSync(join(live.lock, 'held.elsewhere.1.0'), '');
  const all = await follow(folder).list.all();
  expect(all.map(({ name }) => name)).toEqual(['live', 'first', 'second', 'young', 'old']);
});
