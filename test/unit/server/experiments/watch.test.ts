import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { watchFolder } from '../../../../server/experiments/watch.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

type Event = 'rename' | 'change';

/** Only Windows reports a deleted folder again and again, so a test reports the events itself. */
const played = vi.hoisted(() => ({ report: (_event: Event): void => {}, closed: 0 }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const watch = (folder: string, options: { persistent: boolean }, listener: (event: Event) => void) => {
    const watcher = fs.watch(join(folder, '..'), options);
    played.report = listener;
    played.closed = 0;
    vi.spyOn(watcher, 'close').mockImplementation(() => {
      played.closed++;
    });
    return watcher;
  };
  return { ...fs, watch };
});

test.each<[string, Event, boolean, number]>([
  ['a file that comes', 'rename', true, 0],
  ['a file that changes', 'change', true, 0],
  ['the folder that is deleted', 'rename', false, 1],
])('%s is reported; the watch ends with the folder', (_, event, exists, closed) => {
  const folder = temporaryFolder();
  const onChange = vi.fn();
  watchFolder(exists ? folder : join(folder, 'deleted'), onChange);
  played.report(event);
  expect(onChange).toHaveBeenCalledTimes(1);
  expect(played.closed).toBe(closed);
});
