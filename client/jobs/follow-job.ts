import { type CancellationToken, type Disposable, l10n } from 'vscode';
import type { Job } from '../../server/protocol/jobs.ts';
import type { ServerLink } from '../server/server-link.ts';

/** A job of the server. */
interface FollowedJob {
  /** Calls back when the job has changed. */
  onChange(listener: (job: Job) => void): Disposable;
  /** Calls back when the server has restarted, which ends its jobs. */
  onRestart(listener: () => void): Disposable;
  cancel(): Promise<unknown>;
}

/** A job by its id. */
export function jobOf(link: ServerLink, id: string): FollowedJob {
  return {
    onChange: (listener) =>
      link.onNotification('esrgan/jobChanged', (changed) => {
        if (changed.job === id) listener(changed);
      }),
    onRestart: link.onDidStart,
    cancel: () => link.request('esrgan/cancelJob', { job: id }),
  };
}

/**
 * Reports the progress of a job, with a text for each change. Resolves to how it ended; rejects with why it failed.
 */
export async function followJob(
  job: FollowedJob,
  textOf: (job: Job) => string,
  report: (progress: { readonly message: string; readonly increment: number }) => void,
  token: Pick<CancellationToken, 'onCancellationRequested' | 'isCancellationRequested'>,
): Promise<'finished' | 'cancelled'> {
  let percent = 0;
  let listeners: readonly Disposable[] = [];
  try {
    return await new Promise((resolve, reject) => {
      const cancel = () => {
        job.cancel().catch(reject);
      };
      listeners = [
        job.onChange((changed) => {
          if (changed.state === 'failed') reject(new Error(changed.message ?? changed.detail));
          else if (changed.state === 'finished' || changed.state === 'cancelled') resolve(changed.state);
          else {
            const reached = jobPercent(changed);
            report({ message: textOf(changed), increment: reached - percent });
            percent = reached;
          }
        }),
        job.onRestart(() => reject(new Error(l10n.t('The work was interrupted. Start it again.')))),
        token.onCancellationRequested(cancel),
      ];
      if (token.isCancellationRequested) cancel();
    });
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}

/** Progress of a job in percent; 0 while its size is not known. */
export function jobPercent({ done, total }: Pick<Job, 'done' | 'total'>): number {
  return total === null || total === 0 ? 0 : Math.min((100 * done) / total, 100);
}
