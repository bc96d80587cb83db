import { describe, expect, test } from 'vitest';
import {
  isInside,
  isWindowsPathElsewhere,
  nativePath,
  pathIdentity,
  portablePath,
  sortPaths,
  typedFolder,
  uniquePaths,
  withRelativePaths,
  workingFolder,
} from '../../../../trainer/files/paths.ts';

test.each([
  ['hr\\deep\\a.png', '\\', 'hr/deep/a.png'],
  ['hr/deep/a.png', '/', 'hr/deep/a.png'],
  ['a\\b.png', '/', 'a\\b.png'],
])('%s with the separator %s is stored as %s', (path, separator, expected) => {
  expect(portablePath(path, separator)).toBe(expected);
});

test.each([
  ['/', ['a2/x', 'a/x', 'B', 'a-b/x', 'a.png'], ['B', 'a-b/x', 'a.png', 'a/x', 'a2/x']],
  ['\\', ['a2\\x', 'a\\x', 'B', 'a-b\\x', 'a.png'], ['B', 'a-b\\x', 'a.png', 'a\\x', 'a2\\x']],
])('with the separator %s, the order of paths is that of every system', (separator, paths, expected) => {
  expect(sortPaths(paths, separator)).toEqual(expected);
});

// Platform, two spellings, and whether they are one path.
test.each<[NodeJS.Platform, string, string, boolean]>([
  ['win32', 'C:\\runs\\a', 'c:\\runs\\a', true],
  ['win32', 'C:\\Runs\\A', 'c:/runs/a/', true],
  ['win32', 'C:\\runs\\.\\b\\..\\a', 'C:\\runs\\a', true],
  ['win32', '\\\\Server\\share\\a', '//server/share/a', true],
  ['win32', 'C:\\runs\\a', 'D:\\runs\\a', false],
  ['darwin', '/Users/é', '/users/e\u0301', true],
  ['darwin', '/runs/a', '/runs/b', false],
  ['linux', '/runs/a/', '/runs/a', true],
  ['linux', '/runs/A', '/runs/a', false],
  ['linux', '/runs/a\\b', '/runs/a/b', false],
])('on %s, %s and %s: one path is %s', (platform, a, b, isOne) => {
  expect(pathIdentity(a, platform) === pathIdentity(b, platform)).toBe(isOne);
  expect(uniquePaths([a, b], platform)).toEqual(isOne ? [a] : [a, b]);
});

test.each<[string, boolean]>([
  ['C:\\data', true],
  ['d:/data', true],
  ['\\\\server\\share\\data', true],
  ['/data/C:\\data', false],
  ['data', false],
  ['C:', false],
])('%s is a path of Windows: %s', (path, expected) => {
  expect(isWindowsPathElsewhere(path, 'linux')).toBe(expected);
  expect(isWindowsPathElsewhere(path, 'win32')).toBe(false);
});

const long = 'x'.repeat(252);

test.each<[NodeJS.Platform, string, string]>([
  ['win32', 'C:\\a\\b.png', 'C:\\a\\b.png'],
  ['win32', 'a.png', 'a.png'],
  ['win32', `C:\\${long}.png`, `C:\\${long}.png`],
  ['win32', `C:\\${long}x.png`, `\\\\?\\C:\\${long}x.png`],
  ['win32', `C:/${long}/../${long}x.png`, `\\\\?\\C:\\${long}x.png`],
  ['win32', `\\\\server\\share\\${long}.png`, `\\\\?\\UNC\\server\\share\\${long}.png`],
  ['linux', `/${long}/${long}`, `/${long}/${long}`],
  ['darwin', `/${long}/${long}`, `/${long}/${long}`],
])('libraries on %s open %s as %s', (platform, path, expected) => {
  expect(nativePath(path, platform)).toBe(expected);
});

