import { expect, test } from 'vitest';
import { nestingOf, repeatedKey } from '../../../../trainer/tensor-files/json-text.ts';

test.each([
  ['', 0],
  ['1', 0],
  ['{}', 1],
  ['{"a":[{}],"b":[]}', 3],
  ['{"[[[[":"{{{{"}', 1],
  ['{"\\"[[[["}', 1],
  ['"without an end [[', 0],
  ['[]][[[', 2],
  ['['.repeat(100_000), 100_000],
])('brackets in %j', (json, expected) => {
  expect(nestingOf(json)).toBe(expected);
});

test.each([
  ['{}', undefined],
  ['{"a":1,"b":2}', undefined],
  ['{"a":1,"b":2,"a":3}', 'a'],
  ['{ "a" : 1 , "b" : {} ,\n "a" \n:3}', 'a'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"a\\"":1,"a":"a\\\\","b":2}', undefined],
  ['{"a":"a","b":"a"}', undefined],
  ['{"a":{"a":{"a":1}},"b":["a",{"a":1}]}', undefined],
  ['{"a":"{","b":"}","a":1}', 'a'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
])('%s: %s', (json, expected) => {
  expect(repeatedKey(json)).toBe(expected);
});
