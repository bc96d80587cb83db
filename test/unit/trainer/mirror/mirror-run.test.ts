import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cursorPath, openCursor, writeCursor } from '../../../../trainer/mirror/cursor.ts';
import { type MirrorOptions, mirrorRun } from '../../../../trainer/mirror/mirror-run.ts';
import type { RunState } from '../../../../trainer/run-state/run-state.ts';
import type { JobState } from '../../../../trainer/runs/job.ts';
import { prepareJob, recordJob } from '../../../../trainer/runs/launch.ts';
import { acquireLock } from '../../../../trainer/runs/lock.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { hasFolderLinks, needsFolderLinks } from '../../../folder-links.ts';
import { lossAt, range, stepsOf, type TestRun, testRun } from './mirrored-run.ts';
import { type Fault, goodKey, type WandbServer, wandbServer } from './wandb-server.ts';

interface Mirrored {
  readonly state: RunState;
  /** The waits before another attempt, in milliseconds. */
  readonly delays: readonly number[];
  readonly links: readonly string[];
  readonly troubles: readonly string[];
}

/**
 * Mirrors a run.
 *
 * @param looks what happens before each further look at the run
 */
async function mirror(
  { paths }: TestRun,
  server: WandbServer,
  options: Partial<MirrorOptions> = {},
  looks: (() => void | Promise<void>)[] = [],
): Promise<Mirrored> {
  const delays: number[] = [];
  const links: string[] = [];
  const troubles: string[] = [];
  const state = await mirrorRun(paths, {
    server: server.url,
    key: () => goodKey,
    entity: null,
    project: 'esrgan',
    group: null,
    once: false,
    jobStates: async () => new Map(),
    signal: new AbortController().signal,
    observer: {
      begin: (link) => links.push(link),
      progress: () => {},
      trouble: (reason) => troubles.push(reason),
    },
    async wait(milliseconds) {
      if (milliseconds !== 15_000) return void delays.push(milliseconds);
      const look = looks.shift();
      if (look === undefined) throw new Error('the mirror does not end');
      await look();
    },
    random: () => 0,
    ...options,
  });
  return { state, delays, links, troubles };
}

/** A run of ten steps, with samples and a log, in this state. */
async function trained(state: 'finished' | 'stopped' | 'failed' | 'lost' = 'finished'): Promise<TestRun> {
  const run = testRun();
  run.session().steps(1, 10);
  await run.sample('pretraining', 5, 50);
  await run.sample('pretraining', 10, 100);
  run.log('Step 5: a sentence.\nStep 10: another one.\n');
  run.end(state);
  return run;
}

