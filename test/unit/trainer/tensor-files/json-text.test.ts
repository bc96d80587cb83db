import { expect, test } from 'vitest';
import { repeatedKey } from '../../../../trainer/tensor-files/repeated-key.ts';

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
