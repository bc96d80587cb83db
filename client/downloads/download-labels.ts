import { l10n } from 'vscode';
import type { Job } from '../../server/protocol/jobs.ts';
import { formatBytes, formatDuration } from '../../trainer/format/format.ts';

/** The text of the progress notification of a download. */
export function downloadText({ state, detail, done, total, etaSeconds }: Job): string {
  if (state === 'waiting') return l10n.t('waiting for the previous download');
  return [
    detail,
    total === null ? formatBytes(done) : l10n.t('{0} of {1}', formatBytes(done), formatBytes(total)),
    etaSeconds === null || done === total ? '' : l10n.t('{0} left', formatDuration(etaSeconds)),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