describe('uploads a run that has ended', () => {
  test.each([
    ['finished', 0],
    ['stopped', 255],
    ['failed', 1],
    // W&B shows a run as crashed that sends nothing more.
    ['lost', null],
  ] as const)('%s', async (state, exitcode) => {
    const run = await trained(state);
    const server = await wandbServer();
    expect(await mirror(run, server)).toMatchObject({ state, delays: [], troubles: [] });
    expect(stepsOf(server)).toEqual(range(1, 10));
    expect(server.run().exitcode).toBe(exitcode);
    expect(server.run().lines.get('output.log')).toEqual(['Step 5: a sentence.', 'Step 10: another one.']);
  });

  const isWindows = process.platform === 'win32';

  test.skipIf(isWindows)(
    `without waiting for a named pipe in place of a sample${isWindows ? ' (skipped: not on Windows)' : ''}`,
    async () => {
      const run = await trained();
      const sample = join(run.paths.samples, 'pretraining/00000005/00-photo.sr.png');
      rmSync(sample);
      execFileSync('mkfifo', [sample]);
      const server = await wandbServer();
      expect(await mirror(run, server)).toMatchObject({ state: 'finished' });
      const images = server.history().filter((line) => line['samples/00-photo'] !== undefined);
      expect(images.map(({ step }) => step)).toEqual([10]);
    },
  );

  test('with config, definition of the metrics, summary and images', async () => {
    const run = await trained();
    const server = await wandbServer();
    const { links } = await mirror(run, server, { entity: 'team', project: 'faces', group: 'ablation' });
    const [path = ''] = [...server.runs.keys()];
    const { displayName, group, config, lines, files } = server.run();
    expect(path).toMatch(/^team\/faces\/[0-9a-f]{10}$/);
    expect(links).toEqual([`${server.url}/${path.replace(/\/(?=[^/]*$)/, '/runs/')}`]);
    expect({ displayName, group }).toEqual({ displayName: 'run', group: 'ablation' });
    const axis = (tag: string) => ({ '1': tag, '5': 1, '6': [1, 3] });
    expect(config).toEqual({
      name: { value: 'run' },
      scale_factor: { value: 4 },
      generator: { value: { blocks: 2 } },
      seed: { value: 7 },
      trainer: { value: { version: '1.0', engine: 'cpu', device: 'a processor' } },
      _wandb: {
        value: {
          t: {},
          m: [
            { '1': 'step', '6': [3] },
            ...['machine/memory_bytes', 'reference/00-photo.bicubic', 'reference/00-photo.hr'].map(axis),
            ...['reference/00-photo.lr', 'samples/00-photo', 'train/content_loss'].map(axis),
          ],
        },
      },
    });
    expect(JSON.parse(lines.get('wandb-summary.json')?.[0] ?? '')).toMatchObject({
      'train/content_loss': lossAt(10),
    });

    const images = server.history().filter((line) => line['samples/00-photo'] !== undefined);
    expect(images.map(({ step }) => step)).toEqual([5, 10]);
    expect(Object.keys(images[0] ?? {}).sort()).toEqual([
      '_step',
      'reference/00-photo.bicubic',
      'reference/00-photo.hr',
      'reference/00-photo.lr',
      'samples/00-photo',
      'step',
    ]);
    expect(images[1]?.['samples/00-photo']).toMatchObject({
      _type: 'image-file',
      path: 'media/images/samples/pretraining/00000010/00-photo.sr.png',
      format: 'png',
      width: 4,
      height: 2,
      caption: 'step 10',
    });
    expect(files.get('media/images/samples/pretraining/00000010/00-photo.sr.png')).toEqual(
      readFileSync(join(run.paths.samples, 'pretraining/00000010/00-photo.sr.png')),
    );
    expect(files.size).toBe(5);
  });

  test('again, without any change', async () => {
    const run = await trained();
    const server = await wandbServer();
    await mirror(run, server);
    const history = server.history();
    await mirror(run, server);
    expect(stepsOf(server)).toEqual(range(1, 10));
    expect(server.history()).toEqual(history);
    expect(server.run().exitcode).toBe(0);
  });

  test('in parts of 5000 steps', async () => {
    const run = testRun();
    run.session().steps(1, 12_345);
    run.end('finished');
    const server = await wandbServer();
    await mirror(run, server);
    expect(stepsOf(server)).toEqual(range(1, 12_345));
  });

  test('from Windows', async () => {
    const run = await trained();
    writeFileSync(run.paths.config, 'name: run\r\nruns_dir: C:\\runs\r\n');
    writeFileSync(run.paths.log, 'Saved in C:\\runs\\run.\r\n');
    const server = await wandbServer();
    await mirror(run, server);
    expect(server.run().config.runs_dir).toEqual({ value: 'C:\\runs' });
    expect(server.run().lines.get('output.log')).toEqual(['Saved in C:\\runs\\run.']);
    expect([...server.run().files.keys()].filter((name) => name.includes('\\'))).toEqual([]);
  });
});

test.runIf(hasFolderLinks)(
  needsFolderLinks('uploads no image that a link leads to outside the run'),
  async () => {
    const run = await trained();
    const folder = join(run.paths.samples, 'pretraining/00000005');
    const outside = join(run.paths.root, '../outside');
    renameSync(folder, outside);
    symlinkSync(outside, folder, 'junction');
    const server = await wandbServer();
    await mirror(run, server);
    expect([...server.run().files.keys()].filter((name) => name.includes('.sr.png'))).toEqual([
      'media/images/samples/pretraining/00000010/00-photo.sr.png',
    ]);
  },
);

