import { mkdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { portablePath } from '../../../../trainer/files/paths.ts';
import { datasetFiles } from '../../../../trainer/image-files/dataset-files.ts';
import { findHrImages, findImages } from '../../../../trainer/image-files/list-images.ts';
import { hasFolderLinks, hasLinks, needsFolderLinks, needsLinks } from '../../../folder-links.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';
import { temporaryFolder } from '../data/images.ts';
import { folderWith } from './folder-with.ts';

/** The images of a pattern in a folder, and what was left out, relative to the folder. */
function found(folder: string, pattern = '') {
  const { images, skipped } = findImages(join(folder, pattern)) ?? { images: [], skipped: ['absent'] };
  return {
    images: images.map((file) => portablePath(relative(folder, file))),
    skipped: skipped.map((text) => portablePath(text.replaceAll(join(folder, '/'), ''))),
  };
}

const everyKind = ['b.PNG', 'a.jpg', 'c.jpeg', 'd/e.webp', 'd/f.tif', 'd/d/g.tiff', 'h.bmp'];

test.each<[string, string[], string[]]>([
  ['', [...everyKind, 'i.gif', 'j.txt', '.k.png', '.l/m.png'], [...everyKind].sort()],
  ['*.png', ['a.png', 'b/c.png', 'd.jpg'], ['a.png']],
  ['**/x?.{png,jpg}', ['x1.png', 'b/x2.jpg', 'b/y.png'], ['b/x2.jpg', 'x1.png']],
  ['a.png', ['a.png', 'b.png'], ['a.png']],
  ['[1] {a}', ['[1] {a}/x.png', 'other.png'], ['[1] {a}/x.png']],
  ['[1] {a}/*.png', ['[1] {a}/x.png', '1 a/x.png'], ['[1] {a}/x.png']],
  ['{a,b}/img/*.png', ['{a,b}/img/x.png', 'a/img/y.png', 'b/img/z.png'], ['{a,b}/img/x.png']],
  ['x[0-9].png', ['x1.png', 'xa.png'], ['x1.png']],
  ['*.png', ['a.jpg'], []],
])('the images of %j', (pattern, files, expected) => {
  expect(found(folderWith(...files), pattern)).toEqual({ images: expected, skipped: [] });
});

test.skipIf(isWindows).each<[string, string[], string[]]>([
  ['p*/*.png', ['p*/x.png', 'p1/y.png'], ['p*/x.png']],
  ['p?/**/*.png', ['p?/a/x.png', 'p1/a/y.png'], ['p?/a/x.png']],
])(unlessWindows('the images of %j', 'Windows has no such names'), (pattern, files, expected) => {
  expect(found(folderWith(...files), pattern)).toEqual({ images: expected, skipped: [] });
});

test.each<[title: string, pattern: string, files: string[], expected: string[]]>([
  [
    'upscaled images',
    '',
    ['a.png', 'a_x4.png', 'a_x4-2.jpg', 'ax4.png', 'a_x2.5.png', 'a_3000w.png', 'a_12mp.png', 'b/a_x4.png'],
    ['a.png', 'b/a_x4.png'],
  ],
  ['an upscaled image whose original is not selected', '!(a.png)', ['a.png', 'a_x4.png', 'b.png'], ['b.png']],
  ['an upscaled GIF', '', ['a.gif', 'a_x2.png'], []],
  ['LR images in a folder of their own', '', ['ax4.png', 'bx4.png'], ['ax4.png', 'bx4.png']],
  ['an image next to a text of its name', '', ['a.txt', 'a_x4.png'], ['a_x4.png']],
])('HR images: %s', (_, pattern, files, expected) => {
  const folder = folderWith(...files);
  const images = findHrImages(join(folder, pattern))?.images ?? [];
  expect(images.map((file) => portablePath(relative(folder, file)))).toEqual(expected);
});

test.each(['none', 'none/*.png', 'a.png/*.png'])('%s: the folder does not exist', (pattern) => {
  expect(findImages(join(folderWith('a.png'), pattern))).toBeUndefined();
});

test.runIf(hasLinks)(needsLinks('follows links to files and folders elsewhere'), () => {
  const elsewhere = folderWith('x.png', 'y/z.png');
  const folder = folderWith('sub/a.png');
  symlinkSync(elsewhere, join(folder, 'linked'));
  symlinkSync(join(elsewhere, 'x.png'), join(folder, 'b.png'));
  const images = ['b.png', 'linked/x.png', 'linked/y/z.png', 'sub/a.png'];
  expect(found(folder)).toEqual({ images, skipped: [] });
  expect(found(folder, 'link*/*.png')).toEqual({ images: ['linked/x.png'], skipped: [] });
});

test.runIf(hasFolderLinks).each<[string, string[]]>([
  ['', ['b/x.png']],
  ['**/*.png', ['b/x.png']],
  ['a*/x.png', ['a1/x.png']],
  ['*/x.png', ['b/x.png']],
])(needsFolderLinks('%j: a folder counts once, by its own name if possible'), (pattern, images) => {
  const folder = folderWith('b/x.png');
  for (const name of ['a1', 'a2', 'c']) symlinkSync(join(folder, 'b'), join(folder, name), 'junction');
  symlinkSync(folder, join(folder, 'b', 'circle'), 'junction');
  expect(found(folder, pattern)).toEqual({ images, skipped: [] });
});

test.runIf(hasLinks)(
  needsLinks('a chain of folders, each with two links to the next, is walked once'),
  () => {
    const folder = folderWith('25/x.png');
    for (let i = 0; i < 25; i++) {
      mkdirSync(join(folder, String(i)));
      for (const name of ['a', 'b']) symlinkSync(`../${i + 1}`, join(folder, String(i), name));
    }
    expect(found(join(folder, '0')).images).toEqual([`${'a/'.repeat(25)}x.png`]);
  },
);

test.runIf(hasLinks)(needsLinks('what cannot be read is named and left out'), () => {
  const folder = folderWith('a.png', 'sub/b.png');
  symlinkSync('self', join(folder, 'self'));
  symlinkSync(join(folder, 'gone'), join(folder, 'sub', 'dead.png'));
  const loop = 'self cannot be read (ELOOP: too many symbolic links encountered)';
  expect(found(folder)).toEqual({
    images: ['a.png', 'sub/b.png'],
    skipped: [loop, 'sub/dead.png leads to nothing'],
  });
  expect(found(folder, 'self')).toEqual({ images: [], skipped: [loop] });
  expect(found(folder, '*.png')).toEqual({ images: ['a.png'], skipped: [] });
});

test('a pattern that would take too long is named', () => {
  expect(found(folderWith('a.png'), `${'*a'.repeat(20)}.png`).skipped.join()).toMatch(/more than 3 `\*`/);
});

test('the validation of a run file lists the same files', () => {
  const folder = folderWith('a.png');
  expect(datasetFiles.list(folder)).toEqual({ images: [join(folder, 'a.png')], skipped: [] });
  expect(datasetFiles.exists(folder)).toBe(true);
  expect(datasetFiles.exists(join(folder, 'b'))).toBe(false);
  expect(datasetFiles.size(join(folder, 'a.png'))).toBeUndefined();
  expect(datasetFiles.list(join(temporaryFolder(), 'none'))).toBeUndefined();
});
