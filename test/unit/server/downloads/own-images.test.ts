import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ownImages, withoutItems } from '../../../../server/downloads/own-images.ts';
import { imageSizes } from '../../../../server/language/disk/image-sizes.ts';
import type { OwnDataset } from '../../../../server/workspace/run-files.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

const folder = temporaryFolder();
const sizesOf = async (patterns: readonly string[]) => imageSizes(patterns);
for (const name of ['train/a.png', 'train/b.jpg', 'train/notes.txt', 'val/c.png', 'set5/HR/d.png']) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '1'.repeat(500));
}
const dataset = (name: string, ...hr: string[]): OwnDataset => ({
  name,
  hr: hr.map((path) => join(folder, path)),
});

test.each<[title: string, datasets: OwnDataset[], own: [name: string, description: string][]]>([
  [
    'training and validation images',
    [dataset('photos', 'train', 'val')],
    [['photos', '2 to train, 1 to validate · 1.5 kB']],
  ],
  ['one folder of both', [dataset('photos', 'val')], [['photos', '1 image · 500 B']]],
  ['a pattern', [dataset('photos', 'train/*.png')], [['photos', '1 image · 500 B']]],
  ['a missing folder', [dataset('photos', 'none')], [['photos', '0 images · 0 B']]],
  ['the same of two run files, once', [dataset('p', 'val'), dataset('p', 'val')], [['p', '1 image · 500 B']]],
  [
    'two of one name',
    [dataset('p', 'val'), dataset('p', 'train')],
    [
      ['p', '1 image · 500 B'],
      ['p', '2 images · 1.0 kB'],
    ],
  ],
  ['without images', [dataset('p')], []],
])('data sets of run files: %s', async (_, datasets, own) => {
  const found = await ownImages([{ file: '/w/a.esrgan.yaml', datasets }], [], sizesOf);
  expect(found.map(({ name, description }) => [name, description])).toEqual(own);
  expect(found.every(({ kind, runFile }) => kind === 'dataset' && runFile === '/w/a.esrgan.yaml')).toBe(true);
});

test('a test set that is a predefined data set is shown once', async () => {
  const images = [join(folder, 'set5/HR/d.png')];
  const own = await ownImages([], [{ name: 'set5', folder: join(folder, 'set5'), images }], sizesOf);
  expect(own).toEqual([
    {
      kind: 'testSet',
      name: 'set5',
      description: '1 image · 500 B',
      paths: [join(folder, 'set5')],
      runFile: null,
    },
  ]);
  expect(withoutItems(own, [{ path: join(folder, 'other') }])).toEqual(own);
  expect(withoutItems(own, [{ path: join(folder, 'set5') }])).toEqual([]);
});
