import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test, vi } from 'vitest';
import { registerControl } from '../../../../trainer/cli/control.ts';
import { registerNotes } from '../../../../trainer/cli/notes.ts';
import { registerRuns } from '../../../../trainer/cli/runs.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import { noNotes } from '../../../../trainer/run-state/notes.ts';
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
  const score = { metric: 'lpips', value: 0.12345 } as const;
  runIn('failed', 'failed', { message: 'the loss is NaN', loss: Number.NaN, score });
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
    registerNotes(program);
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
    'NAME    STATE        STAGE        DONE   STEP       LOSS     VALIDATION     RATE     ETA     UPDATED',
    'done    finished     pretraining  100 %  5000/5000  0.03457  -              -        -       now',
    'failed  failed       pretraining  25 %   1250/5000  -        LPIPS 0.1235   -        -       now',
    'live    running      pretraining  25 %   1250/5000  0.03457  PSNR 27.12 dB  2.50 /s  25 min  now',
    'theirs  events only  -            -      -          -        -              -        -       now',
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
    score: { metric: 'psnr', value: 27.123 },
    command: ['node', 'esrgan.js', 'train', 'a.yaml'],
    source: { commit: 'abc', isDirty: false },
    ...noNotes,
    values: expect.objectContaining({ name: 'live', psnr: 27.123, engine: 'cpu', tags: [] }),
  });
  expect(runs[3]).toMatchObject({ kind: 'external', stage: null, progress: null, loss: null });
});

describe('a table of runs that differ', () => {
  /** Three runs with run files; `b` has the highest PSNR. */
  function differingRuns(): string {
    const folder = mkdtempSync(join(tmpdir(), 'esrgan-cli-'));
    for (const [name, psnr, type] of [
      ['a', 28, 'rrdb'],
      ['b', 30, 'compact'],
      ['c', null, 'compact'],
    ] as const) {
      const paths = createRunDirectory(join(folder, name));
      createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
      writeFileSync(paths.config, `# Resolved.\nscale_factor: 4\ngenerator:\n  type: ${type}\n`);
      writeStatus(paths, { ...status, psnr, state: 'finished' });
    }
    return folder;
  }
  const csv = async (...words: string[]) =>
    (await esrgan('runs', '--runs-dir', differingRuns(), '--csv', ...words)).split('\r\n').join('\n');

  test.each([
    [['--columns', 'name,psnr'], 'name,psnr\na,28\nb,30\nc,\n'],
    [['--columns', 'name,generator.type'], 'name,generator.type\na,rrdb\nb,compact\nc,compact\n'],
    [['--columns', 'name', '--sort', 'psnr-'], 'name\nb\na\nc\n'],
    [['--columns', 'name', '--filter', 'generator.type = compact and psnr > 29'], 'name\nb\n'],
    [['--columns', 'name', '--filter', 'psnr > 31'], 'name\n'],
    [
      [
        '--columns',
        'name,scale_factor',
        '--filter',
        'scale_factor = 4 and ssim = none',
        '--sort',
        'scale_factor,name-',
      ],
      'name,scale_factor\nc,4\nb,4\na,4\n',
    ],
  ])('CSV with %j', async (words, expected) => expect(await csv(...words)).toBe(expected));

  test('notes that cannot be read are named, and the runs listed', async () => {
    const folder = differingRuns();
    writeFileSync(join(folder, 'b', 'notes.json'), '{');
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await esrgan('runs', '--runs-dir', folder, '--columns', 'name')).toBe('name\na\nb\nc\n');
      expect(written.mock.calls.map(([text]) => String(text))).toEqual([
        expect.stringMatching(/^Warning: .*b.notes\.json cannot be read as notes of format 1/),
      ]);
    } finally {
      written.mockRestore();
    }
  });

  test('CSV has the keys that differ, and no others', async () => {
    const [head] = (await csv()).split('\n');
    expect(head).toMatch(/^name,state,.*,psnr,generator\.type$/);
  });

  test('named columns as a table', async () =>
    expect(
      await esrgan(
        'runs',
        '--runs-dir',
        differingRuns(),
        '--columns',
        'name,psnr,progress',
        '--sort',
        'psnr-',
      ),
    ).toBe('name  psnr dB  progress %\nb     30.000   25\na     28.000   25\nc     -        25\n'));

  test('a filter and an order of the usual table', async () => {
    const lines = await esrgan(
      'runs',
      '--runs-dir',
      differingRuns(),
      '--filter',
      'psnr > 1',
      '--sort',
      'psnr-',
    );
    expect(lines.split('\n').map((line) => line.slice(0, 4))).toEqual(['NAME', 'b   ', 'a   ', '']);
    expect(await esrgan('runs', '--runs-dir', differingRuns(), '--filter', 'psnr > 99')).toBe(
      'No run matches.\n',
    );
  });

  test.each([
    [
      ['--filter', 'psnr >> 3'],
      '--filter: Character 7: found `>`. Expected a number such as 29.5 or 1e-4, or `none`.\n  psnr >> 3\n        ^',
    ],
    [['--sort', 'size'], /^--sort: `size` is not a column\. The columns are `name`, /],
    [['--columns', 'name,size'], /^--columns: `size` is not a column\. The columns are `name`, /],
    [['--json'], 'Name one of --csv and --json.'],
  ])('%j is refused', async (words, message) => {
    const error = await errorOf('runs', '--runs-dir', differingRuns(), '--csv', ...words);
    expect(error.code).toBe('usage');
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });
});

