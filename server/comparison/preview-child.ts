import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isPreviewEvent, type PreviewEvent, type PreviewRequest } from '../../trainer/cli-output/preview.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { type CommandPrograms, commandOptions } from '../command/programs.ts';
import { parseObject } from '../command/run-command.ts';

/** What `esrgan preview` writes: the size of the results in pixels. */
export type PreviewDone = Extract<PreviewEvent, { event: 'done' }>;

/** A running `esrgan preview`, which keeps its models and its engine from one request to the next. */
export interface PreviewChild {
  /** Rejects with the command's own message, or with `interrupted` after `close`. */
  send(
    request: Omit<PreviewRequest, 'id'>,
    onProgress?: (done: number, total: number) => void,
  ): Promise<PreviewDone>;
  /** Ends the process. */
  close(): void;
}

interface PendingRequest {
  readonly onProgress: ((done: number, total: number) => void) | undefined;
  readonly resolve: (done: PreviewDone) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the process on an engine; `onEnd` is called once when it has ended for any reason. */
export function startPreview(
  { node, esrgan }: CommandPrograms,
  engine: string,
  onEnd: () => void,
): PreviewChild {
  const child = spawn(node, [esrgan, 'preview', '--engine', engine], {
    ...commandOptions(),
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('the child has no pipes');
  const pending = new Map<number, PendingRequest>();
  let count = 0;
  let isClosed = false;
  let errors = '';

  function onLine(line: string): void {
    const event = parseObject(line);
    if (!isPreviewEvent(event)) return;
    const request = pending.get(event.id);
    if (event.event === 'progress') {
      request?.onProgress?.(event.done, event.total);
      return;
    }
    pending.delete(event.id);
    if (event.event === 'done') request?.resolve(event);
    else request?.reject(new WorkbenchError('data', event.message));
  }

  function end(reason: string): void {
    const error = isClosed
      ? new WorkbenchError('interrupted', 'The preview was closed.')
      : new WorkbenchError('internal', `\`esrgan preview\` ended: ${errors.trim() || reason}`);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    isClosed = true;
    onEnd();
  }

  createInterface({ input: stdout }).on('line', onLine);
  stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  // Writing to a process that has ended is an error; `close` handles the end.
  stdin.on('error', () => undefined);
  child.once('error', ({ message }) => end(message));
  child.once('close', (code, signal) => {
    if (!isClosed || pending.size > 0) end(signal ?? `exit code ${code}`);
  });
  return {
    send: (request, onProgress) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new WorkbenchError('interrupted', 'The preview was closed.'));
          return;
        }
        count++;
        pending.set(count, { onProgress, resolve, reject });
        stdin.write(`${JSON.stringify({ id: count, ...request })}\n`);
      }),
    close() {
      if (isClosed) return;
      isClosed = true;
      // On Windows a signal would end it in the middle of a file. It ends once their channel is closed.
      if (child.connected) child.disconnect();
      end('');
    },
  };
}