describe('follows a run', () => {
  test('until it ends, with a message at every look', async () => {
    const run = testRun();
    const session = run.session();
    session.steps(1, 3);
    const server = await wandbServer();
    const { state } = await mirror(run, server, {}, [
      () => {
        expect(stepsOf(server)).toEqual(range(1, 3));
        session.steps(4, 6);
      },
      () => expect(stepsOf(server)).toEqual(range(1, 6)),
      () => run.end('finished'),
    ]);
    expect(state).toBe('finished');
    // Each new part has its message, and each look without news another one.
    expect(server.requests.filter((kind) => kind === 'stream')).toHaveLength(7);
  });

  test('once: uploads what is there, and leaves it running', async () => {
    const run = testRun();
    run.session().steps(1, 3);
    const server = await wandbServer();
    expect((await mirror(run, server, { once: true })).state).toBe('running');
    expect(stepsOf(server)).toEqual(range(1, 3));
    expect(server.run().exitcode).toBeNull();
    run.end('stopped');
  });

  test('that is resumed after a crash: its repeated steps are lines too', async () => {
    const run = testRun();
    run.session().steps(1, 8);
    run.end('lost');
    const server = await wandbServer();
    await mirror(run, server);
    expect(server.run().exitcode).toBeNull();
    run.session(6).steps(6, 10);
    run.end('finished');
    await mirror(run, server);
    expect(stepsOf(server)).toEqual([...range(1, 8), ...range(6, 10)]);
    expect(server.run().exitcode).toBe(0);
  });

  test('images of a step that are not all there wait', async () => {
    const run = testRun();
    run.session().steps(1, 10);
    await run.sample('pretraining', 5, 50);
    writeFileSync(join(run.paths.samples, 'pretraining/reference/01-other.bicubic.png'), '');
    const server = await wandbServer();
    const sampled = () => server.history().flatMap((line) => (line['samples/00-photo'] ? [line.step] : []));
    await mirror(run, server, {}, [
      async () => {
        expect(sampled()).toEqual([]);
        await run.sample('pretraining', 10, 100);
      },
      () => {
        expect(sampled()).toEqual([5]);
        run.end('finished');
      },
    ]);
    expect(sampled()).toEqual([5, 10]);
  });
});

