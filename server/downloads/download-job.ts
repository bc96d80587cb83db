import { dirname } from 'node:path';
import { isDownloadEvent } from '../../trainer/cli-output/events.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type { JobProgress, Work } from '../jobs/jobs.ts';
import type { DownloadTarget } from '../protocol/downloads.ts';

/** Downloads a data set, weights or a model as `esrgan data`, `weights` and `models download` do. */
export function downloadWork(
  programs: CommandPrograms,
  { kind, name, path, archives, scale }: DownloadTarget,
): Work {
  return async (report, signal) => {
    const destination = kind === 'data' ? dirname(path) : path;
    const options = [
      ...(archives === null ? [] : ['--mirror', archives]),
      ...(scale === null ? [] : ['--scale', String(scale)]),
    ];
    const progressOf = downloadProgress();
    await runCommand(programs, [kind, 'download', name, '--to', destination, ...options, '--json'], {
      signal,
      onEvent(event) {
        const progress = progressOf(event);
        if (progress !== undefined) report(progress);
      },
    });
  };
}

const phases = { download: 'downloading', check: 'checking', unpack: 'unpacking' };

/**
 * Progress in bytes of the whole download, from the events of the command. While an archive is checked and unpacked its
 * bytes count as done.
 */
export function downloadProgress(): (event: object) => JobProgress | undefined {
  const sizes = new Map<string, number | null>();
  return (event) => {
    if (!isDownloadEvent(event)) return undefined;
    if (event.event === 'plan') for (const { archive, bytes } of event.archives) sizes.set(archive, bytes);
    if (event.event !== 'progress') return undefined;
    if ('net' in event) return { detail: `${event.net}: downloading`, done: event.done, total: event.total };
    const { archive, phase, done, total } = event;
    if (phase !== 'unpack') sizes.set(archive, total);
    const archives = [...sizes.keys()];
    const earlier = archives.slice(0, archives.indexOf(archive));
    const percent = phase === 'download' || !total ? '' : ` ${Math.floor((100 * done) / total)} %`;
    return {
      detail: `${archive}: ${phases[phase]}${percent}`,
      done: (sum(earlier, sizes) ?? 0) + (phase === 'download' ? done : (sizes.get(archive) ?? 0)),
      total: sum(archives, sizes),
    };
  };
}

/** The bytes of these archives; null where one is not known. */
function sum(archives: readonly string[], sizes: ReadonlyMap<string, number | null>): number | null {
  const known = archives.map((archive) => sizes.get(archive) ?? null);
  return known.reduce((total, bytes) => (total === null || bytes === null ? null : total + bytes), 0);
}
