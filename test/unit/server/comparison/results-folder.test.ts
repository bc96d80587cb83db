import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prune, resultsFolder, touch } from '../../../../server/comparison/results-folder.ts';
import { temporaryFolder } from '../../trainer/data/images.ts';

test.each<[string, number, string | undefined, string[]]>([
  ['nothing while there is room', 300, undefined, ['new', 'old', 'older']],
  ['the oldest first', 250, undefined, ['new', 'old']],
  ['not what was asked for of late', 200, 'older', ['new', 'older']],
  ['never the newest', 1, undefined, ['new']],
])('deletes %s', (_, maximum, asked, left) => {
  const root = temporaryFolder();
  for (const [age, name] of ['new', 'old', 'older'].entries()) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'a.png'), Buffer.alloc(100));
    const time = new Date(2020 - age, 0);
    utimesSync(join(root, name), time, time);
  }
  const newest = new Date(2100, 0);
  utimesSync(join(root, 'new'), newest, newest);
  if (asked !== undefined) touch(join(root, asked));
  prune(root, maximum);
  expect(readdirSync(root).sort()).toEqual(left);
});

test('lies where a person keeps what can be made again', () => {
  const cache = temporaryFolder();
  expect(resultsFolder({ XDG_CACHE_HOME: cache })).toBe(join(cache, 'esrgan-workbench', 'results'));
});
