import { expect, test } from 'vitest';
import { newRunFileName, newRunName } from '../../../../server/presets/new-run-name.ts';

const long = 'x'.repeat(100);

test.each<[wanted: string, taken: string[], expected: string]>([
  ['photos', [], 'photos'],
  ['photos', ['other'], 'photos'],
  ['photos', ['photos'], 'photos-2'],
  ['photos', ['photos', 'photos-2', 'photos-3'], 'photos-4'],
  ['photos-2', ['photos', 'photos-2'], 'photos-3'],
  ['photos-9', ['photos', 'photos-9'], 'photos-2'],
  ['patch-64', ['patch-64'], 'patch-64-2'],
  ['Photos', ['photos'], 'Photos-2'],
  ['a/b: c?', [], 'a-b- c-'],
  ['', [], 'run'],
  ['..', ['run'], 'run-2'],
  [long, [long], `${'x'.repeat(98)}-2`],
])('%j with %j taken becomes %j', (wanted, taken, expected) => {
  expect(newRunName(wanted, taken)).toBe(expected);
});

test.each([
  [[], 'photos-15min.esrgan.yaml'],
  [['photos-15min.esrgan.yaml', 'a.png'], 'photos-15min-2.esrgan.yaml'],
  [['Photos-15MIN.esrgan.json'], 'photos-15min-2.esrgan.yaml'],
])('among %j, a run file is called %s', (files, expected) =>
  expect(newRunFileName('photos-15min', files)).toBe(expected),
);
