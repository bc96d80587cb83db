import { dirname } from 'node:path';
import type { InventoryItem } from '../../server/protocol/downloads.ts';
import { formatBytes } from '../../trainer/format/format.ts';

/** What a line of `esrgan data get --json` or `esrgan weights get --json` says. */
export interface GetProgress {
  readonly message: string;
  /** From 0 to 1, of one archive in one phase; null where the length is not known. */
  readonly share: number | null;
}

/** Reads a line of progress; undefined for other lines. */
export function parseGetProgress(line: string): GetProgress | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof event !== 'object' || event === null || !('event' in event) || event.event !== 'progress') {
    return undefined;
  }
  const archive = 'archive' in event && typeof event.archive === 'string' ? event.archive : '';
  const phase = 'phase' in event && typeof event.phase === 'string' ? event.phase : '';
  const done = 'done' in event && typeof event.done === 'number' ? event.done : 0;
  const total = 'total' in event && typeof event.total === 'number' && event.total > 0 ? event.total : null;
  const share = total === null ? null : Math.min(done / total, 1);
  const amount = share === null ? formatBytes(done) : `${Math.floor(100 * share)} %`;
  return { message: [archive, phase, amount].filter((part) => part !== '').join(' '), share };
}

/**
 * The arguments of the command `esrgan` that get an item to where run files look for it.
 *
 * @param archives the folder with its archives, where it is not to be downloaded
 */
export function getArguments(
  { kind, name, path }: Pick<InventoryItem, 'kind' | 'name' | 'path'>,
  archives?: string,
): string[] {
  const to = kind === 'data' ? dirname(path) : path;
  const from = archives === undefined ? [] : ['--mirror', archives];
  return [kind, 'get', name, '--to', to, ...from, '--json'];
}
