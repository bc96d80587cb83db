import { formatBytes } from '../format/format.ts';
import type { Reporter } from './terminal.ts';

type DownloadSubject =
  | { readonly net: string }
  | { readonly archive: string; readonly phase: 'download' | 'check' | 'unpack' };

/**
 * A function that reports the progress of a download in bytes. Events are limited to one for each percent, or for each
 * 64 MiB if the total is not known.
 */
export function createDownloadProgress(
  reporter: Reporter,
): (subject: DownloadSubject, done: number, total: number | null) => void {
  let last = '';
  return (subject, done, total) => {
    const title = 'net' in subject ? `${subject.net}:` : `${subject.archive}: ${subject.phase}`;
    const percent = total === null ? null : Math.floor((100 * done) / total);
    const ofTotal = total === null ? '' : ` of ${formatBytes(total)}, ${percent} %`;
    reporter.progress(`${title} ${formatBytes(done)}${ofTotal}`);
    const current = `${title} ${percent ?? Math.floor(done / 2 ** 26)}`;
    if (current !== last) reporter.event({ event: 'progress', ...subject, done, total });
    last = current;
  };
}
