import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { openRun } from '../../../../server/comparison/compared-run.ts';
import { createFingerprints, findTestSets, testSetSummary } from '../../../../server/comparison/test-sets.ts';
import { temporaryFolder } from '../../trainer/data/images.ts';
import { writeRun } from './real-runs.ts';

function files(...paths: string[]): string {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  return folder;
}

test.each<[string, string[], [string, string][]]>([
  [
    'folders of HR',
    ['Set5/HR/a.png', 'Set14/GTmod12/a.png'],
    [
      ['set14', 'Set14'],
      ['set5', 'Set5'],
    ],
  ],
  ['folders of HR in lower case', ['set5/hr/a.png', 'set5/lr_x4/a.png'], [['set5', 'set5']]],
  ['one level deeper', ['benchmarks/Set5/HR/a.png'], [['set5', 'benchmarks/Set5']]],
  ['not deeper than that', ['a/b/c/HR/a.png'], []],
  ['not photos to train on', ['photos/a.png'], []],
  ['not what is hidden', ['.downloads/x/HR/a.png'], []],
  [
    'two of one name by their places',
    ['x/set5/HR/a.png', 'y/set5/HR/a.png'],
    [
      ['set5 in x', 'x/set5'],
      ['set5 in y', 'y/set5'],
    ],
  ],
])('in data folders: %s', (_, paths, expected) => {
  const folder = files(...paths);
  const named = expected.map(([name, dir]) => ({
    name: name.replace(/ in /, () => ` in ${folder}${sep}`),
    dir: join(folder, dir),
  }));
  expect(findTestSets({ dataFolders: [folder, join(folder, 'none')], testSetFolders: [] }, [])).toEqual(
    named,
  );
});

test.each<[title: string, files: string[], folder: string, found: string[]]>([
  ['a test set', ['Set5/HR/a.png'], 'Set5', ['Set5']],
  ['images directly in it', ['photos/a.png', 'photos/more/HR/b.png'], 'photos', ['photos']],
  ['a folder of test sets', ['all/Set5/HR/a.png', 'all/Set14/HR/a.png'], 'all', ['all/Set14', 'all/Set5']],
  ['a folder without images', ['text/a.txt'], 'text', []],
  ['a missing folder', [], 'none', []],
  ['one that is also in a data folder', ['data/Set5/HR/a.png'], 'data/Set5', ['data/Set5']],
])('in folders of the settings: %s', (_, paths, testSet, expected) => {
  const folder = files(...paths);
  const places = { dataFolders: [join(folder, 'data')], testSetFolders: [join(folder, testSet)] };
  expect(findTestSets(places, []).map(({ dir }) => dir)).toEqual(expected.map((dir) => join(folder, dir)));
});

test('what runs are validated on, also plain folders, behind the others; each once', () => {
  const folder = files('val/a.png', 'set5/HR/b.png', 'set5/HR/c.png', 'set14/HR/d.png');
  const lines = [
    `datasets: { a: { hr: ${folder}/val }, five: { hr: ${folder}/set5/HR }, gone: { hr: ${folder}/none } }`,
    'pretraining: { train_datasets: [a], val_datasets: [a, five] }',
    'training: { train_datasets: [a], val_datasets: [gone, a] }',
  ];
  const run = writeRun(temporaryFolder(), 'r', []);
  writeFileSync(run.config, `${lines.join('\n')}\n`);
  const found = findTestSets({ dataFolders: [folder], testSetFolders: [] }, [openRun(run.root)]);
  expect(found).toEqual([
    { name: 'five', dir: join(folder, 'set5') },
    { name: 'set14', dir: join(folder, 'set14') },
    { name: 'a', dir: join(folder, 'val') },
  ]);
  expect(found.map(testSetSummary)).toMatchObject([
    { images: [join(folder, 'set5/HR/b.png'), join(folder, 'set5/HR/c.png')] },
    { images: [join(folder, 'set14/HR/d.png')] },
    { images: [join(folder, 'val/a.png')] },
  ]);
});

test('a fingerprint changes with what is in the files, and is not read again without reason', async () => {
  const folder = files('HR/a.png', 'HR/b.png');
  const fingerprint = createFingerprints();
  const set = { name: 's', dir: folder };
  const first = await fingerprint(set);
  const path = join(folder, 'HR/a.png');
  const time = new Date(2030, 0);
  utimesSync(path, time, time);
  const second = await fingerprint(set);
  expect(second).toEqual(first);
  // Other content under the same time and length goes unseen: that is what spares the reading.
  writeFileSync(path, 'HR/c.png');
  utimesSync(path, time, time);
  expect(await fingerprint(set)).toEqual(second);
  writeFileSync(path, 'longer than before');
  expect((await fingerprint(set)).sha256).not.toBe(first.sha256);
});
