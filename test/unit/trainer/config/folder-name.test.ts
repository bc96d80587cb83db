import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderName, isPortableName } from '../../../../trainer/config/index.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../schemas/run.esrgan.schema.json'), 'utf8'),
);
const allowed = new RegExp(schema.properties.name.pattern, 'u');

// Text, and the name of a run that is made of it.
test.each([
  ['whole', 'whole'],
  ['a/b: c?', 'a-b- c-'],
  ['..hidden. ', 'hidden'],
  ['-x', 'x'],
  ['nul', 'run-nul'],
  ['Con.v2', 'run-Con.v2'],
  ['com1', 'run-com1'],
  ['lpt10', 'lpt10'],
  ['null', 'null'],
  ['console', 'console'],
  ['x'.repeat(120), 'x'.repeat(100)],
  ['...', 'run'],
  ['東京', '東京'],
])('the folder name of %j is %j', (text, expected) => {
  const name = folderName(text);
  expect(name).toBe(expected);
  expect(isPortableName(name)).toBe(true);
  expect(allowed.test(name)).toBe(true);
});

test.each(['nul', 'CON', 'aux.png', 'prn.tar.gz', 'a:b', 'a.', 'a ', 'a\\b', 'com9', 'Lpt0'])(
  'not every system can store %j',
  (name) => {
    expect(isPortableName(name)).toBe(false);
    expect(allowed.test(name)).toBe(false);
  },
);
