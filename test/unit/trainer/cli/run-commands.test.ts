import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { registerControl } from '../../../../trainer/cli/control.ts';
import { registerRuns } from '../../../../trainer/cli/runs.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import type { TrainerState } from '../../../../trainer/run-state/run-state.ts';
import {
  dequeue,
  enqueue,
  launchPaths,
  prepareJob,
  readLaunch,
  recordExit,
  recordJob,
  recordProcess,
} from '../../../../trainer/runs/launch.ts';
import { acquireLock } from '../../../../trainer/runs/lock.ts';
import { createManifest, recordStart } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory, type RunPaths, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { type Status, writeStatus } from '../../../../trainer/runs/status.ts';

const status = {
  stage: 'pretraining',
  epoch: 3,
  epochs: 10,
  step: 1250,
  steps: 5000,
  rate: 2.5,
  etaSeconds: 1500,
  loss: 0.034567,
  psnr: 27.123,
  message: null,
} as const;

/** A folder with a running run `live`, a finished `done`, a `failed` one, and events of another trainer. */
function exampleRuns(): { folder: string; live: RunPaths } {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-cli-'));
  const runIn = (name: string, state: TrainerState, changes: Partial<Status> = {}) => {
    const paths = createRunDirectory(join(folder, name));
    createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
    writeFileSync(paths.config, '');
    writeStatus(paths, { ...status, ...changes, state });
    return paths;
  };
  const live = runIn('live', 'running');
  acquireLock(live);
  runIn('done', 'finished', { step: 5000, psnr: null, rate: null, etaSeconds: 0 });
  runIn('failed', 'failed', { message: 'the loss is NaN', loss: Number.NaN });
  mkdirSync(join(folder, 'theirs'));
  writeFileSync(join(folder, 'theirs', 'events.out.tfevents.1700000000.host'), '');
  return { folder, live };
}

/** Runs `esrgan` with these words; returns what it wrote to standard output. */
async function esrgan(...words: string[]): Promise<string> {
  const written: string[] = [];
  const write = vi
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => written.push(String(text)) > 0);
  try {
    const program = new Command().exitOverride();
    registerRuns(program);
    registerControl(program);
    await program.parseAsync(words, { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return written.join('');
}

async function errorOf(...words: string[]): Promise<WorkbenchError> {
  try {
    await esrgan(...words);
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('lists runs in a table, with the reasons below', async () => {
  const { folder } = exampleRuns();
  const lines = (await esrgan('runs', '--runs-dir', folder)).replaceAll(/\d+ s ago/g, 'now');
  expect(lines.replace(/(theirs.*?)\d.*ago/, '$1now').split('\n')).toEqual([
    'NAME    STATE        STAGE        DONE   STEP       LOSS     PSNR      RATE     ETA     UPDATED',
    'done    finished     pretraining  100 %  5000/5000  0.03457  -         -        -       now',
    'failed  failed       pretraining  25 %   1250/5000  -        27.12 dB  -        -       now',
    'live    running      pretraining  25 %   1250/5000  0.03457  27.12 dB  2.50 /s  25 min  now',
    'theirs  events only  -            -      -          -        -         -        -       now',
    '',
    'failed (failed): the loss is NaN',
    '',
  ]);
});

test('--json prints one object per run', async () => {
  const { folder, live } = exampleRuns();
  recordStart(live, {
    stage: 'pretraining',
    step: 0,
    toolVersion: '1',
    engine: 'cpu',
    device: 'CPU',
    command: ['node', 'esrgan.js', 'train', 'a.yaml'],
    source: { commit: 'abc', isDirty: false },
  });
  const lines = (await esrgan('runs', '--runs-dir', folder, '--json')).trimEnd().split('\n');
  const runs = lines.map((line) => JSON.parse(line));
  expect(runs.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'done finished',
    'failed failed',
    'live running',
    'theirs unknown',
  ]);
  const { message: _, ...numbers } = status;
  expect(runs[2]).toEqual({
    name: 'live',
    path: live.root,
    kind: 'esrgan',
    state: 'running',
    reason: null,
    progress: 0.25,
    updated: expect.stringMatching(/Z$/),
    ...numbers,
    command: ['node', 'esrgan.js', 'train', 'a.yaml'],
    source: { commit: 'abc', isDirty: false },
  });
  expect(runs[3]).toMatchObject({ kind: 'external', stage: null, progress: null, loss: null });
});

test.each([['2030-41-01T00:00:00.000Z'], ['']])(
  'a run with the time %j does not hide the others',
  async (time) => {
    const { folder } = exampleRuns();
    const { status: file } = runPaths(join(folder, 'done'));
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), time }));
    const lines = (await esrgan('runs', '--runs-dir', folder, '--json')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { name: 'done', state: 'finished', updated: null },
      { name: 'failed', updated: expect.any(String) },
      { name: 'live' },
      { name: 'theirs' },
    ]);
    expect(await esrgan('runs', '--runs-dir', folder)).toMatch(/^done .* -$/m);
  },
);

