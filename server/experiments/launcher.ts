/**
 * A program of its own, which starts a trainer so that nothing that befalls the server befalls the trainer. An
 * editor that ends its server ends all processes that descend from it. So this program starts itself a second
 * time, in a session of its own, and ends: what is left has no ancestor in common with the server. The second one
 * starts the trainer, waits for it, and records how it ended, which no other process can find out; it reports that to the
 * webhook of the settings. It also starts the mirror of the run, and does not care what becomes of it.
 *
 * `node launcher.js <LauncherArguments as JSON>`. The first one ends with exit code 0 once the trainer runs, otherwise
 * with a message on standard error.
 */

import { fork, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { retrySync } from '../../trainer/files/change-files.ts';
import { workingFolder } from '../../trainer/files/paths.ts';
import { openToAppend } from '../../trainer/files/regular-file.ts';
import {
  type Guard,
  isCount,
  isList,
  isNullable,
  isObject,
  isOneOf,
  isOptional,
  isString,
} from '../../trainer/guards/guards.ts';
import { watchRun } from '../../trainer/notify/run-reporter.ts';
import { takeNotifySettings } from '../../trainer/notify/settings.ts';
import { patientPauses } from '../../trainer/notify/webhook.ts';
import { stages } from '../../trainer/run-state/run-state.ts';
import { launchPaths, recordExit, recordProcess } from '../../trainer/runs/launch.ts';
import { type RunPaths, runPaths } from '../../trainer/runs/run-directory.ts';
import type { LauncherArguments } from './start.ts';

const isArguments: Guard<LauncherArguments> = isObject<LauncherArguments>({
  root: isString,
  stage: isOneOf(stages),
  next: isOptional(isOneOf(stages)),
  device: isOptional(isCount),
  program: isString,
  train: isNullable(isList(isString)),
  mirror: isNullable(isList(isString)),
});

const second = '--second';
const words = process.argv.slice(2);
if (words[0] === second) watchOver(parseArguments(words[1]));
else startSecond();

function startSecond(): void {
  const child = fork(fileURLToPath(import.meta.url), [second, ...words], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.once('message', (problem) => {
    child.removeAllListeners();
    child.unref();
    if (problem !== '') fail(String(problem));
  });
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}`));
}

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}

function watchOver({ root, stage, next, device, program, train, mirror }: LauncherArguments): void {
  const run = runPaths(root);
  if (train === null) {
    if (mirror !== null) startMirror(run, program, mirror);
    report('');
    return;
  }
  // The trainer gets no address: what both notified of would come twice.
  const notify = takeNotifySettings(process.env);
  // No process is left to hear of a report that is not delivered.
  const watch = notify && watchRun(run, notify, patientPauses, () => {});
  const output = retrySync(() => openToAppend(launchPaths(run).output));
  const trainer = spawn(program, train, {
    // Files that the trainer writes to its working directory belong to the runs.
    cwd: workingFolder(dirname(run.root)),
    stdio: ['ignore', output, output],
    windowsHide: true,
  });
  trainer.once('error', (error) => {
    watch?.stop();
    report(error.message);
  });
  trainer.once('spawn', () => {
    recordProcess(run, { pid: pidOf(trainer.pid), stage, next, device });
    if (mirror !== null) startMirror(run, program, mirror);
    report('');
  });
  trainer.once('exit', (code, signal) => {
    try {
      recordExit(run, { pid: pidOf(trainer.pid), code, signal });
    } catch {
      // The run directory is gone or the disk is full: no process is left to report it to.
    }
    void watch?.end();
  });
}

/** Reports to the first process that the trainer runs (an empty text) or what failed, and disconnects from it. */
function report(problem: string): void {
  process.send?.(problem, () => {
    if (process.connected) process.disconnect();
  });
}

function pidOf(pid: number | undefined): number {
  if (pid === undefined) throw new Error('a process that was started has an id');
  return pid;
}

function parseArguments(text = ''): LauncherArguments {
  const value: unknown = JSON.parse(text);
  if (!isArguments(value)) throw new Error(`not what a launcher starts: ${text}`);
  return value;
}

/**
 * Starts the mirror, whatever becomes of it. It reports to the run directory; its output would be a file that prevents
 * the deletion of the run on Windows.
 */
function startMirror({ root }: RunPaths, program: string, args: readonly string[]): void {
  try {
    const options = {
      cwd: workingFolder(dirname(root)),
      detached: true,
      // Node.js uses a proxy only if it is told to.
      env: { ...process.env, NODE_USE_ENV_PROXY: '1' },
      stdio: 'ignore',
      windowsHide: true,
    } as const;
    const child = spawn(program, args, options);
    child.once('error', () => {});
    child.unref();
  } catch {
    // The system has no processes left, or a setting is no argument.
  }
}
