import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stages } from '../../../../trainer/run-state/run-state.ts';
import type { JobState } from '../../../../trainer/runs/job.ts';
import type { Launch, ProcessExit } from '../../../../trainer/runs/launch.ts';
import type { LockHolder } from '../../../../trainer/runs/lock.ts';
import { processStartTime, thisHost } from '../../../../trainer/runs/processes.ts';
import {
  describeState,
  isEarlierStart,
  openJob,
  readStatus,
  type Status,
  stoppedAtLimit,
  stoppedByScheduler,
  writeStatus,
} from '../../../../trainer/runs/status.ts';
import { temporaryRun } from './temporary-run.ts';

const said = {
  state: 'running',
  stage: 'pretraining',
  epoch: 3,
  epochs: 10,
  step: 120,
  steps: 400,
  rate: 2.5,
  etaSeconds: 112,
  loss: 0.034,
  psnr: null,
  message: null,
} as const;

test('reads what was written, with process and time', () => {
  const paths = temporaryRun();
  expect(readStatus(paths)).toBeUndefined();
  writeStatus(paths, said);
  const status = readStatus(paths);
  expect(status).toEqual({ ...said, host: thisHost, pid: process.pid, time: expect.any(String) });
  expect(new Date(status!.time).toISOString()).toBe(status!.time);
});

test('reads numbers that are not finite as null', () => {
  const paths = temporaryRun();
  writeStatus(paths, { ...said, loss: Number.NaN, rate: Number.POSITIVE_INFINITY });
  expect(readStatus(paths)).toMatchObject({ loss: null, rate: null, step: 120 });
});

test.each<[string, (status: Record<string, unknown>) => string]>([
  ['nothing', () => ''],
  ['half a file', (status) => JSON.stringify(status).slice(0, 40)],
  ['a list', () => '[]'],
  ['null', () => 'null'],
  ['an unknown state', (status) => JSON.stringify({ ...status, state: 'dreaming' })],
  ['an unknown stage', (status) => JSON.stringify({ ...status, stage: 'toString' })],
  ['a text for a number', (status) => JSON.stringify({ ...status, loss: '0.1' })],
  ['a negative step', (status) => JSON.stringify({ ...status, step: -1 })],
  ['a missing key', ({ pid: _, ...status }) => JSON.stringify(status)],
])('%s is not a status', (_, damage) => {
  const paths = temporaryRun();
  writeStatus(paths, said);
  writeFileSync(paths.status, damage(JSON.parse(readFileSync(paths.status, 'utf8'))));
  expect(readStatus(paths)).toBeUndefined();
});

const job = { job: 'main/7', restarts: 1 };

test.each<[string, jobStart: unknown, pid: number, own: typeof job | undefined, boolean]>([
  ['an earlier start of the same job', { job: 'main/7', restarts: 0 }, 12, job, true],
  ['the same start', job, 12, job, false],
  ['another job', { job: 'main/8', restarts: 0 }, 12, job, false],
  ['another process than the holder', { job: 'main/7', restarts: 0 }, 13, job, false],
  ['outside of jobs', undefined, 12, undefined, false],
  ['a holder outside of jobs', undefined, 12, job, false],
])('whether the holder of a lock was an earlier start: %s', (_, jobStart, pid, own, expected) => {
  const paths = temporaryRun();
  writeStatus(paths, said);
  writeFileSync(paths.status, JSON.stringify({ ...readStatus(paths), host: 'gpu-7', pid, jobStart }));
  const holder = { host: 'gpu-7', pid: 12, startTime: 5, heartbeat: 0 };
  expect(isEarlierStart(paths, holder, own)).toBe(expected);
});

test('ignores keys of a newer version', () => {
  const paths = temporaryRun();
  writeStatus(paths, said);
  writeFileSync(paths.status, JSON.stringify({ ...readStatus(paths), mood: 'fine' }));
  expect(readStatus(paths)?.step).toBe(120);
});

const now = Date.parse('2030-01-01T00:00:00Z');
const elsewhere = { host: 'gpu-7', pid: 12 };

/** A lock of this process, or of one elsewhere whose heartbeat is `age` seconds old. */
const own: LockHolder = {
  host: thisHost,
  pid: process.pid,
  startTime: processStartTime(process.pid),
  heartbeat: now - 3600e3,
};
const remote = (age: number): LockHolder => ({ ...elsewhere, startTime: 5, heartbeat: now - age * 1000 });
const dead: LockHolder = { ...own, pid: 2 ** 22 + 1 };

