import { expect, test } from 'vitest';
import { grantedFolders } from '../../../../client/comparison/granted-folders.ts';

const known = ['/w/runs/a', '/w/runs/b', '/other/c'].map((run) => ({ run }));

test.each<[string, string[], string[]]>([
  ['one folder for its runs', ['/w/runs/a', '/w/runs/b'], ['/w/runs']],
  ['folders of all runs', ['/w/runs/a', '/other/c'], ['/w/runs', '/other']],
  ['nothing for a run that the server does not know', ['/etc/ssh'], []],
  ['nothing for a path that only resembles a run', ['/w/runs/a/', '/w/runs/a/..', '/w/runs/A'], []],
  ['only the known one of several', ['/home/user/.ssh/keys', '/other/c'], ['/other']],
  ['nothing for no runs', [], []],
])('grants %s', (_, runs, folders) => {
  expect(grantedFolders(runs, known)).toEqual(folders);
});