test.each<[NodeJS.Platform, string, string]>([
  ['win32', 'C:\\runs', 'C:\\runs'],
  ['win32', `C:\\a\\${'x'.repeat(252)}`, `C:\\a\\${'x'.repeat(252)}`],
  ['win32', `C:\\a\\${'x'.repeat(253)}`, 'C:\\a'],
  ['win32', `c:/a b/${long}/${long}/runs`, 'c:/a b'],
  ['win32', `\\\\server\\share\\${long}`, '\\\\server\\share\\'],
  ['linux', `/${long}/${long}`, `/${long}/${long}`],
])('a process on %s that should start in %s starts in %s', (platform, folder, expected) => {
  expect(workingFolder(folder, platform)).toBe(expected);
});

describe('a folder has a path', () => {
  test.each<[NodeJS.Platform, string, string, boolean]>([
    ['win32', 'C:\\runs', 'c:\\Runs\\a\\b', true],
    ['win32', 'C:\\', 'c:\\a', true],
    ['win32', 'C:\\runs', 'c:\\runs2\\a', false],
    ['win32', 'C:\\runs', 'C:\\runs\\..\\a', false],
    ['linux', '/runs', '/runs/a', true],
    ['linux', '/', '/a', true],
    ['linux', '/runs', '/runs', true],
    ['linux', '/runs', '/runs/a/../../b', false],
    ['linux', '/runs', '/runs2', false],
    ['linux', '/runs', '/runs/..b', true],
    ['linux', '/runs', 'x.png', false],
    ['darwin', '/Runs', '/runs/a', true],
    ['linux', '/runs', '/Runs/a', false],
  ])('on %s, %s: %s is %s', (platform, folder, path, expected) => {
    expect(isInside(folder, path, platform)).toBe(expected);
  });
});

test.each<[NodeJS.Platform, string, string, string]>([
  ['win32', 'data\\tr', 'data\\', 'data/'],
  ['win32', 'data/tr', 'data/', 'data/'],
  ['win32', 'data\\\\hr\\\\', 'data\\\\hr\\\\', 'data/hr/'],
  ['win32', 'C:\\data\\', 'C:\\data\\', 'C:/data/'],
  ['win32', 'C:', 'C:', 'C:/'],
  ['win32', '\\\\server\\share\\x', '\\\\server\\share\\', '//server/share/'],
  ['win32', 'tr', '', ''],
  ['linux', 'data/tr', 'data/', 'data/'],
  ['linux', 'da\\tr', '', ''],
  ['linux', '/', '/', '/'],
])('on %s, the folder of %s is written as %s', (platform, typed, written, given) => {
  expect(typedFolder(typed, platform)).toEqual({ written, given });
});

// Platform, folders, text, text for people.
test.each<[NodeJS.Platform, string[], string, string]>([
  ['linux', ['/w'], 'no images in /w/photos/hr', 'no images in photos/hr'],
  ['linux', ['/w/'], '“/w/a.png” and (/w/b c.png): /w/a.png', '“a.png” and (b c.png): a.png'],
  ['linux', ['/w'], '/w/a/run.esrgan.yaml:3:1: error: no /w/b', 'a/run.esrgan.yaml:3:1: error: no b'],
  ['linux', ['/w'], 'the folder /w does not exist, nor /w/', 'the folder /w does not exist, nor /w/'],
  ['linux', ['/w'], '/ww/a /v/w/a file:///w/a ~/w/a ../w/a', '/ww/a /v/w/a file:///w/a ~/w/a ../w/a'],
  ['linux', ['/w'], '/W/a', '/W/a'],
  ['linux', ['/'], '/w/a', '/w/a'],
  ['linux', [], '/w/a', '/w/a'],
  ['linux', ['/w (1)+'], '/w (1)+/a', 'a'],
  ['linux', ['/x/one', '/x/two'], '/x/one/a, /x/two/b, /x/c', 'one/a, two/b, /x/c'],
  ['linux', ['/w', '/w/in'], '/w/a, /w/in/b', 'w/a, in/b'],
  ['darwin', ['/Users/a/W'], '/users/A/w/b', 'b'],
  ['win32', ['c:\\w'], 'C:\\w\\a.png, c:/W/b and D:\\w\\c', 'a.png, b and D:\\w\\c'],
  ['win32', ['C:\\'], 'C:\\a', 'C:\\a'],
])('on %s, with %j, the text %j becomes %j', (platform, folders, text, expected) => {
  expect(withRelativePaths(text, folders, platform)).toBe(expected);
});