describe('trouble of the network is waited out', () => {
  const busy: Fault = { status: 503 };
  test.each<[string, Fault[], string, number[]]>([
    ['a cut connection', ['cut before'], '127.0.0.1:', [2000]],
    ['an answer that is lost', ['cut after'], '127.0.0.1:', [2000]],
    ['an overloaded server', [busy, busy, busy], 'answered 503', [2000, 4000, 8000]],
    ['too many requests', [{ status: 429, headers: { 'retry-after': '7' } }], 'answered 429', [7000]],
    ['with its reason', [{ status: 500, body: '{"error":"no disk"}' }], 'answered 500 ("no disk")', [2000]],
  ])('%s', async (_, faults, said, waits) => {
    const run = await trained();
    // Each request has all these faults.
    let attempt = 0;
    const server = await wandbServer(() => {
      const fault = faults[attempt++];
      if (fault === undefined) attempt = 0;
      return fault;
    });
    const { delays, troubles } = await mirror(run, server);
    expect(stepsOf(server)).toEqual(range(1, 10));
    expect(server.run()).toMatchObject({ exitcode: 0, files: { size: 5 } });
    const requests = server.requests.length / (faults.length + 1);
    expect(delays).toEqual(Array.from({ length: requests }, () => waits).flat());
    expect(troubles[0]).toContain(said);
    expect(openCursor(run.paths)).toMatchObject({ isComplete: true, problem: null });
  });

  test('it is said once, until something is uploaded', async () => {
    const run = await trained();
    let attempts = 0;
    const server = await wandbServer(() => (attempts++ < 30 ? busy : undefined));
    const { delays, troubles } = await mirror(run, server);
    expect(troubles).toHaveLength(1);
    expect(delays.slice(0, 7)).toEqual([2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });
});

test('a run that waits in the queue of a cluster, again after its time limit, is followed', async () => {
  const run = testRun();
  run.session().steps(1, 5);
  run.end('stopped');
  await prepareJob(run.paths, '', '');
  recordJob(run.paths, { executor: 'slurm', profile: 'gpu', id: '7', stage: 'pretraining' });
  const server = await wandbServer();
  const states: JobState[] = [
    { state: 'pending', reason: 'BeginTime' },
    { state: 'running', nodes: 'n1' },
  ];
  let now = states[0];
  const jobStates = async () => new Map(now === undefined ? [] : [['/7', now]]);
  const { state } = await mirror(run, server, { jobStates }, [
    () => {
      now = states[1];
    },
    () => {
      run.session(6).steps(6, 10);
      run.end('finished');
    },
  ]);
  expect([state, server.run().exitcode]).toEqual(['finished', 0]);
  expect(stepsOf(server)).toEqual(range(1, 10));
});

test('a run whose job is not known ends as its trainer has', async () => {
  const run = await trained('stopped');
  await prepareJob(run.paths, '', '');
  recordJob(run.paths, { executor: 'slurm', profile: 'gpu', id: '7', stage: 'pretraining' });
  expect((await mirror(run, await wandbServer())).state).toBe('stopped');
});

test('a port that Node.js never uses is refused at once', async () => {
  const run = await trained();
  const server = await wandbServer();
  const bad = { ...server, url: 'http://127.0.0.1:1' };
  await expect(mirror(run, bad)).rejects.toThrow(/^Port 1 of 127\.0\.0\.1 belongs to another service/);
});

describe('a refusal ends the mirror, and is saved for the editor', () => {
  test.each<[string, Partial<MirrorOptions>, Fault | undefined, RegExp]>([
    [
      'a wrong key',
      { key: () => 'wrong' },
      undefined,
      /answered 401 \("user is not logged in"\)\. Check the key/,
    ],
    ['no permission', {}, { status: 403 }, /answered 403\. Check the key/],
    [
      'an error of GraphQL',
      {},
      { status: 200, body: '{"errors":[{"message":"project not found"}]}' },
      /does not accept the run: "project not found"\. If the run was deleted in W&B, delete/,
    ],
    ['another program', {}, { status: 200, body: '<html>' }, /its answer is not one of W&B/],
    ['a deleted run', {}, { status: 410, body: '{"error":"run is gone"}' }, /answered 410 \("run is gone"\)/],
  ])('%s', async (_, options, fault, message) => {
    const run = await trained();
    const server = await wandbServer(() => fault);
    await expect(mirror(run, server, options)).rejects.toThrow(message);
    expect(server.requests).toEqual(['upsert']);
    expect(openCursor(run.paths)?.problem).toMatch(message);
    expect(readFileSync(cursorPath(run.paths), 'utf8')).not.toMatch(/wrong|local-/);
  });

  test('an image that the storage refuses gets new addresses first', async () => {
    const run = await trained();
    const server = await wandbServer((_, kind) => (kind === 'put' ? { status: 403 } : undefined));
    await expect(mirror(run, server)).rejects.toThrow(/does not accept an image: the storage answered 403/);
    expect(server.requests.filter((kind) => kind === 'create')).toHaveLength(3);
  });
});

describe('does not begin', () => {
  test.each<[string, (run: TestRun, server: WandbServer) => void | Promise<void>, RegExp]>([
    [
      'with a run that was never trained',
      ({ paths }) => rmSync(paths.config),
      /Run run was never trained: there is nothing to upload/,
    ],
    [
      'without a run',
      ({ paths }) => rmSync(paths.root, { recursive: true }),
      /no longer the folder of a run/,
    ],
    [
      'with a run of another program',
      ({ paths }) => {
        for (const part of ['run.json', 'status.json', 'lock', 'checkpoints', 'control', 'launch']) {
          rmSync(join(paths.root, part), { recursive: true, force: true });
        }
      },
      /a run of another program\. Upload its event files with `wandb sync`/,
    ],
    [
      'while another process mirrors it',
      ({ paths }) => void acquireLock(runPaths(paths.mirror)),
      /Run run is being mirrored by another process already/,
    ],
    [
      'with a run that is on another server',
      async (run, server) => {
        await mirror(run, server);
        const cursor = openCursor(run.paths);
        if (cursor !== undefined) writeCursor(run.paths, { ...cursor, server: 'https://api.wandb.ai' });
      },
      /is uploaded to https:\/\/api\.wandb\.ai, not to http:.* Give that address with --url, or delete/,
    ],
    [
      'with a damaged cursor',
      async (run, server) => {
        await mirror(run, server);
        writeFileSync(cursorPath(run.paths), '{}');
      },
      /wandb\.json cannot be read .* Delete it to upload the run as a new one/,
    ],
  ])('%s', async (_, prepare, message) => {
    const run = await trained();
    const server = await wandbServer();
    await prepare(run, server);
    const before = server.requests.length;
    await expect(mirror(run, server)).rejects.toThrow(message);
    expect(server.requests).toHaveLength(before);
  });
});

test('a run that is deleted meanwhile ends its mirror, and stays deleted', async () => {
  const run = testRun();
  run.session().steps(1, 3);
  const server = await wandbServer();
  const deleted = () => {
    run.end('lost');
    rmSync(run.paths.root, { recursive: true });
  };
  await expect(mirror(run, server, {}, [deleted])).rejects.toThrow(/no longer the folder of a run/);
  expect(existsSync(run.paths.root)).toBe(false);
});

test('a cancelled mirror continues later', async () => {
  const run = await trained();
  const cancel = new AbortController();
  const server = await wandbServer((index) => {
    if (index === 4) cancel.abort();
    return undefined;
  });
  await expect(mirror(run, server, { signal: cancel.signal })).rejects.toMatchObject({ code: 'interrupted' });
  expect(server.run().exitcode).toBeNull();
  await mirror(run, server);
  expect(stepsOf(server)).toEqual(range(1, 10));
  expect(server.run()).toMatchObject({ exitcode: 0, files: { size: 5 } });
});
