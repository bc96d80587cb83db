import { expect, test } from 'vitest';
import { isImageName, isVideoName } from '../../../../trainer/files/image-names.ts';

test.each([
  ['a.png', true],
  ['/photos/a.b.JPEG', true],
  ['a.tif', true],
  ['a.avif', true],
  ['a.svg', false],
  ['png', false],
  ['a.png.txt', false],
])('%s is an image by its name: %s', (path, expected) => expect(isImageName(path)).toBe(expected));

test.each([
  ['a.mp4', true],
  ['A.MKV', true],
  ['a.webm', true],
  ['a.mpeg', true],
  ['a.ts', false],
  ['a.gif', false],
  ['mp4', false],
])('%s is a video by its name: %s', (path, expected) => expect(isVideoName(path)).toBe(expected));
