import { describe, expect, test } from 'vitest';
import { isRunFile, nameProblem, withNotes } from '../../../../client/run-files/new-run-file.ts';

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

describe('comments list what could not be imported', () => {
  test('nothing', () => expect(withNotes('a: 1\n', [])).toBe('a: 1\n'));
  test('two notes', () =>
    expect(withNotes('a: 1\n', ['no EMA', 'no\nresume'])).toBe(
      '# Not carried over from the BasicSR options:\n#  - no EMA\n#  - no resume\n\na: 1\n',
    ));
});
