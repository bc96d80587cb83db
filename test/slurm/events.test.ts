import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { slurm } from '../../trainer/cluster/slurm.ts';
import { askAboutJobs } from '../../trainer/cluster/submit.ts';
import { sendRequest } from '../../trainer/runs/control.ts';
import { launchPaths, readLaunch } from '../../trainer/runs/launch.ts';
import { type RunOnDisk, readRun } from '../../trainer/runs/list.ts';
import { readLock } from '../../trainer/runs/lock.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { startServer } from '../unit/server/server-process.ts';
import { run as esrgan } from '../unit/trainer/cli/esrgan.ts';
import { writeWaves } from '../unit/trainer/cli/waves.ts';
import { type Cluster, kill, startCluster, until } from './cluster.ts';

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  // A name that shells and Slurm's patterns would change.
  folder = mkdtempSync(join(tmpdir(), "esrgan %a $x 'y' "));
  await writeWaves(folder, { train: 6, val: 2 });
  cluster = await startCluster();
  Object.assign(process.env, cluster.environment, { XDG_CONFIG_HOME: join(folder, 'config') });
  const profiles = join(folder, 'config', 'esrgan-workbench');
  mkdirSync(profiles, { recursive: true });
  writeFileSync(
    join(profiles, 'clusters.yaml'),
    // Slurm sends the signal up to half a minute earlier. A job without a memory takes that of a whole node.
    `short: { time: 2, seconds_before_limit: 45, cpus: 1, memory: 200M, setup: [echo "set up $PWD"] }
once: { time: 2, seconds_before_limit: 45, cpus: 1, memory: 200M, options: [--no-requeue] }
long: { time: 10, cpus: 1, memory: 200M }
full: { time: 10, cpus: 4, options: [--exclusive] }
held: { options: [--hold] }
nowhere: { partition: nowhere }
broken: { node: /nowhere/node }
`,
  );
});

afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes the file of a run with so many epochs of three steps. */
function runFile(name: string, epochs: number): string {
  const path = join(folder, `${name}.esrgan.yaml`);
  writeFileSync(
    path,
    `engine: cpu
scale_factor: 2
batch_size: 2
datasets: { waves: { hr: { train: train, val: val } } }
generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }
samples: { every_steps: 1000000, count: 1, crop_size: [32, 32] }
validation: { every_steps: 1000000, crop_size: [32, 32] }
checkpoints: { every_steps: 100, keep: 3 }
pretraining: { num_epoch: ${epochs}, cr_patch_size: [16, 16], lr: 1.0e-3, train_datasets: [waves], val_datasets: [] }
`,
  );
  return path;
}

const endless = 1_000_000;

const rootOf = (name: string) => join(folder, 'runs', name);

async function submit(
  profile: string,
  files: readonly string[],
  ...options: readonly string[]
): Promise<string[]> {
  const { code, stdout, stderr } = await esrgan('submit', ...files, '--on', profile, ...options);
  expect([code, stderr]).toEqual([0, '']);
  return [...stdout.matchAll(/job ([\d_]+)\.$/gm)].map(([, id = '']) => id);
}

/** The run as the list shows it. */
async function read(name: string): Promise<RunOnDisk> {
  const found = readRun(rootOf(name), Date.now());
  if (found === undefined) throw new Error(`${name} is not a run`);
  const { states } = await askAboutJobs([found], slurm);
  return readRun(rootOf(name), Date.now(), states) ?? found;
}

const stateOf = async (name: string) => {
  const { state, reason } = (await read(name)).state;
  return reason === null ? state : `${state} ${reason}`;
};

const untilState = (name: string, expected: string | RegExp) =>
  until(`${name} is ${expected}`, async () => {
    const state = await stateOf(name);
    return typeof expected === 'string' ? state === expected : expected.test(state);
  });

const sessionsOf = (name: string) => readManifest(runPaths(rootOf(name)))?.sessions ?? [];
const outputOf = (name: string) => readFileSync(launchPaths(runPaths(rootOf(name))).output, 'utf8');
const stepOf = (name: string) => readRun(rootOf(name), Date.now())?.status?.step ?? 0;
const trainerOf = (name: string) => readLock(runPaths(rootOf(name)))?.pid ?? 0;
const nodeOf = async (job: string) => (await cluster.run('squeue', '-h', '-j', job, '-o', '%N')).trim();

/** A fact of a job, as `scontrol` shows it. */
async function jobFacts(job: string, ...names: readonly string[]): Promise<(string | undefined)[]> {
  const text = await cluster.run('scontrol', 'show', 'job', job);
  return names.map((name) => new RegExp(`\\b${name}=(\\S+)`).exec(text)?.[1]);
}

const trained = (name: string, step = 0) => until(`${name} trains`, () => stepOf(name) > step);

