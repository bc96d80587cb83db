import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../../../dist/esrgan.js', import.meta.url));

/** What a command said and how it ended. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines of standard output that are JSON objects. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
  /** The first event that `matches`; rejects when the command ends without one. */
  event(matches: (event: Readonly<Record<string, unknown>>) => boolean): Promise<void>;
}

/** Without what ONNX Runtime says under Wine, which has no DirectX. */
function withoutWine(text: string): string {
  return text.replace(/^Failed to create DXGI factory\.\r?\n/m, '');
}

/** Starts the built command, as a person would. */
export function start(...args: string[]): Running {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const errors: string[] = [];
  const events: Record<string, unknown>[] = [];
  const waiting: {
    matches: (event: Record<string, unknown>) => boolean;
    resolve: () => void;
    reject: (e: Error) => void;
  }[] = [];
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => {
    lines.push(line);
    if (!line.startsWith('{')) return;
    const event: Record<string, unknown> = JSON.parse(line);
    events.push(event);
    for (const waiter of waiting) if (waiter.matches(event)) waiter.resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const outcome = Promise.all([once(child, 'close'), once(output, 'close')]).then(() => {
    const result = {
      code: child.exitCode,
      stdout: lines.join('\n'),
      stderr: withoutWine(errors.join('')),
      events,
    };
    for (const waiter of waiting) waiter.reject(new Error(`It ended first: ${result.stderr}`));
    return result;
  });
  return {
    child,
    outcome,
    event: (matches) =>
      new Promise((resolve, reject) => {
        if (events.some(matches)) resolve();
        else waiting.push({ matches, resolve, reject });
      }),
  };
}

/** Runs the built command to its end. */
export function run(...args: string[]): Promise<Outcome> {
  return start(...args).outcome;
}
