import { expect, test } from 'vitest';
import { withDistinctNames } from '../../../../client/runs/distinct-names.ts';
import { aRun } from './runs.ts';

test.each([
  [
    ['/w/runs/a', '/w/runs/b'],
    ['a', 'b'],
  ],
  [
    ['/alpha/runs/a', '/beta/runs/a', '/beta/runs/b'],
    ['alpha/runs/a', 'beta/runs/a', 'b'],
  ],
  [
    ['/w/one/a', '/w/two/a'],
    ['one/a', 'two/a'],
  ],
  [
    ['C:\\alpha\\runs\\a', 'C:\\beta\\runs\\a'],
    ['alpha/runs/a', 'beta/runs/a'],
  ],
  [
    ['/runs/a', '/x/runs/a'],
    ['/runs/a', 'x/runs/a'],
  ],
])('%j', (roots, names) => {
  const runs = roots.map((run) => aRun({ run, name: run.at(-1)! }));
  expect(withDistinctNames(runs).map(({ name }) => name)).toEqual(names);
});

test('runs of different names are the same objects', () => {
  const runs = [aRun({ name: 'a' }), aRun({ name: 'b' })];
  expect(withDistinctNames(runs)).toBe(runs);
});
