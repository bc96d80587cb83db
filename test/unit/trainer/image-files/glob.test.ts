import { expect, test } from 'vitest';
import { globFolder, globToRegExp, isGlob } from '../../../../trainer/image-files/glob.ts';

test.each<[string, string[], string[]]>([
  ['a/*.png', ['a/x.png', 'a/.png'], ['a/x.jpg', 'a/b/x.png', 'b/x.png', 'a/x.png.txt']],
  ['a/**/*.png', ['a/x.png', 'a/b/x.png', 'a/b/c/x.png'], ['ab/x.png', 'x.png']],
  ['a/**', ['a/x.png', 'a/b/x.png'], ['b/x.png']],
  ['a/x?.png', ['a/x1.png'], ['a/x.png', 'a/x12.png', 'a/x/.png']],
  ['a/*.{png,jp*g}', ['a/x.png', 'a/x.jpeg', 'a/x.jpg'], ['a/x.webp', 'a/x.{png,jp*g}']],
  ['{a,b}/x+(1).png', ['a/x+(1).png', 'b/x+(1).png'], ['c/x+(1).png', 'a/xx1.png']],
  ['C:\\a\\*.png', ['C:/a/x.png'], ['C:/b/x.png']],
])('%s', (pattern, matching, others) => {
  expect(matching.filter((path) => !globToRegExp(pattern).test(path))).toEqual([]);
  expect(others.filter((path) => globToRegExp(pattern).test(path))).toEqual([]);
});

test.each([
  ['/data/*/x.png', '/data'],
  ['/*.png', '/'],
  ['*.png', '.'],
  ['a/b/{c,d}.png', 'a/b'],
  ['C:\\a\\*.png', 'C:/a'],
])('%s lies below %s', (pattern, folder) => expect(globFolder(pattern)).toBe(folder));

test.each([
  ['a/b.png', false],
  ['a/b{c.png', false],
  ['a/*', true],
  ['a/?.png', true],
  ['{a,b}', true],
])('%s is a glob: %s', (path, expected) => expect(isGlob(path)).toBe(expected));