describe('notes', () => {
  const { folder } = exampleRuns();
  const at = ['--runs-dir', folder];
  test.each<[readonly string[], string]>([
    [['tag', 'done', 'live', '+a', '+b'], 'done: tags a, b\nlive: tags a, b\n'],
    [['tag', '-a', 'done'], 'done: tags b\n'],
    [['note', 'done', 'The first one.'], 'done: tags b · note “The first one.”\n'],
    [['note', 'done'], 'The first one.\n'],
    [['note', 'theirs'], '\n'],
    [['group', 'sweep', 'live', 'theirs'], 'live: group sweep · tags a, b\ntheirs: group sweep\n'],
    [['group', '', 'theirs'], 'theirs: no notes\n'],
    [['pin', 'theirs'], 'theirs: pinned\n'],
    [['archive', 'failed'], 'failed: archived\n'],
    [['runs', '--columns', 'name,tags'], 'name    tags\ntheirs  -\ndone    b\nlive    a, b\n'],
    [['runs', '--columns', 'name', '--all'], 'name\ntheirs\ndone\nfailed\nlive\n'],
    [['runs', '--columns', 'name', '--filter', 'archived'], 'name\nfailed\n'],
    [['archive', 'failed', '--undo'], 'failed: no notes\n'],
    [['pin', 'theirs', '--undo'], 'theirs: no notes\n'],
  ])('esrgan %j', async (words, expected) => expect(await esrgan(...words, ...at)).toBe(expected));

  test('as JSON', async () =>
    expect(JSON.parse(await esrgan('tag', 'live', '-b', '--json', ...at))).toEqual({
      name: 'live',
      path: join(folder, 'live'),
      ...noNotes,
      tags: ['a'],
      group: 'sweep',
    }));

  test.each([
    [['tag', 'live'], 'usage', 'Name at least one tag: +tag adds it, -tag removes it.'],
    [['tag', '+a'], 'usage', 'Name at least one run.'],
    [['tag', 'live', '+a,b'], 'run', '“a,b” cannot be the name of a tag.'],
    [['archive', 'done', 'gone'], 'run', 'Run gone is not in '],
  ])('%j is refused', async (words, code, message) => {
    const error = await errorOf(...words, ...at);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
    expect(await esrgan('runs', '--columns', 'name', '--filter', 'archived', ...at)).toBe('name\n');
  });
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
