import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { displayableSize } from '../../../../trainer/image-files/displayable.ts';
import { temporaryFolder } from '../data/images.ts';

const folder = temporaryFolder();

test.each<[string, number, boolean]>([
  ['a.png', 20, true],
  ['a.jpg', 20, true],
  ['a.webp', 20, true],
  ['a.tiff', 20, false],
  ['a.gif', 20, false],
  ['wide.png', 20_000, false],
])('%s of width %d is displayable: %s', async (name, width, isDisplayable) => {
  const file = join(folder, name);
  await sharp({ create: { width, height: 10, channels: 3, background: 'red' } }).toFile(file);
  expect(displayableSize(file)).toEqual(isDisplayable ? { width, height: 10 } : undefined);
});

test('a file that does not exist is not displayable', () =>
  expect(displayableSize(join(folder, 'absent.png'))).toBeUndefined());
