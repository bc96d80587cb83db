import { existsSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFolderSync } from '../../../../trainer/files/create-folder.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'folders-')));
afterAll(() => rmSync(root, { recursive: true }));
writeFileSync(join(root, 'file'), '');

test.each([
  ['a', 'a'],
  ['a', undefined],
  ['a/b/c', 'a/b'],
  ['new/deep/er', 'new'],
  ['', undefined],
])('creates %j, from %j on', (path, first) => {
  expect(createFolderSync(join(root, path))).toBe(first && join(root, first));
  expect(statSync(join(root, path)).isDirectory()).toBe(true);
});

test.each([
  ['a file', join(root, 'file'), 'EEXIST'],
  // Windows says of such a folder that its parent is missing; of the parent, that it exists.
  ['in a file', join(root, 'file', 'a'), process.platform === 'win32' ? 'EEXIST' : 'ENOTDIR'],
])('%s', (_, path, code) => {
  expect(() => createFolderSync(path)).toThrow(code);
});

// Node's own recursive mkdir never ends here.
test.skipIf(!existsSync('/proc/self'))('a folder in which the system creates none', () => {
  for (const path of ['/proc/none', '/proc/none/deep/er'])
    expect(() => createFolderSync(path)).toThrow('ENOENT');
});

test.skipIf(process.platform === 'win32')('through a link that leads nowhere', () => {
  symlinkSync(join(root, 'gone'), join(root, 'link'));
  expect(() => createFolderSync(join(root, 'link', 'a'))).toThrow('EEXIST');
});
