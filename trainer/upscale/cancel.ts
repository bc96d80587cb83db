import { WorkbenchError } from '../errors/errors.ts';

/**
 * Starts work and waits for its result, or rejects with an `interrupted` error as soon as the signal aborts. The work
 * itself continues in the background then.
 */
export async function unlessCancelled<T>(
  signal: AbortSignal | undefined,
  start: () => Promise<T>,
): Promise<T> {
  const cancelled = () => new WorkbenchError('interrupted', 'The upscaling was cancelled.');
  if (signal?.aborted) throw cancelled();
  let cancel = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    cancel = () => reject(cancelled());
    signal?.addEventListener('abort', cancel, { once: true });
  });
  try {
    return await Promise.race([start(), interrupted]);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
