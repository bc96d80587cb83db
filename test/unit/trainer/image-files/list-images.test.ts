import { symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { datasetFiles } from '../../../../trainer/image-files/dataset-files.ts';
import { listImages } from '../../../../trainer/image-files/list-images.ts';
import { temporaryFolder } from '../data/images.ts';
import { folderWith } from './folder-with.ts';

const everyKind = ['b.PNG', 'a.jpg', 'c.jpeg', 'd/e.webp', 'd/f.tif', 'd/d/g.tiff', 'h.bmp'];

test.each<[string, string[], string[]]>([
  ['', [...everyKind, 'i.gif', 'j.txt', '.k.png', '.l/m.png'], [...everyKind].sort()],
  ['*.png', ['a.png', 'b/c.png', 'd.jpg'], ['a.png']],
  ['**/x?.{png,jpg}', ['x1.png', 'b/x2.jpg', 'b/y.png'], ['b/x2.jpg', 'x1.png']],
  ['a.png', ['a.png', 'b.png'], ['a.png']],
  ['[1] {a}', ['[1] {a}/x.png', 'other.png'], ['[1] {a}/x.png']],
  ['*.png', ['a.jpg'], []],
])('the images of %j', (pattern, files, expected) => {
  const folder = folderWith(...files);
  const found = listImages(join(folder, pattern));
  expect(found?.map((file) => relative(folder, file))).toEqual(expected);
});

test.each(['none', 'none/*.png'])('no folder: %s', (pattern) => {
  expect(listImages(join(temporaryFolder(), pattern))).toBeUndefined();
});

test('links are followed, but not in circles, and dead ones are passed over', () => {
  const elsewhere = folderWith('x.png');
  const folder = folderWith('sub/a.png');
  symlinkSync(elsewhere, join(folder, 'linked'));
  symlinkSync(join(elsewhere, 'x.png'), join(folder, 'b.png'));
  symlinkSync(folder, join(folder, 'sub', 'circle'));
  symlinkSync(join(folder, 'gone'), join(folder, 'dead.png'));
  expect(listImages(folder)?.map((file) => relative(folder, file))).toEqual([
    'b.png',
    'linked/x.png',
    'sub/a.png',
  ]);
});

test('a run file is validated against the same listing', () => {
  const folder = folderWith('a.png');
  expect(datasetFiles.list(folder)).toEqual([join(folder, 'a.png')]);
  expect(datasetFiles.exists(folder)).toBe(true);
  expect(datasetFiles.exists(join(folder, 'b'))).toBe(false);
  expect(datasetFiles.size(join(folder, 'a.png'))).toBeUndefined();
});
