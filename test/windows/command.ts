import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A program whose output goes to a file: Wine's pipes lose some of it. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves with the exit code and the output once it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

export function start(program: string, args: readonly string[], cwd = process.cwd()): Program {
  const path = join(mkdtempSync(join(tmpdir(), 'esrgan-output-')), 'output.txt');
  const output = openSync(path, 'w');
  const child = spawn(program, args, { cwd, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = once(child, 'exit').then(() => ({
    code: child.exitCode,
    output: readFileSync(path, 'utf8'),
  }));
  return { child, ended };
}

const command = resolve('dist/esrgan.js');

/** Starts the built command `esrgan`. */
export function esrgan(cwd: string, ...args: string[]): Program {
  return start(process.execPath, [command, ...args], cwd);
}
