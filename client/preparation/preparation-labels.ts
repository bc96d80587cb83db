import { basename } from 'node:path';
import { l10n } from 'vscode';
import type { Job } from '../../server/protocol/jobs.ts';
import { formatCount, formatDuration } from '../../trainer/format/format.ts';

/** The text of the progress notification. */
export function preparationText({ state, detail, done, total, rate, etaSeconds }: Job): string {
  if (state === 'waiting') return l10n.t('waiting for other images');
  return [
    basename(detail),
    total === null ? '' : l10n.t('{0} of {1}', formatCount(done), formatCount(total)),
    rate === null ? '' : l10n.t('{0} images/s', rate.toPrecision(3)),
    etaSeconds === null || done === total ? '' : l10n.t('{0} left', formatDuration(etaSeconds)),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