const by = (
  holder: { host: string; pid: number },
  state: Status['state'],
  message: string | null = null,
): Status => ({
  ...said,
  state,
  message,
  host: holder.host,
  pid: holder.pid,
  time: '2030-01-01T00:00:00.000Z',
});

test.each<[string, Status | undefined, LockHolder | undefined, string]>([
  ['nothing at all', undefined, undefined, 'unknown'],
  ['a process without a status', undefined, own, 'starting'],
  [
    'a process that died before it said anything',
    undefined,
    dead,
    `lost: process ${dead.pid} on this host is gone`,
  ],
  ['starting', by(own, 'starting'), own, 'starting'],
  ['running', by(own, 'running'), own, 'running'],
  ['paused', by(own, 'paused', 'at your request'), own, 'paused: at your request'],
  ['running elsewhere', by(elsewhere, 'running'), remote(30), 'running'],
  [
    'silent elsewhere',
    by(elsewhere, 'running'),
    remote(190),
    'lost: process 12 on gpu-7 has not sent a heartbeat for 190 s',
  ],
  ['killed', by(dead, 'running'), dead, `lost: process ${dead.pid} on this host is gone`],
  ['killed while paused', by(dead, 'paused'), dead, `lost: process ${dead.pid} on this host is gone`],
  ['running without a lock', by(own, 'running'), undefined, 'lost: its process ended unexpectedly'],
  ['finished', by(own, 'finished'), undefined, 'finished'],
  ['stopped', by(own, 'stopped', 'Ctrl-C'), undefined, 'stopped: Ctrl-C'],
  ['failed', by(own, 'failed', 'the loss is NaN'), undefined, 'failed: the loss is NaN'],
  ['finished, the lock not yet released', by(own, 'finished'), own, 'finished'],
  ['finished, killed before it released the lock', by(dead, 'finished'), dead, 'finished'],
  ['resumed after a failure, without a new status', by(elsewhere, 'failed', 'x'), own, 'starting'],
  [
    'resumed after a failure, killed before it said anything',
    by(own, 'failed', 'x'),
    dead,
    `lost: process ${dead.pid} on this host is gone`,
  ],
])('%s', (_, status, lock, expected) => {
  const evidence = { status, lock, launch: undefined, lastOutput: () => [] };
  const { state, reason } = describeState(evidence, now);
  expect(reason === null ? state : `${state}: ${reason}`).toBe(expected);
});

const later = new Date(now + 1000).toISOString();
const launched = { format: 1, time: later, ...own, stage: 'pretraining' } as const;
const queued = { format: 1, time: later, host: thisHost, stage: 'training', resume: true, order: 1 } as const;
const launchOf = (
  process: Pick<LockHolder, 'host' | 'pid' | 'startTime'>,
  exit?: Partial<ProcessExit>,
): Launch => ({
  queued: undefined,
  process: { ...launched, ...process },
  exit: exit && { time: later, pid: process.pid, code: null, signal: null, ...exit },
  killed: undefined,
  job: undefined,
});
const killed = (process: { readonly host: string; readonly pid: number }, launch: Launch): Launch => ({
  ...launch,
  killed: { time: later, host: process.host, pid: process.pid },
});
const endedAtOnce = 'stopped: It was ended at once, without a checkpoint.';

