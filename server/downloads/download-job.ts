import { dirname } from 'node:path';
import { isCount, isList, isNullable, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type { JobProgress, Work } from '../jobs/jobs.ts';
import type { DownloadTarget } from '../protocol/downloads.ts';

const isPlan = isObject<{
  event: 'plan';
  archives: readonly { readonly archive: string; readonly bytes: number | null }[];
}>({
  event: isOneOf(['plan']),
  archives: isList(isObject({ archive: isString, bytes: isNullable(isCount) })),
});
const isArchiveProgress = isObject<{
  event: 'progress';
  archive: string;
  phase: 'download' | 'check' | 'unpack';
  done: number;
  total: number | null;
}>({
  event: isOneOf(['progress']),
  archive: isString,
  phase: isOneOf(['download', 'check', 'unpack']),
  done: isCount,
  total: isNullable(isCount),
});
const isWeightsProgress = isObject<{ event: 'progress'; model: string; done: number; total: number | null }>({
  event: isOneOf(['progress']),
  model: isString,
  done: isCount,
  total: isNullable(isCount),
});

/** Downloads a data set or weights as `esrgan data download` and `esrgan weights download` do. */
export function downloadWork(
  programs: CommandPrograms,
  { kind, name, path, archives }: DownloadTarget,
): Work {
  return async (report, signal) => {
    const destination = kind === 'data' ? dirname(path) : path;
    const mirror = archives === null ? [] : ['--mirror', archives];
    const progressOf = downloadProgress();
    await runCommand(programs, [kind, 'download', name, '--to', destination, ...mirror, '--json'], {
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
    if (isPlan(event)) {
      for (const { archive, bytes } of event.archives) sizes.set(archive, bytes);
    } else if (isArchiveProgress(event)) {
      const { archive, phase, done, total } = event;
      if (phase !== 'unpack') sizes.set(archive, total);
      const earlier = [...sizes.keys()].slice(0, [...sizes.keys()].indexOf(archive));
      const percent = phase === 'download' || !total ? '' : ` ${Math.floor((100 * done) / total)} %`;
      return {
        detail: `${archive}: ${phases[phase]}${percent}`,
        done: (sum(earlier, sizes) ?? 0) + (phase === 'download' ? done : (sizes.get(archive) ?? 0)),
        total: sum([...sizes.keys()], sizes),
      };
    } else if (isWeightsProgress(event)) {
      return { detail: `${event.model}: downloading`, done: event.done, total: event.total };
    }
    return undefined;
  };
}

/** The bytes of these archives; null where one is not known. */
function sum(archives: readonly string[], sizes: ReadonlyMap<string, number | null>): number | null {
  const known = archives.map((archive) => sizes.get(archive) ?? null);
  return known.reduce((total, bytes) => (total === null || bytes === null ? null : total + bytes), 0);
}