test('a training that failed at its start has none of the numbers of pretraining', async () => {
  const { folder } = exampleRuns();
  const paths = runPaths(join(folder, 'done'));
  await enqueue(paths, { stage: 'training', resume: false, order: 1 }, '');
  dequeue(paths);
  recordProcess(paths, { pid: 2 ** 22 + 1, stage: 'training' });
  writeFileSync(launchPaths(paths).output, 'error: no images\n');
  recordExit(paths, { pid: 2 ** 22 + 1, code: 3, signal: null });
  expect(await esrgan('runs', '--runs-dir', folder)).toMatch(/^done +failed +training +- +- +- +- +- +- /m);
});

test('a folder without runs', async () => {
  expect(await esrgan('runs', '--runs-dir', 'missing')).toBe('missing contains no runs.\n');
  expect(await esrgan('runs', '--runs-dir', 'missing', '--json')).toBe('');
});

test.each([
  ['stop', 'Run live stops after its current step, with a checkpoint.\n'],
  ['pause', 'Run live pauses after its current step.\n'],
  ['resume', 'Run live continues.\n'],
  ['checkpoint', 'Run live writes a checkpoint after its current step.\n'],
  ['validate', 'Run live validates after its current step.\n'],
])('%s requests it from a run by its name and by its path', async (kind, said) => {
  for (const by of ['name', 'path'] as const) {
    const { folder, live } = exampleRuns();
    const words = by === 'name' ? ['live', '--runs-dir', folder] : [live.root];
    expect(await esrgan(kind, ...words)).toBe(said);
    expect(readdirSync(live.control)).toEqual([kind]);
  }
});

test.each([
  ['stop', 'Run live stops, with a checkpoint.\n'],
  ['resume', 'Run live continues.\n'],
  ['checkpoint', 'Run live is paused, and has a checkpoint of its current step already.\n'],
  ['validate', 'Run live validates now, and stays paused.\n'],
])('%s says what a paused run does', async (kind, said) => {
  const { live } = exampleRuns();
  writeStatus(live, { ...status, state: 'paused' });
  expect(await esrgan(kind, live.root)).toBe(said);
});

test('a request with --json', async () => {
  const { folder, live } = exampleRuns();
  expect(JSON.parse(await esrgan('stop', 'live', '--runs-dir', folder, '--json'))).toEqual({
    request: 'stop',
    name: 'live',
    path: live.root,
    state: 'running',
  });
});

test.each([
  ['lvie', /Run lvie is not in .*: it has done, failed, live, theirs; did you mean `live`\?/],
  ['zzzzzzzzzz', /Run zzzzzzzzzz is not in .*: it has done, failed, live, theirs\. Give the path/],
  ['done', /Cannot stop run done: it is not training, its state is finished\.$/],
  ['failed', /it is not training, its state is failed \(the loss is NaN\)/],
  ['theirs', /Cannot stop .*theirs: it is a run of another program/],
])('stop %s: %s', async (name, message) => {
  const { folder } = exampleRuns();
  const error = await errorOf('stop', name, '--runs-dir', folder);
  expect(error.code).toBe('run');
  expect(error.message).toMatch(message);
});

test('the error lists only some of many runs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-cli-'));
  expect((await errorOf('stop', 'x', '--runs-dir', folder)).message).toMatch(/the folder has no runs/);
  for (let i = 0; i < 7; i++) {
    createManifest(createRunDirectory(join(folder, `r${i}`)), {
      seed: 1,
      configHash: '',
      data: {},
      ancestry: [],
    });
  }
  expect((await errorOf('stop', 'x', '--runs-dir', folder)).message).toMatch(
    /it has r0, r1, r2, r3, r4, … \(7 runs\)/,
  );
});

test('stopping a queued run removes it from the queue', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-waiting-'));
  const run = runPaths(join(folder, 'waiting'));
  await enqueue(run, { stage: 'pretraining', resume: false, order: 1 }, 'name: waiting\n');
  expect(await esrgan('runs', '--runs-dir', folder)).toMatch(/^waiting +queued /m);
  expect(await esrgan('stop', 'waiting', '--runs-dir', folder)).toBe(
    'Run waiting is removed from the queue.\n',
  );
  expect(readLaunch(run).queued).toBeUndefined();
});

test('a run whose job cannot be asked about is not stopped, and its job remains', async () => {
  const { folder } = exampleRuns();
  const run = runPaths(join(folder, 'waits'));
  await prepareJob(run, 'name: waits\n', '');
  recordJob(run, { executor: 'slurm', profile: 'gpu', id: '7', stage: 'pretraining' });
  vi.stubEnv('PATH', folder);
  const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const { message } = await errorOf('stop', 'waits', '--runs-dir', folder);
    expect(message).toBe(
      `Run waits waits for job 7 on gpu, or is trained by it. Slurm cannot be asked here. If the job has ended, delete ${launchPaths(run).job}.`,
    );
    expect(printed.mock.calls).toEqual([
      ['The states of runs on a cluster are not known: squeue is not installed here.\n'],
    ]);
  } finally {
    printed.mockRestore();
    vi.unstubAllEnvs();
  }
  expect(readLaunch(run).job?.id).toBe('7');
});
