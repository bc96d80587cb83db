import { expect, test } from 'vitest';
import { parseGlob } from '../../../../trainer/image-files/glob.ts';

test.each<[string, string, string[], string[]]>([
  ['a/*.png', 'a', ['x.png', '.x.png'], ['x.jpg', 'b/x.png', 'x.png.txt']],
  ['a/**/*.png', 'a', ['x.png', 'b/x.png', 'b/c/x.png'], ['x.jpg']],
  ['a/**', 'a', ['x.png', 'b/x.png'], []],
  ['a/x?.png', 'a', ['x1.png'], ['x.png', 'x12.png', 'x/.png']],
  ['a/*.{png,jp*g}', 'a', ['x.png', 'x.jpeg', 'x.jpg'], ['x.webp', 'x.{png,jp*g}']],
  ['a/*.{png}', 'a', ['x.png'], ['x.jpg']],
  ['a/{b,c{1,2}}/x.png', 'a', ['b/x.png', 'c2/x.png'], ['c/x.png']],
  ['{a,b}/x+(1).png', '.', ['a/x+(1).png', 'b/x+(1).png'], ['c/x+(1).png', 'a/xx1.png', 'a/x1.png']],
  ['a/* (1).png', 'a', ['x (1).png'], ['x 1.png']],
  ['a/x[0-9].png', 'a', ['x1.png', 'x[0-9].png'], ['xa.png', 'x12.png']],
  ['a/x[!0-9].png', 'a', ['xa.png'], ['x1.png']],
  ['a/!(b|c)/*.png', 'a', ['d/x.png'], ['b/x.png', 'c/x.png', 'd/e/x.png']],
  ['a/!(*_mask).png', 'a', ['x.png'], ['x_mask.png']],
  ['a/@(b|c).png', 'a', ['b.png'], ['d.png']],
  ['!a/*.png', '!a', ['x.png'], []],
  ['photos (1)/*.png', 'photos (1)', ['x.png'], []],
  ['/data/*/x.png', '/data', ['a/x.png'], ['x.png']],
  ['/*.png', '/', ['x.png'], []],
  ['*.png', '.', ['x.png'], []],
  ['C:\\a\\*\\*.png', 'C:/a', ['b/x.png', 'b\\x.png'], ['x.png']],
])('%s matches in %s', (pattern, folder, matching, others) => {
  const glob = parseGlob(pattern);
  expect(glob?.folder).toBe(folder);
  expect(matching.filter((path) => !glob?.matches(path))).toEqual([]);
  expect(others.filter((path) => glob?.matches(path))).toEqual([]);
});

test.each(['a/b.png', 'a/b{c.png', 'a/b[c.png', 'photos (1)/x.png'])('%s has no wildcards', (path) =>
  expect(parseGlob(path)).toBeUndefined(),
);
