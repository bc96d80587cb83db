import { WorkbenchError } from '../errors/errors.ts';

/**
 * What `start` promises, or an `interrupted` error as soon as the signal asks for one. Work that cannot be stopped
 * then ends by itself; nobody waits for it.
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