const untilOver = (job: string) =>
  until(`job ${job} is over`, async () => {
    const jobs = await cluster.run('squeue', '-h', '-r', '-o', '|%i|');
    return !jobs.includes(`|${job}|`);
  });

/** Pauses a run once it trains: it waits for its time limit without using the processor. */
async function pause(name: string): Promise<void> {
  await trained(name);
  sendRequest(runPaths(rootOf(name)), 'pause');
  await until(`${name} is paused`, () => readRun(rootOf(name), Date.now())?.state.state === 'paused');
}

const stop = (name: string) => esrgan('stop', rootOf(name));

/** A test that fails leaves no job in the way of the next. */
const cancelAll = () => cluster.run('scancel', '--user', userInfo().username);

describe.concurrent('at the time limit', () => {
  afterAll(cancelAll);

  test('the time limit: a checkpoint, back in the queue, continued by the same job until esrgan stop', async () => {
    const [job = ''] = await submit('short', [runFile('limit', endless)]);
    await untilState('limit', /^queued on short: BeginTime/);
    const first = sessionsOf('limit').at(-1)?.stop;
    expect(first).toMatchObject({ reason: 'stopped', step: expect.any(Number) });
    await until('the next session', () => sessionsOf('limit').length === 2);
    expect(sessionsOf('limit').at(-1)?.start.step).toBe(first?.step);
    await trained('limit', first?.step);
    expect((await read('limit')).status?.jobStart).toEqual({ job: `test/${job}`, restarts: 1 });
    expect(outputOf('limit')).toContain(`set up ${join(folder, 'runs')}`);
    expect((await esrgan('pause', rootOf('limit'))).stdout).toContain(`Job ${job} holds its node meanwhile`);
    await untilState('limit', 'paused');
    expect((await stop('limit')).code).toBe(0);
    await untilState('limit', 'stopped Stopped on request.');
    await untilOver(job);
    expect(await jobFacts(job, 'JobState')).toEqual(['COMPLETED']);
  });

  test('a time limit where the cluster requeues nothing: a new job continues', async () => {
    const [job = ''] = await submit('once', [runFile('once', endless)]);
    await pause('once');
    const next = await until('another job', () => {
      const id = readLaunch(runPaths(rootOf('once'))).job?.id;
      return id === job ? undefined : id;
    });
    await until('the next session', () => sessionsOf('once').length === 2);
    const [first, second] = sessionsOf('once');
    expect([first?.stop?.step, first?.stop?.reason]).toEqual([second?.start.step, 'stopped']);
    expect((await read('once')).status?.jobStart).toEqual({ job: `test/${next}`, restarts: 0 });
    expect(outputOf('once')).toContain(`Job ${job} cannot be requeued`);
    await stop('once');
    await untilOver(next);
  });

  test('a sweep is an array: a limit of tasks at once, and each is requeued by itself', async () => {
    const names = ['sweep-0', 'sweep-1', 'sweep-2'];
    const files = names.map((name) => runFile(name, endless));
    const jobs = await submit('short', files, '--at-once', '2');
    expect(jobs).toEqual([0, 1, 2].map((task) => `${jobs[0]?.split('_')[0]}_${task}`));
    await untilState('sweep-2', 'queued on short: JobArrayTaskLimit');
    for (const name of names.slice(0, 2)) await pause(name);
    await until('the next session of a task', () => sessionsOf('sweep-0').length === 2);
    await trained('sweep-2');
    const { status } = await read('sweep-0');
    expect(status?.jobStart).toEqual({ job: `test/${jobs[0]}`, restarts: 1 });
    for (const name of names) await stop(name);
    for (const job of jobs) await untilOver(job);
  });
});

