import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { nodeEnvironment, type Programs } from '../experiments/start.ts';

/** How long a process may take to end after it was asked to, in milliseconds. */
const patience = 20_000;

/** Lines of what a command said that stand in the message of its failure. */
const lastLines = 10;

/**
 * Runs the command `esrgan` with these words in a folder; `onEvent` hears each line of its output or standard
 * error that is a JSON object. The child ends with this process: it hears that their channel closes.
 *
 * @returns what it printed
 * @throws WorkbenchError `interrupted` where `signal` ended it, `internal` with its own words where it failed
 */
export async function runCommand(
  { node, esrgan }: Pick<Programs, 'node' | 'esrgan'>,
  words: readonly string[],
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: (event: object) => void },
): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(node, [esrgan, ...words], {
    env: nodeEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    windowsHide: true,
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the child has no pipes');
  const said: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    const event = parseObject(line);
    if (event === undefined) said.push(line);
    else onEvent(event);
  });
  createInterface({ input: stdout }).on('line', (line) => {
    const event = parseObject(line);
    if (event !== undefined) onEvent(event);
  });
  let printed = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  let force: NodeJS.Timeout | undefined;
  const stop = () => {
    // Windows knows no request to end but this; commands that have something to clear away hear it everywhere.
    if (child.connected) child.disconnect();
    if (process.platform !== 'win32') child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), patience);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code, ended] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...how) => resolve(how));
      // One that was cut off from its channel is never reported as closed.
      child.once('exit', (...how) => {
        if (signal.aborted) resolve(how);
      });
    });
    if (signal.aborted) throw new WorkbenchError('interrupted', 'It was cancelled.');
    if (code === 0) return printed;
    const reason =
      said.slice(-lastLines).join('\n') ||
      (ended === null ? `exit code ${code}` : `it was ended by ${ended}`);
    throw new WorkbenchError('internal', reason);
  } finally {
    clearTimeout(force);
    signal.removeEventListener('abort', stop);
  }
}

/** A line as an object; undefined where it is something else. */
export function parseObject(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
