import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createManager, type Manager } from '../../../../server/experiments/manager.ts';
import type { RunSummary } from '../../../../server/protocol/runs.ts';
import { temporaryPath } from '../../../../trainer/runs/atomic-file.ts';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { prepareJob, readLaunch, recordJob } from '../../../../trainer/runs/launch.ts';
import { readLock } from '../../../../trainer/runs/lock.ts';
import { createManifest, readManifest } from '../../../../trainer/runs/manifest.ts';
import { isProcessAlive, thisHost } from '../../../../trainer/runs/processes.ts';
import { createRunDirectory, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';
import { goodKey, wandbServer } from '../../trainer/mirror/wandb-server.ts';
import { webhookServer } from '../../trainer/notify/webhook-server.ts';
import { filesOf, stateAt } from '../../trainer/runs/checkpoint-fixture.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { endless, type TinyWorkspace, tinyWorkspace } from './tiny-runs.ts';

let workspace: TinyWorkspace;
let servers: ServerProcess[];

beforeEach(async () => {
  workspace = await tinyWorkspace();
  servers = [];
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const { child } of servers) {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
      await once(child, 'exit');
  }
  workspace.remove();
});

async function server(settings = {}, options = { isTrusted: true }): Promise<ServerProcess> {
  const started = await startServer(workspace.folder, settings, options);
  servers.push(started);
  return started;
}

function managerInThisProcess(
  mayStart: () => boolean,
  shorten: (text: string, file?: string) => string = (text) => text,
): Manager {
  const programs = { node: process.execPath, esrgan: '', launcher: '' };
  return createManager({
    programs: () => programs,
    mayStart,
    runFilesOf: () => [],
    concurrentRuns: () => 1,
    devices: async () => 0,
    mirror: () => null,
    notifySettings: () => ({ afterMinutes: 0, webhook: '' }),
    withRelativePaths: shorten,
    onRunsChanged() {},
    onRunChanged() {},
    onStartFailed() {},
  });
}

const is =
  (...states: RunSummary['state'][]) =>
  (run: RunSummary) =>
    states.includes(run.state);
const trains = (run: RunSummary) => run.state === 'running' && (run.step ?? 0) > 2;
const pidOf = (run: string) => readLock(runPaths(run))?.pid ?? 0;

/** All processes that descend from one, as an editor finds them that ends its server. */
function descendants(pid: number): number[] {
  // Without `ps`, only the server is killed.
  if (isWindows) return [];
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    table.flatMap(([each = 0, of]) => (of === parent ? [each, ...below(each)] : []));
  return below(pid);
}

test('a run outlives its server, killed with all that descends from it; the next server finds and stops it', async () => {
  const first = await server();
  const { run, queued } = await first.request('esrgan/start', {
    file: workspace.runFile('hardy'),
    stage: 'pretraining',
    resume: false,
  });
  expect({ run, queued }).toEqual({ run: join(workspace.runsDir, 'hardy'), queued: false });
  await first.until('hardy', trains);
  const trainer = pidOf(run);
  const pid = first.child.pid ?? 0;
  expect(descendants(pid)).not.toContain(trainer);
  for (const each of [...descendants(pid), pid]) process.kill(each, 'SIGKILL');
  await once(first.child, 'exit');
  expect(isProcessAlive(trainer, 0)).toBe(true);

  const second = await server();
  const adopted = await second.until('hardy', is('running'));
  expect(adopted).toMatchObject({ stage: 'pretraining', kind: 'esrgan', reason: null, queuePosition: null });
  await second.until('hardy', ({ step }) => (step ?? 0) > (adopted.step ?? 0));
  expect(pidOf(run)).toBe(trainer);
  await second.request('esrgan/control', { run, request: 'stop' });
  const stopped = await second.until('hardy', is('stopped'));
  expect(stopped.reason).toBe('Stopped on request.');
  expect(await second.shutdown()).toBe(0);
});

