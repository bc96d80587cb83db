import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { expect, test } from 'vitest';
import { acquireLock, readLock, whyStale } from '../../../../trainer/runs/lock.ts';
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
  ['this process, start unknown', thisHost, process.pid, 0, 3600, false],
  ['another process of this id', thisHost, process.pid, ownStart + 1, 0, process.platform === 'linux'],
  ['a process that is gone', thisHost, noPid, 5, 0, true],
  ['another host, alive', 'gpu-7.example.org', noPid, 5, 30, false],
  ['another host, ahead in time', 'gpu-7.example.org', noPid, 5, -3600, false],
  ['another host, without a heartbeat', 'gpu-7.example.org', noPid, 5, 90, true],
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

test('a holder that loses the lock fails at the next heartbeat', () => {
  const paths = temporaryRun();
  const lock = acquireLock(paths);
  holdAs(paths, 'gpu-7', 12, 5, 0);
  expect(() => lock.touch()).toThrow('is being written by process 12 on gpu-7');
  expect(() => lock.release()).toThrow('is being written by process 12 on gpu-7');
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
