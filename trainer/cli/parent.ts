import { exitCodes } from '../errors/errors.ts';

/**
 * Ends this process on SIGTERM, and when the parent process ends and closes the IPC channel. It ends between turns of the
 * event loop, so that synchronous writes are complete.
 */
export function endWithParent(): void {
  const end = () => process.exit(exitCodes.interrupted);
  process.once('SIGTERM', end);
  process.once('disconnect', end);
  if (hasParentEnded()) end();
  // The channel must not keep the process alive.
  process.channel?.unref();
}

/**
 * A signal that aborts on the first Ctrl-C or SIGTERM (a second one ends the process as usual), and when the parent
 * process ends. Call `release` at the end, because its listeners keep the process alive.
 */
export function cancelOnRequest(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const cancel = () => controller.abort();
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const;
  for (const event of events) process.once(event, cancel);
  if (hasParentEnded()) cancel();
  return {
    signal: controller.signal,
    release() {
      for (const event of events) process.off(event, cancel);
    },
  };
}

/** Whether the channel to the parent process closed before anyone listened: modules load for a while. */
function hasParentEnded(): boolean {
  // It is undefined without a channel.
  return process.connected === false;
}