test('the process that waits for a trainer notifies of it once: when it finishes, and when it is killed', async () => {
  const webhook = await webhookServer();
  try {
    const first = await server({ notify: { webhook: webhook.address, afterMinutes: 0.000001 } });
    const start = (name: string, epochs: number) =>
      first.request('esrgan/start', {
        file: workspace.runFile(name, { epochs }),
        stage: 'pretraining',
        resume: false,
      });
    await start('brief', 2);
    await webhook.got(1);
    await first.until('brief', is('finished'));
    const { run } = await start('killed', endless);
    await first.until('killed', trains);
    process.kill(pidOf(run), 'SIGKILL');
    await webhook.got(2);
    expect(webhook.bodies).toMatchObject([
      { event: 'ended', run: 'brief', state: 'finished' },
      { event: 'ended', run: 'killed', state: 'lost' },
    ]);
  } finally {
    webhook.close();
  }
});

test.skipIf(isWindows)(
  unlessWindows(
    'no scheduler is asked about jobs, and none cancelled, before the workspace is trusted',
    'needs a shell',
  ),
  async () => {
    /** From now on, Slurm says this about jobs 7 and 8. */
    const answer = (line: string) => {
      const commands = join(workspace.folder, line.split('|', 1)[0] ?? '');
      mkdirSync(commands);
      const squeue = `#!/bin/sh\ntouch '${join(commands, 'asked')}'\necho '7|${line}'\necho '8|${line}'\n`;
      writeFileSync(join(commands, 'squeue'), squeue, { mode: 0o755 });
      const cancelled = join(workspace.folder, 'cancelled');
      writeFileSync(join(commands, 'scancel'), `#!/bin/sh\ntouch '${cancelled}'\n`, { mode: 0o755 });
      vi.stubEnv('PATH', `${commands}${delimiter}${process.env.PATH}`);
    };
    const submit = async (name: string, id: string) => {
      const run = runPaths(join(workspace.runsDir, name));
      await prepareJob(run, `name: ${name}\n`, '');
      recordJob(run, { executor: 'slurm', profile: 'gpu', id, stage: 'pretraining' });
    };
    await submit('waits', '7');
    let isTrusted = false;
    const manager = managerInThisProcess(() => isTrusted);
    try {
      manager.setFolders([workspace.runsDir]);
      const state = async () => (await manager.runs()).map((each) => each.state);
      answer('RUNNING|None|n1');
      expect(await state()).toEqual(['unknown']);
      const run = join(workspace.runsDir, 'waits');
      const refusal = /Run waits waits for job 7 on gpu, or is trained by it. Slurm is not asked/;
      await expect(manager.deleteRun(run)).rejects.toThrow(refusal);
      for (const check of [manager.release, manager.requireDeletable])
        expect(() => check(run)).toThrow(refusal);
      await expect(manager.start(workspace.runFile('waits'), 'pretraining', false)).rejects.toThrow(refusal);
      expect(readLaunch(runPaths(run)).job?.id).toBe('7');
      manager.startWaiting();
      await submit('other', '8');
      await expect.poll(state, { timeout: 60_000 }).toEqual(['unknown', 'unknown']);
      answer('PENDING|Priority|');
      isTrusted = true;
      manager.startWaiting();
      await expect.poll(state, { timeout: 60_000 }).toEqual(['queued', 'queued']);
      expect(existsSync(join(workspace.folder, 'RUNNING', 'asked'))).toBe(false);
      expect(existsSync(join(workspace.folder, 'PENDING', 'asked'))).toBe(true);
      isTrusted = false;
      await expect(manager.removeFromQueue(run)).rejects.toThrow(
        'Job 7 is not cancelled, because the workspace is not trusted.',
      );
      expect(existsSync(join(workspace.folder, 'cancelled'))).toBe(false);
      isTrusted = true;
      await manager.removeFromQueue(run);
      expect(existsSync(join(workspace.folder, 'cancelled'))).toBe(true);
    } finally {
      manager.close();
    }
  },
);

test('what an interrupted deletion left is deleted once the folder is known; one that continues is not disturbed', async () => {
  const run = createRunDirectory(join(workspace.runsDir, 'whole'));
  createManifest(run, { seed: 0, configHash: '', data: {}, ancestry: [] });
  const ofEndedProcess = `.tmp-${thisHost}.${2 ** 30}.5-ab`;
  const ofThisProcess = basename(temporaryPath(run.root));
  for (const name of [ofEndedProcess, ofThisProcess]) {
    cpSync(run.root, join(workspace.runsDir, name), { recursive: true });
  }
  const manager = managerInThisProcess(() => false);
  try {
    manager.setFolders([workspace.runsDir]);
    expect(readdirSync(workspace.runsDir).sort()).toEqual([ofThisProcess, 'whole']);
    expect((await manager.runs()).map(({ name }) => name)).toEqual(['whole']);
  } finally {
    manager.close();
  }
});

