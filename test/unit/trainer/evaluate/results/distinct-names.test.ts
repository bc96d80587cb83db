import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { distinctNames } from '../../../../../trainer/evaluate/results/distinct-names.ts';

test.each<[string[], string[]]>([
  [[], []],
  [
    ['w/runs/a', 'w/runs/b'],
    ['a', 'b'],
  ],
  [
    ['w/old/a', 'w/new/a', 'w/new/b'],
    ['old/a', 'new/a', 'b'],
  ],
  [
    ['x/1/runs/a', 'x/2/runs/a', 'x/2/a'],
    ['1/runs/a', '2/runs/a', '2/a'],
  ],
  [
    ['w/a', 'w/xa'],
    ['a', 'xa'],
  ],
  [
    ['w/a', 'w/a'],
    ['a', 'a'],
  ],
  [
    ['p/a/a', 'p/a'],
    ['a/a', 'p/a'],
  ],
])('the runs %j are called %j', (folders, names) => {
  expect(distinctNames(folders.map((folder) => resolve(folder)))).toEqual(names);
});
