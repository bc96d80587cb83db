import {
  type CancellationToken,
  type Disposable,
  l10n,
  type Progress,
  ProgressLocation,
  window,
} from 'vscode';
import type { DownloadTarget } from '../../server/protocol/downloads.ts';
import type { ServerLink } from '../server/server-link.ts';
import { downloadPercent, downloadText } from './download-labels.ts';

/**
 * Downloads an item in a job of the server, with a notification that shows the progress and can cancel. Rejects with the
 * message of the job if it fails.
 */
export async function runDownload(link: ServerLink, target: DownloadTarget): Promise<void> {
  const title =
    target.archives === null ? l10n.t('Downloading {0}', target.name) : l10n.t('Unpacking {0}', target.name);
  await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const { job } = await link.request('esrgan/download', target);
      await endOf(job, link, progress, token);
    },
  );
}

/** Resolves when a job has finished or was cancelled. */
async function endOf(
  id: string,
  link: ServerLink,
  progress: Progress<{ message: string; increment: number }>,
  token: CancellationToken,
): Promise<void> {
  let percent = 0;
  let listeners: readonly Disposable[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const cancel = () => {
        link.request('esrgan/cancelJob', { job: id }).catch(reject);
      };
      listeners = [
        link.onNotification('esrgan/jobChanged', (job) => {
          if (job.job !== id) return;
          if (job.state === 'failed') reject(new Error(job.message ?? job.detail));
          else if (job.state === 'finished' || job.state === 'cancelled') resolve();
          else {
            const reached = downloadPercent(job);
            progress.report({ message: downloadText(job), increment: reached - percent });
            percent = reached;
          }
        }),
        // The jobs of a server end with it.
        link.onDidStart(() => reject(new Error(l10n.t('The download was interrupted. Start it again.')))),
        token.onCancellationRequested(cancel),
      ];
      if (token.isCancellationRequested) cancel();
    });
  } finally {
    for (const listener of listeners) listener.dispose();
  }
}