test('the end of a log has relative paths, whatever file its lines are about', () => {
  const run = createRunDirectory(join(workspace.runsDir, 'tells'));
  createManifest(run, { seed: 0, configHash: '', data: {}, ancestry: [] });
  writeFileSync(run.log, 'one\ntwo\n');
  const manager = managerInThisProcess(
    () => false,
    (text, file) => `${text} ${file}`,
  );
  try {
    expect(manager.run(run.root).logTail).toEqual(['one undefined', 'two undefined']);
  } finally {
    manager.close();
  }
});

test('a checkpoint of the run is kept, and no other folder', () => {
  const run = createRunDirectory(join(workspace.runsDir, 'keeps'));
  createManifest(run, { seed: 0, configHash: '', data: {}, ancestry: [] });
  const { path } = writeCheckpoint(run, filesOf('x'), stateAt(1));
  const manager = managerInThisProcess(() => false);
  const kept = () => manager.run(run.root).checkpoints.map((each) => each.kept);
  try {
    manager.keepCheckpoint(run.root, path, true);
    expect(kept()).toEqual([true]);
    manager.keepCheckpoint(run.root, path, false);
    expect(kept()).toEqual([false]);
    expect(() => manager.keepCheckpoint(run.root, run.samples, true)).toThrow('is not a checkpoint of');
    expect(existsSync(join(run.samples, 'kept'))).toBe(false);
  } finally {
    manager.close();
  }
});

test('a setting starts a mirror with each run, which outlives the server too', async () => {
  const wandb = await wandbServer();
  vi.stubEnv('WANDB_API_KEY', goodKey);
  vi.stubEnv('WANDB_BASE_URL', wandb.url);
  const mirror = { wandb: { enabled: true, project: ' faces', entity: '', group: 'night' } };
  const first = await server({ mirror });
  const file = workspace.runFile('shown');
  const { run } = await first.request('esrgan/start', { file, stage: 'pretraining', resume: false });
  const mirrored = async () => (await first.request('esrgan/run', { run })).mirror;
  await expect.poll(mirrored, { timeout: 60_000 }).toMatchObject({
    state: 'uploading',
    link: expect.stringContaining(`${wandb.url}/me/faces/runs/`),
  });
  await expect.poll(() => wandb.requests.length, { timeout: 60_000 }).toBeGreaterThan(1);
  expect(wandb.run()).toMatchObject({ displayName: 'shown', group: 'night' });
  const mirrorPid = pidOf(runPaths(run).mirror);
  const pid = first.child.pid ?? 0;
  expect(descendants(pid)).not.toContain(mirrorPid);
  for (const each of [...descendants(pid), pid]) process.kill(each, 'SIGKILL');
  await once(first.child, 'exit');
  expect(isProcessAlive(mirrorPid, 0)).toBe(true);

  process.kill(mirrorPid);
  const second = await server();
  await expect
    .poll(async () => (await second.request('esrgan/run', { run })).mirror?.state)
    .toBe('interrupted');
  // Without the setting, a run that is resumed has no mirror.
  await second.request('esrgan/control', { run, request: 'stop' });
  await second.until('shown', is('stopped'));
  await second.request('esrgan/resume', { run });
  await second.until('shown', trains);
  expect((await second.request('esrgan/run', { run })).mirror?.state).toBe('interrupted');
}, 120_000);