test.each<[string, Status | undefined, LockHolder | undefined, Launch, readonly string[], string]>([
  ['is queued', undefined, undefined, { ...launchOf(own), queued }, [], 'queued'],
  ['is queued to resume', by(dead, 'stopped', 'x'), undefined, { ...launchOf(own), queued }, [], 'queued'],
  [
    'is queued on another host',
    undefined,
    undefined,
    { ...launchOf(own), queued: { ...queued, host: 'far' } },
    [],
    'queued: on far',
  ],
  [
    'was queued, but started from a terminal',
    by(own, 'running'),
    own,
    { ...launchOf(dead), queued },
    [],
    'running',
  ],
  ['was launched, without a status', undefined, undefined, launchOf(own), [], 'starting'],
  ['was launched again after a failure', by(dead, 'failed', 'x'), undefined, launchOf(own), [], 'starting'],
  ['was launched again after a crash', by(dead, 'running'), dead, launchOf(own), [], 'starting'],
  ['was launched and trains', by(own, 'running'), own, launchOf(own), [], 'running'],
  ['was launched and finished', by(own, 'finished'), undefined, launchOf(own), [], 'finished'],
  [
    'ended immediately with a message',
    undefined,
    undefined,
    launchOf(dead, { code: 3 }),
    ['a.yaml:1:1: error: no'],
    'failed: a.yaml:1:1: error: no',
  ],
  [
    'ended immediately without a message',
    undefined,
    undefined,
    launchOf(dead, { code: 3 }),
    [],
    'lost: its process ended with exit code 3',
  ],
  [
    'ended immediately for an unknown reason',
    undefined,
    undefined,
    launchOf(dead),
    [],
    'lost: its process ended before training started',
  ],
  // Windows reports exit code 1 and no signal.
  [
    'was ended by a person',
    by(dead, 'running'),
    dead,
    killed(dead, launchOf(dead, { code: 1 })),
    ['step 3'],
    endedAtOnce,
  ],
  [
    'was ended by a person while it started',
    undefined,
    undefined,
    killed(dead, launchOf(dead, { code: 1 })),
    ['warning'],
    endedAtOnce,
  ],
  [
    'was started from a terminal and ended by a person',
    by(dead, 'paused'),
    dead,
    killed(dead, { ...launchOf(dead), process: undefined }),
    [],
    endedAtOnce,
  ],
  ['was to be ended, but finished', by(dead, 'finished'), dead, killed(dead, launchOf(dead)), [], 'finished'],
  ['was ended before, and trains again', by(own, 'running'), own, killed(dead, launchOf(own)), [], 'running'],
  [
    'was ended before, and starts again',
    by(dead, 'running'),
    dead,
    killed(dead, launchOf(own)),
    [],
    'starting',
  ],
  [
    'was ended before, and crashed now',
    by(dead, 'running'),
    dead,
    killed(own, launchOf(dead, { code: 3 })),
    ['boom'],
    'lost: boom',
  ],
  [
    'was killed',
    by(dead, 'running'),
    dead,
    launchOf(dead, { signal: 'SIGKILL' }),
    ['step 3'],
    'lost: its process was killed (SIGKILL), by a person or because the system ran out of memory',
  ],
  [
    'crashed',
    by(dead, 'running'),
    dead,
    launchOf(dead, { signal: 'SIGABRT' }),
    ['heap out of memory'],
    'lost: its process crashed (SIGABRT): heap out of memory',
  ],
  [
    'was launched long ago, then killed in a terminal',
    { ...by(own, 'running'), time: new Date(now + 5000).toISOString() },
    dead,
    launchOf(dead, { code: 0 }),
    [],
    `lost: process ${dead.pid} on this host is gone`,
  ],
])('a run that %s', (_, status, lock, launch, lastOutput, expected) => {
  const { state, reason } = describeState({ status, lock, launch, lastOutput: () => lastOutput }, now);
  expect(reason === null ? state : `${state}: ${reason}`).toBe(expected);
});

const other = { pretraining: 'training', training: 'pretraining' } as const;

test.each(stages.map((stage) => [stage, other[stage]] as const))(
  'after a finished %s, the state is about the %s that was launched since',
  (finished, next) => {
    const status = { ...by(dead, 'finished'), stage: finished };
    const described = (launch: Launch, lock?: LockHolder) => {
      const { state, stage } = describeState({ status, lock, launch, lastOutput: () => ['no images'] }, now);
      return `${state} ${stage}`;
    };
    const launchedNext = (exit?: Partial<ProcessExit>): Launch => {
      const { process, ...rest } = launchOf(exit ? dead : own, exit);
      return { ...rest, process: process && { ...process, pid: exit ? dead.pid + 1 : own.pid, stage: next } };
    };
    expect(
      described({
        queued: undefined,
        process: undefined,
        exit: undefined,
        killed: undefined,
        job: undefined,
      }),
    ).toBe(`finished ${finished}`);
    expect(described({ ...launchedNext({ code: 0 }), queued: { ...queued, stage: next } })).toBe(
      `queued ${next}`,
    );
    expect(described(launchedNext())).toBe(`starting ${next}`);
    expect(described(launchedNext(), own)).toBe(`starting ${next}`);
    expect(described(launchedNext({ code: 3 }))).toBe(`failed ${next}`);
    const { process, ...again } = launchedNext({ code: 0 });
    expect(described({ ...again, process: process && { ...process, stage: finished } })).toBe(
      `finished ${finished}`,
    );
    expect(described(launchedNext({ signal: 'SIGKILL' }))).toBe(`lost ${next}`);
  },
);

const submitted = { format: 1, executor: 'slurm', profile: 'gpu', id: '7', stage: 'training' } as const;
const inJob: Launch = {
  queued: undefined,
  process: undefined,
  exit: undefined,
  killed: undefined,
  job: { ...submitted, time: new Date(now).toISOString() },
};
const before = new Date(now - 1000).toISOString();
const jobStart = { job: 'main/7', restarts: 0 };
const pending = { state: 'pending', reason: 'Priority' } as const;
const onNode = { state: 'running', nodes: 'n1' } as const;
const ended = { state: 'ended' } as const;

