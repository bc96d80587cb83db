import { l10n } from 'vscode';
import type { DownloadTarget } from '../../server/protocol/downloads.ts';
import type { Job } from '../../server/protocol/jobs.ts';
import { showProgress } from '../notifications.ts';
import type { ServerLink } from '../server/server-link.ts';
import { followDownload } from './follow-download.ts';

/** Downloads an item in a job of the server, with a notification that shows the progress and can cancel. */
export async function runDownload(link: ServerLink, target: DownloadTarget): Promise<void> {
  const title =
    target.archives === null ? l10n.t('Downloading {0}', target.name) : l10n.t('Unpacking {0}', target.name);
  await showProgress(title, async (report, token) => {
    const { job: id } = await link.request('esrgan/download', target);
    const job = {
      onChange: (listener: (job: Job) => void) =>
        link.onNotification('esrgan/jobChanged', (changed) => {
          if (changed.job === id) listener(changed);
        }),
      onRestart: link.onDidStart,
      cancel: () => link.request('esrgan/cancelJob', { job: id }),
    };
    await followDownload(job, report, token);
  });
}