test('runs wait for each other in an order that can be changed, and go on by themselves', async () => {
  const { request, until } = await server();
  const start = (name: string, epochs?: number) =>
    request('esrgan/start', {
      file: workspace.runFile(name, epochs === undefined ? {} : { epochs }),
      stage: 'pretraining',
      resume: false,
    });
  const root = (name: string) => join(workspace.runsDir, name);
  expect(await start('first')).toMatchObject({ queued: false });
  for (const name of ['a', 'b', 'c', 'd']) expect(await start(name, 1)).toMatchObject({ queued: true });
  await until('d', ({ queuePosition }) => queuePosition === 3);
  await request('esrgan/moveInQueue', { run: root('d'), by: -9 });
  await until('d', ({ queuePosition }) => queuePosition === 0);
  await request('esrgan/moveInQueue', { run: root('d'), by: 1 });
  await until('d', ({ queuePosition }) => queuePosition === 1);
  await request('esrgan/removeFromQueue', { run: root('b') });
  await until('c', ({ queuePosition }) => queuePosition === 2);
  const names = (await request('esrgan/runs', null)).map(({ name, state }) => `${name} ${state}`);
  expect(names.slice(1)).toEqual(['a queued', 'd queued', 'c queued']);
  expect(existsSync(root('b'))).toBe(false);
  await expect(request('esrgan/moveInQueue', { run: root('first'), by: 1 })).rejects.toThrow(
    'Run first is not queued.',
  );
  await expect(start('a', 1)).rejects.toThrow(/Run a is already queued/);
  await expect(request('esrgan/releaseRun', { run: root('a') })).rejects.toThrow(
    /Remove it from the queue before you delete it/,
  );

  await until('first', trains);
  await request('esrgan/control', { run: root('first'), request: 'stop' });
  const ends = [];
  for (const name of ['a', 'd', 'c']) {
    await until(name, is('finished'));
    const { sessions } = await request('esrgan/run', { run: root(name) });
    ends.push(sessions[0]?.started ?? 0);
  }
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
});

test('what waits in a workspace that is not trusted starts when that is', async () => {
  const author = await server();
  const start = (name: string) =>
    author.request('esrgan/start', { file: workspace.runFile(name), stage: 'pretraining', resume: false });
  const { run: first } = await start('first');
  const { run: second } = await start('second');
  await author.until('first', trains);
  author.child.kill('SIGKILL');
  await once(author.child, 'exit');

  const { request, until } = await server({}, { isTrusted: false });
  await until('second', is('queued'));
  await request('esrgan/control', { run: first, request: 'stop' });
  await until('first', is('stopped'));
  // Comes after whatever the server has begun to do about the queue; fails where that has started the run.
  await request('esrgan/moveInQueue', { run: second, by: 0 });
  await request('esrgan/trust', null);
  await until('second', trains);
});

test('two servers start a waiting run once', async () => {
  const both = [await server(), await server()];
  const [one] = both;
  if (one === undefined) throw new Error('there are two');
  const start = (name: string) =>
    one.request('esrgan/start', { file: workspace.runFile(name), stage: 'pretraining', resume: false });
  const { run: first } = await start('first');
  const { run: second } = await start('second');
  await start('third');
  await Promise.all(both.map(({ until }) => until('third', is('queued'))));
  await one.until('first', trains);
  await one.request('esrgan/control', { run: first, request: 'stop' });
  await Promise.all(both.map(({ until }) => until('second', trains)));
  const detail = await one.request('esrgan/run', { run: second });
  expect(detail.sessions).toHaveLength(1);
  expect(await one.until('third', () => true)).toMatchObject({ state: 'queued', queuePosition: 0 });
});

