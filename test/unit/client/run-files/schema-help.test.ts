import { expect, test } from 'vitest';
import { isSchemaProblem, othersHelp } from '../../../../client/run-files/schema-help.ts';

test.each([
  ['esrgan-yaml', true, false],
  ['esrgan-json', true, false],
  ['yaml', true, true],
  ['yaml', false, false],
  ['json', false, true],
  ['jsonc', false, true],
])('%s, with another YAML extension %s', (language, hasYaml, expected) =>
  expect(othersHelp(language, hasYaml)).toBe(expected),
);

test.each([
  ['unknown-key', true],
  [{ value: 'range', target: 'x' }, true],
  ['milestones-not-increasing', false],
  [undefined, false],
])('%j', (code, expected) => expect(isSchemaProblem(code)).toBe(expected));
