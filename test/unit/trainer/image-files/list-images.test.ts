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
  ['[1] {a}/*.png', ['[1] {a}/x.png', '1 a/x.png'], ['[1] {a}/x.png']],
  ['x[0-9].png', ['x1.png', 'xa.png'], ['x1.png']],
  ['*.png', ['a.jpg'], []],
])('the images of %j', (pattern, files, expected) => {
  const folder = folderWith(...files);
  const found = listImages(join(folder, pattern));
  expect(found?.map((file) => relative(folder, file))).toEqual(expected);
});

test.each(['none', 'none/*.png'])('%s: the folder does not exist', (pattern) => {
  expect(listImages(join(temporaryFolder(), pattern))).toBeUndefined();
});

test('follows links, except cyclic and dead ones', () => {
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

test('the validation of a run file lists the same files', () => {
  const folder = folderWith('a.png');
  expect(datasetFiles.list(folder)).toEqual([join(folder, 'a.png')]);
  expect(datasetFiles.exists(folder)).toBe(true);
  expect(datasetFiles.exists(join(folder, 'b'))).toBe(false);
  expect(datasetFiles.size(join(folder, 'a.png'))).toBeUndefined();
});
