import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { portablePath } from '../../../../trainer/files/paths.ts';
import { listHrImages, listImages } from '../../../../trainer/image-files/list-images.ts';
import { splitImages, validationNames, writtenPath } from '../../../../trainer/image-files/split-images.ts';
import { isWindows } from '../../../unix.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-split-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(...names: string[]) {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), '');
  }
}

/** The names that each part of the split selects. */
function parts() {
  const split = splitImages(folder);
  const names = (pattern: string) =>
    (listImages(pattern) ?? []).map((path) => portablePath(path.slice(folder.length + 1)));
  return split && { train: names(split.train), val: names(split.val), count: split.count };
}

const photos = (count: number) => Array.from({ length: count }, (_, i) => `IMG_${i}.jpg`);

describe('a folder without subfolders', () => {
  test('one image in ten is for validation, and no image is for both', () => {
    write(...photos(40), 'notes.txt');
    const found = parts();
    expect(found?.val).toHaveLength(4);
    expect(found?.count).toBe(36);
    expect([...(found?.train ?? []), ...(found?.val ?? [])].sort()).toEqual(photos(40).sort());
  });

  test('an image that is added later is for training', () => {
    write(...photos(20));
    const split = splitImages(folder);
    write('IMG_20.jpg');
    expect(listImages(split?.train ?? '')).toHaveLength(19);
  });

  test('results of upscaling are not for training, also those of validation images', () => {
    write(...photos(20));
    const before = parts();
    write(...photos(20).map((name) => name.replace('.jpg', '_x4.jpg')), 'IMG_1_x4-2.png');
    const images = listHrImages(splitImages(folder)?.train ?? '');
    expect(images?.map((path) => portablePath(path.slice(folder.length + 1)))).toEqual(before?.train);
    expect(parts()?.count).toBe(before?.count);
  });

  test('names with characters of globs are for training', () => {
    write('a (1).jpg', '[b].jpg', ...(isWindows ? [] : ['c|d.jpg']), 'e.jpg');
    expect(parts()?.val).toEqual(['e.jpg']);
  });
});

test('images in subfolders are split too', () => {
  write(...photos(10).map((name) => `2024/${name}`), ...photos(9).map((name) => `x${name}`));
  const found = parts();
  expect(found?.val).toHaveLength(2);
  expect(found?.train).toHaveLength(17);
});

test('subfolders for training and validation are used', () => {
  write('train/a.png', 'train/b.png', 'valid/c.png');
  expect(parts()).toEqual({ train: ['train/a.png', 'train/b.png'], val: ['valid/c.png'], count: 2 });
});

test.each([
  ['no images', []],
  ['one image', ['a.png']],
])('%s cannot be split', (_, names) => {
  write(...names);
  expect(splitImages(folder)).toBeUndefined();
});

test.each([
  [['a.jpg', 'b.jpg'], 1],
  [photos(200), 10],
  [['a.jpg'], 0],
  [['x|y.jpg', '(z).jpg'], 0],
])('of %j, %d are for validation', (names, count) => expect(validationNames(names)).toHaveLength(count));

test.each([
  ['/p', '/p/photos/*.jpg', 'photos/*.jpg'],
  ['/p/runs', '/p/photos', '../photos'],
  ['/p/a/b', '/photos', resolve('/photos')],
  ['/p', '/p/{scale}/a', '{{scale}}/a'],
])('a run file in %s names %s as %s', (from, path, expected) =>
  expect(writtenPath(resolve(from), resolve(path))).toBe(portablePath(expected)),
);