test('pauses, goes on, writes a checkpoint, and ends by force; then goes on from the checkpoint', async () => {
  const { request, until } = await server();
  const { run } = await request('esrgan/start', {
    file: workspace.runFile('forced'),
    stage: 'pretraining',
    resume: false,
  });
  await until('forced', trains);
  await request('esrgan/control', { run, request: 'pause' });
  const paused = await until('forced', is('paused'));
  await request('esrgan/control', { run, request: 'resume' });
  await until('forced', ({ state, step }) => state === 'running' && (step ?? 0) > (paused.step ?? 0));
  await request('esrgan/kill', { run });
  await until(
    'forced',
    ({ state, reason }) => state === 'stopped' && reason === 'It was ended at once, without a checkpoint.',
  );
  await expect(request('esrgan/control', { run, request: 'pause' })).rejects.toThrow(
    /Cannot pause run forced: no trainer is running, the run is stopped/,
  );
  const before = await request('esrgan/run', { run });
  expect(before.checkpoints).toHaveLength(1);
  expect(before.checkpoints[0]).toMatchObject({
    stage: 'pretraining',
    step: paused.step,
    best: false,
    last: true,
  });
  await expect(
    request('esrgan/start', { file: workspace.runFile('forced'), stage: 'pretraining', resume: false }),
  ).rejects.toThrow(/The pretraining of run forced has already started/);
  expect(await request('esrgan/resume', { run })).toEqual({
    run,
    queued: false,
    file: join(workspace.folder, 'forced.esrgan.yaml'),
    changes: [],
  });
  await until('forced', ({ state, step }) => state === 'running' && (step ?? 0) > (paused.step ?? 0));
  const { sessions, logTail } = await request('esrgan/run', { run });
  expect(sessions.map(({ step, stopped }) => ({ step, stopped }))).toEqual([
    { step: 0, stopped: null },
    { step: paused.step, stopped: null },
  ]);
  expect(logTail.join('\n')).toMatch(/Resuming from pretraining-\d+\./);
  for (const name of ['esrgan/releaseRun', 'esrgan/deleteRun'] as const) {
    await expect(request(name, { run })).rejects.toThrow(/Stop it before you delete it/);
  }
  await request('esrgan/control', { run, request: 'stop' });
  await until('forced', is('stopped'));
  await request('esrgan/releaseRun', { run });
  expect(existsSync(run)).toBe(true);
  await request('esrgan/deleteRun', { run });
  expect(existsSync(run)).toBe(false);
  await expect(request('esrgan/run', { run })).rejects.toThrow(
    `${join('runs', 'forced')} is not a run, or no longer exists.`,
  );
});

test('a run resumes with its run file as it is now, by its directory as by its file', async () => {
  const { request, until } = await server();
  const file = workspace.runFile('edited');
  const { run } = await request('esrgan/start', { file, stage: 'pretraining', resume: false });
  await until('edited', trains);
  await request('esrgan/control', { run, request: 'stop' });
  await until('edited', is('stopped'));
  workspace.runFile('edited', { lines: ['workers: 1'] });
  expect(await request('esrgan/runFile', { run })).toBe(file);
  expect(await request('esrgan/resume', { run })).toEqual({ run, queued: false, file, changes: ['workers'] });
  await until('edited', trains);
  await request('esrgan/control', { run, request: 'stop' });
  await until('edited', is('stopped'));
  workspace.runFile('edited', { epochs: endless + 1 });
  const started = await request('esrgan/start', { file, stage: 'pretraining', resume: true });
  expect(started.changes).toEqual(['pretraining.num_epoch', 'workers']);
  await until('edited', ({ state, epochs }) => state === 'running' && epochs === endless + 1);
});

