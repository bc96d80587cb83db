import { expect, test } from 'vitest';
import { delayAfter, retryAfterOf } from '../../../../trainer/mirror/retry.ts';

test.each([
  [1, 0, 2000],
  [1, 1, 2500],
  [2, 0, 4000],
  [5, 0.5, 36_000],
  [6, 0, 60_000],
  [1000, 1, 75_000],
])('after %d failures, with %d as random number, it waits %d ms', (failures, random, expected) => {
  expect(delayAfter(failures, random)).toBe(expected);
});

test.each([
  [null, undefined],
  ['0', 0],
  ['2.5', 2500],
  ['999999', 600_000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 50_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After: %s', (header, expected) => {
  expect(retryAfterOf(header, 10_000)).toBe(expected);
});
