import { expect, test } from 'vitest';
import { isRunFile, nameProblem } from '../../../../client/run-files/new-run-file.ts';

test.each([
  ['/a/run.esrgan.yaml', true],
  ['C:\\a\\RUN.ESRGAN.YML', true],
  ['/a/run.esrgan.json', true],
  ['/a/run.yaml', false],
  ['/a/run.esrgan.yaml.bak', false],
])('%s', (path, expected) => expect(isRunFile(path)).toBe(expected));

test.each([
  ['photos-2', null],
  ['überall 3', null],
  ['  ', /Enter a name/],
  ['a/b', /cannot contain "\/"/],
  ['a\nb', /cannot/],
  ['.hidden', /start with a space, a dot/],
  ['-x', /hyphen/],
  ['x'.repeat(101), /at most 100/],
])('the name %j', (name, expected) => {
  const problem = nameProblem(name);
  if (expected === null) expect(problem).toBe(null);
  else expect(problem).toMatch(expected);
});