describe('both stages', () => {
  const small = 'discriminator: { vgg_blk_ch: [4, 4, 6], fc_features: [5] }';
  const bothOf = (name: string, epochs: number, lines: readonly string[] = []) =>
    workspace.runFile(name, { epochs, lines: [small, ...lines] });
  const start = (from: ServerProcess, file: string) =>
    from.request('esrgan/start', { file, stage: 'all', resume: false });
  const sessionsOf = (run: string) =>
    readManifest(runPaths(run))?.sessions.map(({ start: { stage }, stop }) => [stage, stop?.reason]);
  const both = [
    ['pretraining', 'finished'],
    ['training', 'finished'],
  ];

  test('train one after the other without a server', async () => {
    const first = await server();
    // Enough steps to be seen: a server reads the progress of a run every two seconds.
    const { run } = await start(first, bothOf('hardy', 2000));
    const state = await first.until('hardy', trains);
    expect(state).toMatchObject({ stage: 'pretraining', next: 'training' });
    for (const each of [...descendants(first.child.pid ?? 0), first.child.pid ?? 0])
      process.kill(each, 'SIGKILL');
    await once(first.child, 'exit');
    await expect.poll(() => sessionsOf(run), { timeout: 300_000 }).toEqual(both);
    const second = await server();
    expect(await second.until('hardy', is('finished'))).toMatchObject({ stage: 'training', next: null });
  });

  test('wait in the queue as one, also for the next server', async () => {
    const first = await server();
    const { run: other } = await first.request('esrgan/start', {
      file: workspace.runFile('other'),
      stage: 'pretraining',
      resume: false,
    });
    const { run, queued } = await start(first, bothOf('later', 2));
    expect(queued).toBe(true);
    await first.until('other', trains);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const second = await server();
    const waits = await second.until('later', is('queued'));
    expect(waits).toMatchObject({ stage: 'pretraining', next: 'training' });
    await second.request('esrgan/control', { run: other, request: 'stop' });
    await second.until('later', ({ state, stage }) => state === 'finished' && stage === 'training');
    expect(sessionsOf(run)).toEqual(both);
  });

  test('a trainer that is killed in the first is resumed by a person, and the second follows', async () => {
    const { request, until } = await server();
    const { run } = await request('esrgan/start', {
      file: bothOf('killed', endless),
      stage: 'all',
      resume: false,
    });
    await until('killed', trains);
    process.kill(pidOf(run), 'SIGKILL');
    const lost = await until('killed', is('lost'));
    expect(lost).toMatchObject({ stage: 'pretraining', next: 'training' });
    bothOf('killed', 2);
    const plan = await request('esrgan/plan', { run });
    expect(plan).toMatchObject({ stage: 'all', progress: 'started', canResume: true });
    expect(plan.changes).toEqual([
      { key: 'pretraining.num_epoch', text: `pretraining.num_epoch: ${endless} → 2` },
    ]);
    await request('esrgan/resume', { run });
    await until('killed', ({ state, stage }) => state === 'finished' && stage === 'training');
    expect(sessionsOf(run)).toEqual([['pretraining', undefined], ...both]);
  });

  test('the second does not start when the first fails', async () => {
    const first = await server();
    const images = join(workspace.folder, 'train');
    for (const name of readdirSync(images)) truncateSync(join(images, name), 60);
    await start(first, bothOf('fails', endless));
    const failed = await first.until('fails', is('failed'));
    expect(failed).toMatchObject({ stage: 'pretraining', next: 'training' });
    expect(failed.reason).toMatch(/image/);
  });
});

test('a run resumes with the values that it was trained with, if a person wants that', async () => {
  const { request, until } = await server();
  const file = workspace.runFile('kept');
  const { run } = await request('esrgan/start', { file, stage: 'pretraining', resume: false });
  await until('kept', trains);
  await request('esrgan/control', { run, request: 'stop' });
  await until('kept', is('stopped'));
  workspace.runFile('kept', { epochs: endless + 1 });
  const again = await request('esrgan/resume', { run, file, stage: 'pretraining', asTrained: true });
  expect(again).toMatchObject({ file: null, changes: [] });
  await until('kept', ({ state, epochs }) => state === 'running' && epochs === endless);
  await expect(request('esrgan/plan', { run })).rejects.toThrow(/Run kept is already running/);
});

test('a trainer that fails before it begins leaves its reason', async () => {
  const { request, until } = await server();
  const { run } = await request('esrgan/start', {
    file: workspace.runFile('unlucky', { lines: ['workers: 1'] }),
    stage: 'training',
    resume: false,
  });
  // Until its end is noted, nothing but its process is known to be gone.
  const failed = await until('unlucky', is('failed'));
  expect(failed.stage).toBe('training');
  expect(failed.reason).toMatch(/no checkpoint of its pretraining/);
  expect((await request('esrgan/run', { run })).logTail.join('\n')).toMatch(
    /no checkpoint of its pretraining/,
  );
});

test.each([
  ['a run file with errors', 'batch_sise: 4', /typo\.esrgan\.yaml:\d+:1: error: .*batch_sise/],
  [
    'a name that is no folder',
    'runs_dir: typo.esrgan.yaml',
    /Cannot create the run folder|is no folder|not a directory/,
  ],
])('%s is refused with one message', async (_, line, message) => {
  const { request } = await server();
  const file = workspace.runFile('typo', { lines: [line] });
  await expect(request('esrgan/start', { file, stage: 'pretraining', resume: false })).rejects.toThrow(
    message,
  );
});

test('a missing program is named, and the run is not left in the queue', async () => {
  const { request } = await server({ nodePath: '/no/such/node' });
  const file = workspace.runFile('homeless');
  await expect(request('esrgan/start', { file, stage: 'pretraining', resume: false })).rejects.toThrow(
    /could not be started with \/no\/such\/node: .*ENOENT.*esrgan\.nodePath/,
  );
  expect(await request('esrgan/runs', null)).toEqual([]);
});
