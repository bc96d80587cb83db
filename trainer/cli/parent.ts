import { exitCodes } from '../errors/errors.ts';

/**
 * Ends this process when it is asked to, and when the program that started it as a child with a channel is gone.
 * Between two turns of the event loop: what is being written in one of them is written whole.
 */
export function endWithParent(): void {
  const end = () => process.exit(exitCodes.interrupted);
  process.once('SIGTERM', end);
  process.once('disconnect', end);
  // Hearing of it is no reason to stay.
  process.channel?.unref();
}

/**
 * A signal that aborts on the first Ctrl-C or request to end (a second one ends the process as usual), and when the
 * program that started this one as a child with a channel ends. `release` it, or its listeners keep the process alive.
 */
export function cancelOnRequest(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const cancel = () => controller.abort();
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;
  for (const event of events) process.once(event, cancel);
  return {
    signal: controller.signal,
    release() {
      for (const event of events) process.off(event, cancel);
    },
  };
}
