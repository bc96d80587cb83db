import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { acquireLock, acquireRunLock, readLock, whyStale } from '../../../../trainer/runs/lock.ts';
import { isProcessAlive, processStartTime, thisHost } from '../../../../trainer/runs/processes.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { bundleScript } from './bundle-script.ts';
import { temporaryRun } from './temporary-run.ts';

const ownStart = processStartTime(process.pid);

/** A process id that no process has: above Linux's maximum. */
const noPid = 2 ** 22 + 1;

/** Writes a lock whose last heartbeat is `age` seconds old. */
function holdAs(paths: RunPaths, host: string, pid: number, startTime: number, age: number): void {
  rmSync(paths.lock, { recursive: true, force: true });
  mkdirSync(paths.lock);
  const file = join(paths.lock, `held.${host}.${pid}.${startTime}`);
  writeFileSync(file, '');
  const time = Date.now() / 1000 - age;
  utimesSync(file, time, time);
}

test('taken, held, released, taken again: always one file', () => {
  const paths = temporaryRun();
  expect(readLock(paths)).toBeUndefined();
  const lock = acquireLock(paths);
  expect(readLock(paths)).toMatchObject({ host: thisHost, pid: process.pid, startTime: ownStart });
  expect(readdirSync(paths.lock)).toEqual([`held.${thisHost}.${process.pid}.${ownStart}`]);
  expect(() => acquireLock(paths)).toThrow(
    `Run run (${paths.root}) is being written by process ${process.pid} on this host`,
  );
  lock.touch();
  lock.release();
  expect(readLock(paths)).toBeUndefined();
  expect(readdirSync(paths.lock)).toEqual(['free']);
  acquireLock(paths).release();
});

test.each<[string, host: string, pid: number, start: number, age: number, stale: boolean]>([
  ['this process', thisHost, process.pid, ownStart, 0, false],
  ['this process, without a heartbeat for long', thisHost, process.pid, ownStart, 3600, false],
  ['a process whose start is unknown, with a heartbeat', thisHost, process.pid, 0, 170, false],
  ['a process whose start is unknown, without one', thisHost, process.pid, 0, 190, true],
  ['another process of this id', thisHost, process.pid, ownStart + 1, 0, process.platform === 'linux'],
  ['a process that is gone', thisHost, noPid, 5, 0, true],
  ['another host, alive', 'gpu-7.example.org', noPid, 5, 30, false],
  ['another host, ahead in time', 'gpu-7.example.org', noPid, 5, -3600, false],
  ['another host, without a heartbeat for a while', 'gpu-7.example.org', noPid, 5, 170, false],
  ['another host, without a heartbeat', 'gpu-7.example.org', noPid, 5, 190, true],
  ['the same name, other processes', `${thisHost}~4026532999`, noPid, 5, 30, false],
])('%s', (_, host, pid, startTime, age, stale) => {
  const paths = temporaryRun();
  holdAs(paths, host, pid, startTime, age);
  const holder = readLock(paths);
  expect(holder).toMatchObject({ host, pid, startTime });
  expect(whyStale(holder!, Date.now()) !== undefined).toBe(stale);
  if (stale) {
    acquireLock(paths).touch();
    expect(readLock(paths)).toMatchObject({ host: thisHost, pid: process.pid });
    expect(Date.now() - readLock(paths)!.heartbeat).toBeLessThan(60_000);
  } else {
    expect(() => acquireLock(paths)).toThrow(
      `is being written by process ${pid} on ${host === thisHost ? 'this host' : host}`,
    );
    expect(readLock(paths)).toMatchObject({ host, pid, startTime });
  }
});

test.each<[string, (paths: RunPaths) => void, RegExp]>([
  [
    'another process took it over',
    (paths) => holdAs(paths, 'gpu-7', 12, 5, 0),
    /process 12 on gpu-7 took it over.*It writes nothing more/,
  ],
  [
    'it was released',
    (paths) => renameSync(join(paths.lock, readdirSync(paths.lock)[0]!), join(paths.lock, 'free')),
    /its lock was deleted/,
  ],
  ['it was deleted', (paths) => rmSync(paths.lock, { recursive: true }), /its lock was deleted/],
])('a holder whose lock is lost learns it from every use: %s', (_, lose, message) => {
  const paths = temporaryRun();
  const lock = acquireLock(paths);
  lock.assertHeld();
  lose(paths);
  for (const use of [lock.assertHeld, lock.touch, lock.release]) expect(use).toThrow(message);
});

