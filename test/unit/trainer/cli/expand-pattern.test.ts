import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expandPattern } from '../../../../trainer/cli/expand-pattern.ts';
import { folderWith } from '../image-files/folder-with.ts';

const files = ['a.jpg', 'b.JPG', 'b.png', 'sub/c.jpg', 'sub2/d.jpg', 'x[1].jpg', '.hidden.jpg'];
const ignoresCase = process.platform === 'win32' || process.platform === 'darwin';

test.each<[string, string[]]>([
  ['a.jpg', ['a.jpg']],
  ['none.jpg', ['none.jpg']],
  ['*.gif', ['*.gif']],
  ['*.jpg', ignoresCase ? ['a.jpg', 'b.JPG', 'x[1].jpg'] : ['a.jpg', 'x[1].jpg']],
  ['b.*', ['b.JPG', 'b.png']],
  ['*/*.jpg', ['sub/c.jpg', 'sub2/d.jpg']],
  ['sub*', ['sub', 'sub2']],
  ['x[1].jpg', ['x[1].jpg']],
  ['*a*b*c*d*', ['*a*b*c*d*']],
])('%s stands for %j', (pattern, expected) => {
  const folder = folderWith(...files);
  const paths = expected.map((name) => join(folder, name));
  expect(expandPattern(join(folder, pattern), ['before'])).toEqual(['before', ...paths]);
});
