import { expect, test } from 'vitest';
import { isImageName } from '../../../../trainer/files/image-names.ts';

test.each([
  ['a.png', true],
  ['/photos/a.b.JPEG', true],
  ['a.tif', true],
  ['a.avif', true],
  ['a.svg', false],
  ['png', false],
  ['a.png.txt', false],
])('%s is an image by its name: %s', (path, expected) => expect(isImageName(path)).toBe(expected));