test.each<
  [string, Status | undefined, LockHolder | undefined, JobState | undefined, expected: string, open: boolean]
>([
  [
    'was never asked about',
    undefined,
    undefined,
    undefined,
    'unknown: the state of job 7 on gpu is not known',
    true,
  ],
  ['waits', undefined, undefined, pending, 'queued: on gpu: Priority', true],
  ['starts', undefined, undefined, onNode, 'starting: on gpu: n1', true],
  ['ended before training', undefined, undefined, ended, 'failed: no module cuda', true],
  [
    'waits to resume',
    { ...by(own, 'stopped'), time: before },
    undefined,
    pending,
    'queued: on gpu: Priority',
    true,
  ],
  ['is held by a live process', { ...by(own, 'running'), jobStart }, own, pending, 'running', false],
  ['has finished', { ...by(own, 'finished'), jobStart }, undefined, undefined, 'finished', false],
  [
    'has finished since it was last asked about',
    { ...by(own, 'finished'), jobStart },
    undefined,
    pending,
    'finished',
    false,
  ],
  [
    'finished earlier',
    { ...by(own, 'finished'), time: before },
    undefined,
    pending,
    'queued: on gpu: Priority',
    true,
  ],
  [
    'was stopped, and ends',
    { ...by(own, 'stopped', stoppedByScheduler), jobStart },
    undefined,
    onNode,
    `stopped: ${stoppedByScheduler}`,
    true,
  ],
  [
    'was stopped on request, where the scheduler does not answer',
    { ...by(own, 'stopped', 'On request.'), jobStart },
    undefined,
    undefined,
    'stopped: On request.',
    false,
  ],
  [
    'starts again',
    { ...by(own, 'stopped', stoppedAtLimit), jobStart },
    undefined,
    onNode,
    'starting: on gpu: n1',
    true,
  ],
  [
    'was stopped',
    { ...by(own, 'stopped', stoppedByScheduler), jobStart },
    undefined,
    ended,
    `stopped: ${stoppedByScheduler}`,
    true,
  ],
  [
    'was resumed in a terminal',
    { ...by(own, 'stopped'), time: new Date(now + 1).toISOString() },
    undefined,
    ended,
    'stopped',
    false,
  ],
  [
    'crashed',
    { ...by(dead, 'running'), jobStart },
    dead,
    ended,
    `lost: process ${dead.pid} on this host is gone`,
    true,
  ],
  [
    'runs elsewhere, with an old heartbeat',
    { ...by(elsewhere, 'running'), jobStart },
    { ...elsewhere, startTime: 5, heartbeat: now - 600_000 },
    onNode,
    'running',
    true,
  ],
])('a run of a job that %s', (_, status, lock, jobState, expected, open) => {
  const evidence = { status, lock, launch: inJob, jobState, lastOutput: () => ['no module cuda'] };
  const { state, reason } = describeState(evidence, now);
  expect(reason === null ? state : `${state}: ${reason}`).toBe(expected);
  expect(openJob(evidence, now)?.id).toBe(open ? '7' : undefined);
});

const alone = launchOf(dead);
const together: Launch = { ...alone, process: { ...launched, ...dead, next: 'training' } };
const inBoth = (state: Status['state']): Status => ({ ...by(dead, state), next: 'training' });

test.each<[string, Status | undefined, Launch | undefined, next: 'training' | null]>([
  ['nothing', undefined, undefined, null],
  ['one stage', by(dead, 'running'), alone, null],
  [
    'both stages that wait',
    undefined,
    { ...alone, queued: { ...queued, stage: 'pretraining', next: 'training' } },
    'training',
  ],
  ['one stage that waits, after both', inBoth('stopped'), { ...alone, queued }, null],
  ['both stages that were launched', undefined, together, 'training'],
  ['one stage that was launched, after both', { ...inBoth('stopped'), pid: 5 }, alone, null],
  ['both stages, killed in the first', inBoth('running'), undefined, 'training'],
  ['both stages, stopped in the first', inBoth('stopped'), undefined, 'training'],
  ['both stages, failed in the first', inBoth('failed'), undefined, 'training'],
  ['both stages, killed in the second', { ...by(dead, 'running'), stage: 'training' }, together, null],
])('what follows the stage of %s', (_, status, launch, next) => {
  expect(describeState({ status, lock: undefined, launch, lastOutput: () => [] }, now).next).toBe(next);
});
