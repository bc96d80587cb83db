import { expect, test } from 'vitest';
import { type Glob, parseGlob } from '../../../../trainer/image-files/glob.ts';

const linux = { platform: 'linux', exists: () => false } as const;
const windows = { platform: 'win32', exists: () => false } as const;
const mac = { platform: 'darwin', exists: () => false } as const;

/** Whether a pattern selects a path relative to its folder. */
function selects(glob: Glob | undefined, path: string): boolean {
  let selection = glob?.selection;
  const names = path.split('/');
  for (const name of names.slice(0, -1)) {
    if (typeof selection === 'object') selection = selection.into(name);
  }
  return typeof selection === 'object' && selection.takes(names.at(-1) ?? '');
}

test.each<[string, string, string[], string[], typeof linux | typeof windows | typeof mac]>([
  ['a/*.png', 'a', ['x.png', '.x.png'], ['x.jpg', 'b/x.png', 'x.png.txt', 'x.PNG'], linux],
  ['a/**/*.png', 'a', ['x.png', 'b/x.png', 'b/c/x.png'], ['x.jpg'], linux],
  ['a/**/**/*.png', 'a', ['x.png', 'b/x.png', 'b/c/x.png'], ['x.jpg'], linux],
  ['a/**/b/**/*.png', 'a', ['b/x.png', 'c/b/x.png', 'c/b/d/b/e/x.png'], ['x.png', 'c/x.png'], linux],
  ['a/**', 'a', ['x.png', 'b/x.png'], [], linux],
  ['a/**b**/x.png', 'a', ['b/x.png', 'abc/x.png'], ['c/x.png', 'b/b/x.png'], linux],
  ['a/x?.png', 'a', ['x1.png'], ['x.png', 'x12.png', 'x/.png'], linux],
  ['a/*.{png,jp*g}', 'a', ['x.png', 'x.jpeg', 'x.jpg'], ['x.webp', 'x.{png,jp*g}'], linux],
  ['a/*.{png}', 'a', ['x.png'], ['x.jpg'], linux],
  ['a/{b,c{1,2}}/x.png', 'a', ['b/x.png', 'c2/x.png'], ['c/x.png'], linux],
  ['{a,b}/x+(1).png', '.', ['a/x+(1).png', 'b/x+(1).png'], ['c/x+(1).png', 'a/xx1.png', 'a/x1.png'], linux],
  ['a/* (1).png', 'a', ['x (1).png'], ['x 1.png'], linux],
  ['a/x[0-9].png', 'a', ['x1.png', 'x[0-9].png'], ['xa.png', 'x12.png'], linux],
  ['a/x[!0-9].png', 'a', ['xa.png'], ['x1.png'], linux],
  ['a/!(b|c)/*.png', 'a', ['d/x.png'], ['b/x.png', 'c/x.png', 'd/e/x.png'], linux],
  ['a/!(*_mask).png', 'a', ['x.png'], ['x_mask.png'], linux],
  ['a/@(b|c).png', 'a', ['b.png'], ['d.png'], linux],
  ['!a/*.png', '!a', ['x.png'], [], linux],
  ['photos (1)/*.png', 'photos (1)', ['x.png'], [], linux],
  ['/data/*/x.png', '/data', ['a/x.png'], ['x.png'], linux],
  ['/*.png', '/', ['x.png'], [], linux],
  ['*.png', '.', ['x.png'], [], linux],
  ['a\\b/*.png', 'a\\b', ['x.png'], [], linux],
  ['a/b\\*.png', 'a', ['b\\x.png'], ['b/x.png', 'bx.png'], linux],
  ['C:\\a\\*\\*.png', 'C:/a', ['b/x.png', 'B/X.PNG'], ['x.png'], windows],
  ['C:/*.jpg', 'C:/', ['IMG_1.JPG'], ['x.png'], windows],
  ['C:*.jpg', 'C:', ['x.jpg'], [], windows],
  ['\\\\server\\share\\*.jpg', '//server/share/', ['x.jpg'], [], windows],
  ['a/{IMG,img}_*.Jpg', 'a', ['Img_1.JPG'], ['x_1.jpg'], windows],
  ['/a/*.jpg', '/a', ['IMG_1.JPG'], ['x.png'], mac],
])('%s matches in %s', (pattern, folder, matching, others, system) => {
  const glob = parseGlob(pattern, system);
  expect(glob?.folder).toBe(folder);
  expect(matching.filter((path) => !selects(glob, path))).toEqual([]);
  expect(others.filter((path) => selects(glob, path))).toEqual([]);
});

test.each(['a/b.png', 'a/b{c.png', 'a/b[c.png', 'photos (1)/x.png'])('%s has no wildcards', (path) =>
  expect(parseGlob(path, linux)).toBeUndefined(),
);

test.each<[string, string, string]>([
  ['/p/{a,b}/*.png', '/p/{a,b}', '/p/{a,b}'],
  ['/p/a*/b?/*.png', '/p/a*', '/p/a*'],
  ['/p/a*/b?/*.png', '/p/a*/b?', '/p/a*/b?'],
  ['/p/[x]/{y,z}/**/*.png', '/p/[x]', '/p/[x]'],
])('in %s, the existing folder %s is literal', (pattern, existing, folder) => {
  const exists = (path: string) => path === existing || existing.startsWith(`${path}/`);
  expect(parseGlob(pattern, { platform: 'linux', exists })?.folder).toBe(folder);
});

test.each<[string, RegExp]>([
  [`a/${'{*,*}'.repeat(12)}x.png`, /more than 3 `\*` and 3 groups/],
  [`a/${'*a'.repeat(30)}b.png`, /more than 3 `\*` and 3 groups/],
  [`a/${'!('.repeat(20)}b${')'.repeat(20)}`, /more than 3 `\*` and 3 groups/],
])('%s is refused', (pattern, reason) => expect(parseGlob(pattern, linux)?.selection).toMatch(reason));
