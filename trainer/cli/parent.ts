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
