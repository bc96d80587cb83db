import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isCount, isNumber, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import { type CommandPrograms, nodeEnvironment } from '../command/programs.ts';
import { parseObject } from '../command/run-command.ts';
import type { ImageQuery } from '../protocol/comparison.ts';

/** What a preview is asked for; `trainer/cli/preview.ts` says what each means. */
export interface PreviewRequest {
  readonly image: ImageQuery;
  readonly scale: number | null;
  readonly models: readonly { readonly paths: readonly string[]; readonly alpha: number }[];
  readonly results: readonly string[];
  readonly lr: string | null;
  readonly bicubic: string | null;
  readonly hr: string | null;
}

/** What it made: the size of the results in pixels. */
export interface PreviewDone {
  readonly width: number;
  readonly height: number;
  readonly milliseconds: number;
}

/** A resident `esrgan preview`, which answers one request after another and keeps its models and engine between them. */
export interface PreviewChild {
  /** Rejects with the command's own message; with `interrupted` once it was closed. */
  ask(request: PreviewRequest, onProgress?: (done: number, total: number) => void): Promise<PreviewDone>;
  /** Ends it at once. */
  close(): void;
}

const isProgress = isObject<{ id: number; event: 'progress'; done: number; total: number }>({
  id: isCount,
  event: isOneOf(['progress']),
  done: isCount,
  total: isCount,
});
const isDone = isObject<{ id: number; event: 'done' } & PreviewDone>({
  id: isCount,
  event: isOneOf(['done']),
  width: isCount,
  height: isCount,
  milliseconds: isNumber,
});
const isFailure = isObject<{ id: number; event: 'failed'; message: string }>({
  id: isCount,
  event: isOneOf(['failed']),
  message: isString,
});

interface Waiting {
  readonly onProgress: ((done: number, total: number) => void) | undefined;
  readonly resolve: (done: PreviewDone) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the process on an engine; `onEnd` hears when it ended, however that came. */
export function startPreview(
  { node, esrgan }: CommandPrograms,
  engine: string,
  onEnd: () => void,
): PreviewChild {
  const child = spawn(node, [esrgan, 'preview', '--engine', engine], {
    env: nodeEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let isClosed = false;
  let said = '';

  function hear(line: string): void {
    const event = parseObject(line);
    if (isProgress(event)) waiting.get(event.id)?.onProgress?.(event.done, event.total);
    else if (isDone(event)) take(event.id)?.resolve(event);
    else if (isFailure(event)) take(event.id)?.reject(new WorkbenchError('data', event.message));
  }

  function take(id: number): Waiting | undefined {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  }

  function end(reason: string): void {
    const error = isClosed
      ? new WorkbenchError('interrupted', 'The preview was closed.')
      : new WorkbenchError('internal', `\`esrgan preview\` ended: ${said.trim() || reason}`);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    isClosed = true;
    onEnd();
  }

  createInterface({ input: child.stdout }).on('line', hear);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  // A process that has ended does not take what is written to it; `close` tells of it.
  child.stdin.on('error', () => undefined);
  child.once('error', ({ message }) => end(message));
  child.once('close', (code, signal) => {
    if (!isClosed || waiting.size > 0) end(signal ?? `exit code ${code}`);
  });
  return {
    ask: (request, onProgress) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new WorkbenchError('interrupted', 'The preview was closed.'));
          return;
        }
        count++;
        waiting.set(count, { onProgress, resolve, reject });
        child.stdin.write(`${JSON.stringify({ id: count, ...request })}\n`);
      }),
    close() {
      if (isClosed) return;
      isClosed = true;
      child.kill('SIGTERM');
      end('');
    },
  };
}
