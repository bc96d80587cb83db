import { expect, test } from 'vitest';
import { withRuns } from '../../../../media/compare/runs.ts';

test.each([
  ['behind', ['a'], ['b', 'c'], ['a', 'b', 'c'], []],
  ['each once', ['a', 'b'], ['b', 'c'], ['a', 'b', 'c'], []],
  [
    'up to eight',
    ['1', '2', '3', '4', '5', '6', '7'],
    ['8', '9', '1'],
    ['1', '2', '3', '4', '5', '6', '7', '8'],
    ['9'],
  ],
])('more runs: %s', (_, runs, added, expected, left) => {
  expect(withRuns(runs, added)).toEqual({ runs: expected, left });
});
