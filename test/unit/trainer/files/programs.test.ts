import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { environmentWithout, findProgram } from '../../../../trainer/files/programs.ts';

// Files that can be started, and which of them is `git`. Relative files are in the current folder, that of a workspace.
test.each<[NodeJS.Platform, path: string | undefined, programs: string[], expected: string | undefined]>([
  ['win32', 'C:\\Git\\cmd;C:\\b', ['git.exe', 'C:\\Git\\cmd\\git.exe'], 'C:\\Git\\cmd\\git.exe'],
  ['win32', 'C:\\a;C:\\b', ['git.exe', '.\\git.exe', 'C:\\a\\git'], undefined],
  ['win32', 'C:\\a;C:\\b', ['C:\\a\\git.cmd', 'C:\\b\\git.exe'], 'C:\\b\\git.exe'],
  ['win32', '.;;bin;C:b;C:\\b', ['git.exe', 'bin\\git.exe', 'C:bgit.exe', 'C:b\\git.exe'], undefined],
  ['win32', '\\\\server\\tools', ['\\\\server\\tools\\git.exe'], '\\\\server\\tools\\git.exe'],
  ['linux', '/a:/b', ['git', '/b/git'], '/b/git'],
  ['linux', ':.:bin:/b', ['git', './git', 'bin/git', '/b/git'], '/b/git'],
  ['darwin', ':.:bin', ['git', './git', 'bin/git'], undefined],
  ['linux', undefined, ['git'], undefined],
])('on %s with the path %s and the programs %j, git is %s', (platform, path, programs, expected) => {
  const isProgram = (file: string) => programs.includes(file);
  expect(findProgram('git', { platform, path, isProgram })).toBe(expected);
});

test('a folder or a file that cannot be started is no program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-'));
  const ending = process.platform === 'win32' ? '.exe' : '';
  const [first = '', second = '', third = ''] = ['a', 'b', 'c'].map((name) => join(folder, name));
  for (const each of [first, second, third]) mkdirSync(each);
  mkdirSync(join(first, `tool${ending}`));
  // Windows has no files that cannot be started.
  if (process.platform !== 'win32') writeFileSync(join(second, 'tool'), '', { mode: 0o644 });
  const program = join(third, `tool${ending}`);
  writeFileSync(program, '');
  chmodSync(program, 0o755);
  vi.stubEnv('PATH', [first, second, third].join(delimiter));
  const found = findProgram('tool');
  vi.unstubAllEnvs();
  expect(found).toBe(program);
});

test('an environment without the variables of a program', () => {
  const environment = { GIT_DIR: '/a', Git_Work_Tree: '/b', PATH: '/bin', LEGIT_A: '1' };
  expect(environmentWithout('GIT_', environment)).toEqual({ PATH: '/bin', LEGIT_A: '1' });
});
