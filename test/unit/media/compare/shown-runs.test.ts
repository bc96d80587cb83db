import { expect, test } from 'vitest';
import { addRuns } from '../../../../media/compare/shown-runs.ts';

test.each([
  ['after the others', ['a'], ['b', 'c'], ['a', 'b', 'c'], []],
  ['each once', ['a', 'b'], ['b', 'c'], ['a', 'b', 'c'], []],
  [
    'up to eight',
    ['1', '2', '3', '4', '5', '6', '7'],
    ['8', '9', '1'],
    ['1', '2', '3', '4', '5', '6', '7', '8'],
    ['9'],
  ],
])('adds runs: %s', (_, runs, added, expected, omitted) => {
  expect(addRuns(runs, added)).toEqual({ runs: expected, omitted });
});
