import { l10n } from 'vscode';
import type { DownloadTarget } from '../../server/protocol/downloads.ts';
import { followJob, jobOf } from '../jobs/follow-job.ts';
import { showProgress } from '../notifications.ts';
import type { ServerLink } from '../server/server-link.ts';
import { downloadText } from './download-labels.ts';

/** Downloads an item in a job of the server, with a notification that shows the progress and can cancel. */
export async function runDownload(link: ServerLink, target: DownloadTarget): Promise<void> {
  const title =
    target.archives === null || target.kind === 'models'
      ? l10n.t('Downloading {0}', target.name)
      : l10n.t('Unpacking {0}', target.name);
  await showProgress(title, async (report, token) => {
    const { job } = await link.request('esrgan/download', target);
    await followJob(jobOf(link, job), downloadText, report, token);
  });
}
