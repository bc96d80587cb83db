import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { killTrainer, requestFromTrainer } from '../../../../server/experiments/stop.ts';
import { launchPaths, recordProcess } from '../../../../trainer/runs/launch.ts';
import { readRun } from '../../../../trainer/runs/list.ts';
import { isSameProcess, processStartTime, thisHost } from '../../../../trainer/runs/processes.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryRun } from '../../trainer/runs/temporary-run.ts';

let other: ChildProcess;

beforeEach(async () => {
  other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(other, 'spawn');
});
afterEach(() => other.kill('SIGKILL'));

const pid = () => other.pid ?? 0;

/** A run whose lock names the other process. */
function runHeldBy(startTime: number): RunPaths {
  const paths = temporaryRun();
  mkdirSync(paths.lock, { recursive: true });
  writeFileSync(join(paths.lock, `held.${thisHost}.${pid()}.${startTime}`), '');
  writeFileSync(paths.status, '{}');
  return paths;
}

function read(paths: RunPaths) {
  const run = readRun(paths.root, Date.now());
  if (run === undefined) throw new Error(`${paths.root} is a run`);
  return run;
}

/** Renews the heartbeat at each look, or never. */
const looks = (paths: RunPaths, beats: boolean) => async () => {
  const [name = ''] = readdirSync(paths.lock);
  if (beats) utimesSync(join(paths.lock, name), 1, 1);
};

test('a process that cannot be proved to be the trainer is not ended', async () => {
  const paths = runHeldBy(0);
  await expect(killTrainer(read(paths), looks(paths, false))).rejects.toThrow(
    `Process ${pid()} was not ended: it may be another program`,
  );
  expect(other.signalCode).toBeNull();
  expect(existsSync(launchPaths(paths).killed)).toBe(false);
});

test.for([
  { title: 'its start time', startTime: () => processStartTime(pid()), beats: false },
  { title: 'its heartbeat', startTime: () => 0, beats: true },
])(
  'a trainer that is proved by $title is ended, and that is recorded',
  async ({ startTime, beats }, { skip }) => {
    const paths = runHeldBy(startTime());
    const isProved = beats || (await isSameProcess({ pid: pid(), startTime: startTime() }));
    skip(isProved === undefined, 'no PowerShell, as under Wine');
    const ended = once(other, 'exit');
    await killTrainer(read(paths), looks(paths, beats));
    await ended;
    expect(JSON.parse(readFileSync(launchPaths(paths).killed, 'utf8'))).toMatchObject({
      host: thisHost,
      pid: pid(),
    });
  },
);

test('a trainer that is starting gets requests in its name', () => {
  const paths = temporaryRun();
  mkdirSync(paths.launch);
  recordProcess(paths, { pid: pid(), stage: 'pretraining' });
  expect(read(paths).state.state).toBe('starting');
  expect(requestFromTrainer(read(paths), 'stop')).toBe(false);
  expect(requestFromTrainer(read(paths), 'stop')).toBe(true);
  expect(readFileSync(join(paths.control, 'stop'), 'utf8')).toBe(`${thisHost}.${pid()}\n`);
  expect(other.signalCode).toBeNull();
});
