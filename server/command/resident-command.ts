import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { type Guard, isCount, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import { type CommandPrograms, commandOptions } from './programs.ts';
import { parseObject } from './run-command.ts';

/** A process of the command `esrgan` that answers requests on its standard input, one JSON object per line. */
export interface ResidentCommand<Request, Done> {
  /** Rejects with the command's own message, or with `interrupted` after `close`. */
  send(request: Request, onProgress?: (done: number, total: number) => void): Promise<Done>;
  /** Ends the process. */
  close(): void;
}

interface PendingRequest<Done> {
  readonly onProgress: ((done: number, total: number) => void) | undefined;
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

const isProgress = isObject({ id: isCount, event: isOneOf(['progress']), done: isCount, total: isCount });
const isFailed = isObject({ id: isCount, event: isOneOf(['failed']), message: isString });

/**
 * Starts `esrgan` with these arguments; the first one names it in messages.
 *
 * @param isDone whether a line of the output is the result of the request with its `id`
 * @param onEnd called once when the process has ended for any reason
 */
export function startResident<Request extends object, Done extends { readonly id: number }>(
  { node, esrgan }: CommandPrograms,
  args: readonly [string, ...string[]],
  isDone: Guard<Done>,
  onEnd: () => void,
): ResidentCommand<Request, Done> {
  const child = spawn(node, [esrgan, ...args], {
    ...commandOptions(),
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('the child has no pipes');
  const pending = new Map<number, PendingRequest<Done>>();
  let count = 0;
  let isClosed = false;
  let errors = '';
  const closed = () => new WorkbenchError('interrupted', 'The preview was closed.');

  function onLine(line: string): void {
    const event = parseObject(line);
    if (isProgress(event)) {
      pending.get(event.id)?.onProgress?.(event.done, event.total);
      return;
    }
    const isEnd = isDone(event);
    if (!isEnd && !isFailed(event)) return;
    const request = pending.get(event.id);
    pending.delete(event.id);
    if (isEnd) request?.resolve(event);
    else request?.reject(new WorkbenchError('data', event.message));
  }

  function end(reason: string): void {
    const error = isClosed
      ? closed()
      : new WorkbenchError('internal', `\`esrgan ${args[0]}\` ended: ${errors.trim() || reason}`);
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
          reject(closed());
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
