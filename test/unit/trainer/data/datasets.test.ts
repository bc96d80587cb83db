import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { filePairs } from '../../../../trainer/data/datasets.ts';
import { portablePath } from '../../../../trainer/files/paths.ts';
import { folderWith } from '../image-files/folder-with.ts';

test.each<[string, string[], string[]]>([
  ['equal names', ['HR/a.png', 'HR/b.png', 'LR/a.png', 'LR/b.png'], ['a.png a.png', 'b.png b.png']],
  [
    'the scale at the end',
    ['HR/a.png', 'HR/b.png', 'LR/ax4.png', 'LR/bx4.png'],
    ['a.png ax4.png', 'b.png bx4.png'],
  ],
  [
    'the scale at the end, as results of upscaling have it',
    ['HR/a.png', 'HR/b.png', 'LR/a_x4.png', 'LR/b_x4.png'],
    ['a.png a_x4.png', 'b.png b_x4.png'],
  ],
  ['other kinds of file', ['HR/a.png', 'LR/a.jpg'], ['a.png a.jpg']],
  [
    'folders',
    ['HR/1/a.png', 'HR/2/a.png', 'LR/1/a.png', 'LR/2/a.png'],
    ['1/a.png 1/a.png', '2/a.png 2/a.png'],
  ],
  [
    'names that end in a scale',
    ['HR/a.png', 'HR/ax4.png', 'LR/ax4.png', 'LR/ax4x4.png'],
    ['a.png ax4.png', 'ax4.png ax4x4.png'],
  ],
])('pairs by %s', (_, files, expected) => {
  const folder = folderWith(...files);
  const source = { hr: join(folder, 'HR'), lr: join(folder, 'LR'), downscale: 'bicubic' as const };
  const pairs = filePairs(source, 4);
  const shown = pairs.map(({ hr, lr = '' }) => `${relative(source.hr, hr)} ${relative(source.lr, lr)}`);
  expect(shown.map((pair) => portablePath(pair))).toEqual(expected);
});

test('without LR each HR file is a pair', () => {
  const folder = folderWith('b.png', 'a.png');
  expect(filePairs({ hr: folder, downscale: 'nearest' }, 4)).toEqual([
    { hr: join(folder, 'a.png'), downscale: 'nearest' },
    { hr: join(folder, 'b.png'), downscale: 'nearest' },
  ]);
});

test.each<[string, string[], RegExp]>([
  [
    'a missing LR image',
    ['HR/a.png', 'HR/b.png', 'LR/a.png'],
    /LR has no low-resolution image for .*HR[\\/]b\.png\. Each high-resolution image needs one/,
  ],
  [
    'a missing HR image',
    ['HR/a.png', 'LR/a.png', 'LR/b.png'],
    /HR has no high-resolution image for .*LR[\\/]b\.png\. Add/,
  ],
  ['another scale', ['HR/a.png', 'LR/ax2.png'], /name followed by x4 or _x4\./],
  [
    'many missing images',
    ['HR/a.png', 'HR/b.png', 'HR/c.png', 'HR/d.png', 'HR/e.png', 'LR/x.png'],
    /a\.png.*c\.png and 2 more/,
  ],
  [
    'the same name twice',
    ['HR/a.png', 'HR/a.jpg', 'LR/a.png'],
    /no low-resolution image for .*a\.png\. Each high-resolution image needs one/,
  ],
  ['no images', ['HR/a.txt', 'LR/a.png'], /HR has no images/],
  ['no folder', ['LR/a.png'], /HR does not exist/],
])('rejects %s', (_, files, message) => {
  const folder = folderWith(...files);
  const source = { hr: join(folder, 'HR'), lr: join(folder, 'LR'), downscale: 'bicubic' as const };
  expect(() => filePairs(source, 4)).toThrow(message);
});