describe('the lock of a holder on another host', () => {
  const stop = new AbortController().signal;
  const file = (paths: RunPaths) => join(paths.lock, 'held.gpu-7.12.5');

  /** Acquires the lock; `onLook` is called instead of each wait, with its number. */
  async function acquire(
    paths: RunPaths,
    onLook: (look: number) => void = () => {},
    options: Partial<Parameters<typeof acquireRunLock>[1]> = {},
  ) {
    let looks = 0;
    const lines: string[] = [];
    const error = await acquireRunLock(paths, {
      onWait: (line) => lines.push(line),
      stop,
      ...options,
      wait: async () => onLook(++looks),
    }).then(
      () => undefined,
      (caught: unknown) => String(caught),
    );
    return { looks, lines, error };
  }

  test.each([-7200, -120, 0, 120, 7200])(
    'is not taken while its heartbeat changes, with a clock %i s behind',
    async (age) => {
      const paths = temporaryRun();
      holdAs(paths, 'gpu-7', 12, 5, age);
      const beat = (look: number) => look === 60 && utimesSync(file(paths), look, look);
      const { looks, lines, error } = await acquire(paths, beat);
      expect(looks).toBe(60);
      expect(lines).toEqual([expect.stringMatching(/process 12 on gpu-7\. Waiting up to 3 min/)]);
      expect(error).toContain('is being written by process 12 on gpu-7');
      expect(readLock(paths)).toMatchObject({ host: 'gpu-7', pid: 12 });
    },
  );

  test.each([-7200, 0, 7200])(
    'is taken after 90 looks without a change, with a clock %i s behind',
    async (age) => {
      const paths = temporaryRun();
      holdAs(paths, 'gpu-7', 12, 5, age);
      const { looks, error } = await acquire(paths);
      expect([looks, error]).toEqual([90, undefined]);
      expect(readLock(paths)).toMatchObject({ host: thisHost, pid: process.pid });
    },
  );

  test('is taken when it is released', async () => {
    const paths = temporaryRun();
    holdAs(paths, 'gpu-7', 12, 5, 0);
    const release = (look: number) => look === 3 && renameSync(file(paths), join(paths.lock, 'free'));
    expect(await acquire(paths, release)).toMatchObject({ looks: 3, error: undefined });
    expect(readLock(paths)).toMatchObject({ pid: process.pid });
  });

  test('that another process takes in the meantime is watched again', async () => {
    const paths = temporaryRun();
    holdAs(paths, 'gpu-7', 12, 5, 0);
    const { lines, error } = await acquire(paths, (look) => {
      if (look === 5) holdAs(paths, 'gpu-8', 13, 6, 0);
      if (look === 7) holdAs(paths, 'gpu-8', 13, 6, 9);
    });
    expect(lines).toHaveLength(2);
    expect(error).toContain('is being written by process 13 on gpu-8');
  });

  test('is waited for while it is alive, if there is patience', async () => {
    const paths = temporaryRun();
    holdAs(paths, 'gpu-7', 12, 5, 0);
    const beat = (look: number) => look % 50 === 0 && utimesSync(file(paths), look, look);
    const { looks, error } = await acquire(paths, beat, { patience: 300_000 });
    expect(looks).toBe(150);
    expect(error).toContain('is being written by process 12 on gpu-7');
  });

  test('is taken 90 looks after its last heartbeat, if there is patience', async () => {
    const paths = temporaryRun();
    holdAs(paths, 'gpu-7', 12, 5, 0);
    const beat = (look: number) => look === 50 && utimesSync(file(paths), look, look);
    expect(await acquire(paths, beat, { patience: 300_000 })).toMatchObject({ looks: 140, error: undefined });
  });

  test('is taken at once if the holder is known to be dead', async () => {
    const paths = temporaryRun();
    holdAs(paths, 'gpu-7', 12, 5, 0);
    const isDead = ({ pid }: { pid: number }) => pid === 12;
    expect(await acquire(paths, () => {}, { isDead })).toMatchObject({ looks: 0, error: undefined });
  });

  test('is not taken after a stop', async () => {
    const paths = temporaryRun();
    holdAs(paths, 'gpu-7', 12, 5, 0);
    const controller = new AbortController();
    const { error } = await acquire(paths, () => controller.abort(), { stop: controller.signal });
    expect(error).toContain('is being written by process 12 on gpu-7');
  });
});

test.each([
  ['nothing', []],
  ['an unfinished lock', ['.tmp-lock-1']],
  ['other files', ['held.', 'held.host', 'held.host.x.1', 'notes.txt']],
])('a lock folder with %s is not a lock', (_, names) => {
  const paths = temporaryRun();
  mkdirSync(paths.lock);
  for (const name of names) writeFileSync(join(paths.lock, name), '');
  expect(readLock(paths)).toBeUndefined();
});

test('an empty lock folder is repaired', () => {
  const paths = temporaryRun();
  mkdirSync(paths.lock);
  acquireLock(paths);
  expect(readLock(paths)?.pid).toBe(process.pid);
});

test.runIf(process.platform === 'linux')('a zombie does not hold a lock', async () => {
  // The shell's child ends immediately, and the shell does not wait for it until its own input ends.
  const shell = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(shell.stdout), 'line');
  const pid = Number(line);
  while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await new Promise(setImmediate);
  const alive = isProcessAlive(pid, 0);
  shell.stdin.end();
  await once(shell, 'close');
  expect(alive).toBe(false);
});

interface Contender {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

test('exactly one of many processes takes over a dead lock', async () => {
  const script = bundleScript('lock-contender.ts');
  const paths = temporaryRun();
  for (let round = 0; round < 5; round++) {
    // Round 0: no lock. Later: the winner of the previous round is dead.
    const contenders: Contender[] = Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, [script, paths.root], { stdio: ['pipe', 'pipe', 'inherit'] });
      const lines: Interface = createInterface(child.stdout);
      return { child, lines: lines[Symbol.asyncIterator]() };
    });
    for (const { lines } of contenders) expect((await lines.next()).value).toBe('ready');
    for (const { child } of contenders) child.stdin?.write('go\n');
    const answers = await Promise.all(
      contenders.map(async ({ lines }) => String((await lines.next()).value)),
    );
    expect(answers.filter((answer) => answer === 'won')).toHaveLength(1);
    const winner = contenders[answers.indexOf('won')]!.child;
    expect(readLock(paths)?.pid).toBe(winner.pid);
    for (const answer of answers)
      expect(answer).toMatch(
        /^won$|^lost: (Run run .* is being written by process|The lock of run run was released)/,
      );
    const ends = contenders.map(({ child }) => once(child, 'close'));
    for (const { child } of contenders) child.stdin?.end();
    await Promise.all(ends);
  }
  expect(readdirSync(paths.lock)).toHaveLength(1);
});
