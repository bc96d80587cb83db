import { type CancellationToken, type Disposable, l10n } from 'vscode';
import type { Job } from '../../server/protocol/jobs.ts';
import { downloadPercent, downloadText } from './download-labels.ts';

/** A job of the server. */
interface DownloadJob {
  /** Calls back when the job has changed. */
  onChange(listener: (job: Job) => void): Disposable;
  /** Calls back when the server has restarted, which ends its jobs. */
  onRestart(listener: () => void): Disposable;
  cancel(): Promise<unknown>;
}

/** Reports the progress of a download. Resolves when it has finished or was cancelled; rejects with why it failed. */
export async function followDownload(
  job: DownloadJob,
  report: (progress: { readonly message: string; readonly increment: number }) => void,
  token: Pick<CancellationToken, 'onCancellationRequested' | 'isCancellationRequested'>,
): Promise<void> {
  let percent = 0;
  let listeners: readonly Disposable[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = () => {
        job.cancel().catch(reject);
      };
      listeners = [
        job.onChange((changed) => {
          if (changed.state === 'failed') reject(new Error(changed.message ?? changed.detail));
          else if (changed.state === 'finished' || changed.state === 'cancelled') resolve();
          else {
            const reached = downloadPercent(changed);
            report({ message: downloadText(changed), increment: reached - percent });
            percent = reached;
          }
        }),
        job.onRestart(() => reject(new Error(l10n.t('The download was interrupted. Start it again.')))),
        token.onCancellationRequested(cancel),
      ];
      if (token.isCancellationRequested) cancel();
    });
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}
