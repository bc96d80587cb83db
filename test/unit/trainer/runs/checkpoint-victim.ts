/**
 * Writes and prunes checkpoints in the run directory of its first argument, and kills itself (SIGKILL) before its n-th
 * call that changes the disk; n is the second argument. If that call is a write, it writes half of the bytes first. It
 * reports each checkpoint that is safe as `step:write`, and ends with `done` if it needs fewer than n calls.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { pruneCheckpoints, writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { recoverRun } from '../../../../trainer/runs/recover.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { filesOf, stateAt } from './checkpoint-fixture.ts';

const [root = '', killAt = ''] = process.argv.slice(2);
const paths = runPaths(root);
const write = fs.writeSync;
let callsLeft = Number(killAt);

function say(line: string): void {
  write(1, `${line}\n`);
}

/** Counts a call; at the last one it calls `before` and kills the process. */
function countDown(before: () => void = () => {}): void {
  callsLeft--;
  if (callsLeft > 0) return;
  before();
  process.kill(process.pid, 'SIGKILL');
}

const { mkdirSync, openSync, fsyncSync, renameSync, rmSync } = fs;
Object.assign(fs, {
  mkdirSync: (...call: Parameters<typeof mkdirSync>) => {
    countDown();
    return mkdirSync(...call);
  },
  openSync: (...call: Parameters<typeof openSync>) => {
    if (call[1] !== 'r') countDown();
    return openSync(...call);
  },
  writeSync: (file: number, bytes: Uint8Array, from: number) => {
    countDown(() => write(file, bytes, from, bytes.length >> 1));
    return write(file, bytes, from);
  },
  fsyncSync: (file: number) => {
    countDown();
    fsyncSync(file);
  },
  renameSync: (...call: Parameters<typeof renameSync>) => {
    countDown();
    renameSync(...call);
  },
  rmSync: (path: string, options: fs.RmOptions) => {
    if (!fs.existsSync(path)) return;
    // A folder is removed file by file; the kill may come after the first.
    countDown(() => {
      const [first] = fs.readdirSync(path);
      if (first !== undefined) rmSync(`${path}/${first}`, { recursive: true });
    });
    rmSync(path, options);
  },
});

const { rename, rm } = promises;
Object.assign(promises, {
  rename: (...call: Parameters<typeof rename>) => {
    countDown();
    return rename(...call);
  },
  rm: (path: string, options: fs.RmOptions) => {
    fs.rmSync(path, options);
    return rm(path, options);
  },
});

async function writeAndPrune(): Promise<void> {
  recoverRun(paths, new Map());
  for (const [step, writing] of [
    [1, 'a'],
    [2, 'b'],
    [2, 'c'],
    [3, 'd'],
  ] as const) {
    writeCheckpoint(paths, filesOf(writing), stateAt(step));
    say(`${step}:${writing}`);
    await pruneCheckpoints(paths, 'pretraining', 2, Number.POSITIVE_INFINITY);
  }
  say('done');
}

void writeAndPrune();
