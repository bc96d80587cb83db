import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import type { Guard } from '../../trainer/guards/guards.ts';
import { type CommandPrograms, commandOptions } from './programs.ts';

/** Milliseconds that a cancelled process has to end before it is killed. */
const gracePeriod = 20_000;

/** Lines of standard error that a message of failure quotes. */
const quotedLines = 10;

interface CommandOptions {
  /** Ends the process. */
  readonly signal?: AbortSignal;
  /** Receives each line of standard output or standard error that is a JSON object. */
  readonly onEvent?: (event: object) => void;
}

/**
 * Runs the command `esrgan` with these arguments. The child ends with this process, because their channel closes.
 *
 * @returns its standard output
 * @throws WorkbenchError `interrupted` when `signal` aborted, `internal` with its standard error when it failed
 */
export async function runCommand(
  { node, esrgan }: CommandPrograms,
  args: readonly string[],
  { signal, onEvent }: CommandOptions = {},
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(node, [esrgan, ...args], {
    ...commandOptions(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no pipes');
  const errors: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    const event = parseObject(line);
    if (event === undefined) errors.push(line);
    else onEvent?.(event);
  });
  if (onEvent !== undefined) {
    createInterface({ input: stdout }).on('line', (line) => {
      const event = parseObject(line);
      if (event !== undefined) onEvent(event);
    });
  }
  let output = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  let force: NodeJS.Timeout | undefined;
  const stop = () => {
    // A closed channel is the only request to end on Windows; commands that clean up handle it everywhere.
    if (child.connected) child.disconnect();
    if (process.platform !== 'win32') child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), gracePeriod);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const [code, killedBy] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...end) => resolve(end));
      // After `disconnect`, Node.js never emits `close`.
      child.once('exit', (...end) => {
        if (signal?.aborted) resolve(end);
      });
    });
    if (signal?.aborted) throw new WorkbenchError('interrupted', 'Cancelled.');
    if (code === 0) return output;
    const ending = killedBy === null ? `exit code ${code}` : `killed by ${killedBy}`;
    throw new WorkbenchError('internal', errors.slice(-quotedLines).join('\n') || ending);
  } finally {
    clearTimeout(force);
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * The JSON that the command `esrgan` prints.
 *
 * @throws WorkbenchError `internal`, naming the command, when it failed or printed something else
 */
export async function readCommandJson<T>(
  programs: CommandPrograms,
  args: readonly string[],
  isExpected: Guard<T>,
): Promise<T> {
  const output = await runCommand(programs, args).catch((error: unknown) => {
    throw new WorkbenchError('internal', `\`esrgan ${args.join(' ')}\` failed: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const value: unknown = JSON.parse(output);
  if (isExpected(value)) return value;
  throw unexpectedOutput(args[0] ?? '');
}

/** The error for output that this version of the server does not understand. */
export function unexpectedOutput(command: string): WorkbenchError {
  return new WorkbenchError(
    'internal',
    `\`esrgan ${command}\` printed the output of another version. Reinstall the extension.`,
  );
}

/** Parses a line as a JSON object; undefined for anything else. */
export function parseObject(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