describe('one after the other', () => {
  afterEach(cancelAll);

  test('scancel: a checkpoint, and no further job', async () => {
    const [job = ''] = await submit('long', [runFile('cancelled', endless)]);
    await trained('cancelled');
    await cluster.run('scancel', job);
    await untilState('cancelled', 'stopped Stopped by the scheduler.');
    await untilOver(job);
    expect(await jobFacts(job, 'JobState', 'Restarts')).toEqual(['CANCELLED', '0']);
    const step = String(sessionsOf('cancelled').at(-1)?.stop?.step).padStart(8, '0');
    expect(readdirSync(runPaths(rootOf('cancelled')).checkpoints)).toContain(`pretraining-${step}`);
  });

  test('a requeue from outside, as by a more important job: a checkpoint, continued at its step', async () => {
    const [job = ''] = await submit('long', [runFile('preempted', endless)]);
    await trained('preempted');
    await cluster.run('scontrol', 'requeue', job);
    await untilState('preempted', /^queued on long: BeginTime/);
    await until('the next session', () => sessionsOf('preempted').length === 2);
    const [first, second] = sessionsOf('preempted');
    expect([first?.stop?.step, first?.stop?.reason]).toEqual([second?.start.step, 'stopped']);
    expect(await jobFacts(job, 'Restarts')).toEqual(['1']);
    await stop('preempted');
    await untilOver(job);
  });

  test('a trainer that is killed has crashed: its job ends and is not requeued', async () => {
    const [job = ''] = await submit('long', [runFile('crashed', endless)]);
    await trained('crashed');
    const pid = trainerOf('crashed');
    kill(pid);
    await untilOver(job);
    expect(await stateOf('crashed')).toBe(`lost process ${pid} on this host is gone`);
    expect(await jobFacts(job, 'JobState', 'ExitCode', 'Restarts')).toEqual(['FAILED', '137:0', '0']);
  });

  test('a job that Slurm refuses leaves nothing', async () => {
    const { code, stderr } = await esrgan('submit', runFile('refused', 1), '--on', 'nowhere');
    expect([code, stderr]).toEqual([6, expect.stringContaining('Invalid partition name specified')]);
    expect(existsSync(rootOf('refused'))).toBe(false);
  });

  test('a job that ends before training shows what it printed', async () => {
    await submit('broken', [runFile('broken', 1)]);
    await untilState('broken', /^failed .*\/nowhere\/node/s);
  });

  test('the server submits, follows, pauses and cancels a job', async () => {
    const server = await startServer(folder);
    const target = { file: runFile('edited', endless), stage: 'pretraining', resume: false } as const;
    const { profiles } = await server.request('esrgan/profiles', null);
    expect(profiles[0]).toEqual({ name: 'short', description: '2' });
    const { run } = await server.request('esrgan/submit', { target, profile: 'long' });
    await server.until('edited', ({ state, step }) => state === 'running' && step !== null && step > 0);
    const job = readLaunch(runPaths(run)).job?.id ?? '';
    const answer = await server.request('esrgan/control', { run, request: 'pause' });
    expect(answer).toEqual({ isPending: false, job });
    await server.until('edited', ({ state }) => state === 'paused');
    await server.request('esrgan/kill', { run });
    await server.until('edited', ({ state }) => state === 'stopped');
    await untilOver(job);
    await server.request('esrgan/submit', { target: { run }, profile: 'held' });
    const { reason } = await server.until('edited', ({ state }) => state === 'queued');
    expect(reason).toBe('on held: JobHeldUser');
    await server.request('esrgan/removeFromQueue', { run });
    await server.until('edited', ({ state }) => state === 'stopped');
    await server.shutdown();
  });

  test('a job without free nodes waits, and can be removed from the queue', async () => {
    const names = ['full-0', 'full-1', 'full-2'];
    for (const name of names) await submit('full', [runFile(name, endless)]);
    await untilState('full-2', 'queued on full: Resources');
    const { stdout } = await esrgan('runs', '--runs-dir', join(folder, 'runs'));
    expect(stdout).toContain('full-2 (queued): on full: Resources');
    expect((await esrgan('submit', runFile('full-2', endless), '--on', 'long')).stderr).toContain(
      'Run full-2 is already queued',
    );
    expect((await stop('full-2')).stdout).toContain('is removed from the queue');
    expect(existsSync(rootOf('full-2'))).toBe(false);
    await trained('full-0');
    await trained('full-1');
    const jobs = ['full-0', 'full-1'].map((name) => readLaunch(runPaths(rootOf(name))).job?.id ?? '');
    for (const name of ['full-0', 'full-1']) await stop(name);
    for (const job of jobs) await untilOver(job);
  });

  test('a node dies: the run ends on the other one with the bytes of an undisturbed run', async () => {
    const undisturbed = esrgan('train', runFile('undisturbed', 500));
    const [job = ''] = await submit('long', [runFile('survivor', 500)]);
    await trained('survivor', 150);
    const node = await nodeOf(job);
    await cluster.killNode(node);
    await untilState('survivor', 'finished');
    expect(sessionsOf('survivor').map(({ stop: end }) => end?.reason)).toEqual([undefined, 'finished']);
    expect(sessionsOf('survivor')[1]?.start.step).toBeGreaterThan(0);
    expect(await jobFacts(job, 'Restarts', 'NodeList')).toEqual(['1', node === 'n1' ? 'n2' : 'n1']);
    expect((await undisturbed).code).toBe(0);
    const last = (name: string) => join(runPaths(rootOf(name)).checkpoints, 'pretraining-00001500');
    for (const file of ['generator.safetensors', 'optimizer.safetensors']) {
      expect(
        readFileSync(join(last('survivor'), file)).equals(readFileSync(join(last('undisturbed'), file))),
      ).toBe(true);
    }
  });
});
