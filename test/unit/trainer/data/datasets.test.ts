import { writeFileSync } from 'node:fs';
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

/** A source of HR images a, b and c, with LR images as `lr` names them, and the list. */
function listed(list: string, ...lr: string[]) {
  const folder = folderWith('HR/a.png', 'HR/1/b.png', 'HR/c d.png', ...lr.map((name) => `LR/${name}`));
  const meta_info = join(folder, 'list.txt');
  writeFileSync(meta_info, list);
  return {
    hr: join(folder, 'HR'),
    ...(lr.length > 0 && { lr: join(folder, 'LR') }),
    meta_info,
    downscale: 'bicubic' as const,
  };
}

test.each<[string, string, string[], string[]]>([
  ['names', 'a.png\n\nc d.png\n', [], ['a.png', 'c d.png']],
  ['sizes, as in BasicSR', '1/b.png (480,480,3)\r\na.png (480, 481, 3)\r\n', [], ['1/b.png', 'a.png']],
  ['a name twice', 'a.png\na.png', [], ['a.png', 'a.png']],
  ['backslashes', '1\\b.png', [], ['1/b.png']],
  [
    'LR images of the same names',
    '1/b.png\na.png',
    ['ax4.png', '1/b.jpg'],
    ['1/b.png 1/b.jpg', 'a.png ax4.png'],
  ],
  ['named LR images, as in Real-ESRGAN', 'a.png, small/x.png', ['small/x.png'], ['a.png small/x.png']],
  ['LR names without an LR folder', 'a.png, small/x.png', [], ['a.png']],
])('a list has %s', (_, list, lr, expected) => {
  const source = listed(list, ...lr);
  const shown = filePairs(source, 4).map((pair) => {
    const names = [relative(source.hr, pair.hr), ...(pair.lr ? [relative(source.lr ?? '', pair.lr)] : [])];
    return names.map((name) => portablePath(name)).join(' ');
  });
  expect(shown).toEqual(expected);
});

test.each<[string, string, string[], RegExp]>([
  [
    'an image that is not there',
    'a.png\nx.png\n',
    [],
    /list\.txt:2: x\.png is not in .*HR\. Correct the list/,
  ],
  ['an image above the folder', '../LR/a.png', ['a.png'], /list\.txt:1: \.\.\/LR\/a\.png is not in/],
  ['no LR image of the name', 'a.png', ['b.png'], /list\.txt:1: a\.png has no LR image of its name in .*LR/],
  ['a named LR image that is not there', 'a.png, b.png', ['a.png'], /list\.txt:1: b\.png is not in .*LR/],
  ['nothing', '\n', [], /list\.txt names no images/],
])('a list is refused with %s', (_, list, lr, message) => {
  expect(() => filePairs(listed(list, ...lr), 4)).toThrow(message);
});

test('a list that does not exist is refused', () => {
  const source = { ...listed('a.png'), meta_info: '/none/list.txt' };
  expect(() => filePairs(source, 4)).toThrow('/none/list.txt cannot be read');
});
