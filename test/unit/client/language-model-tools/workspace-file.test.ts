import { expect, test } from 'vitest';
import { possiblePlaces } from '../../../../client/language-model-tools/workspace-file.ts';
import { asOnUnix } from '../../../unix.ts';

const sea = { name: 'sea', path: '/work/sea' };
const land = { name: 'land', path: '/data/land' };

test.each<[string, (typeof sea)[], string[]]>([
  ['/a/run.esrgan.yaml', [sea], ['/a/run.esrgan.yaml']],
  ['run.esrgan.yaml', [sea], ['/work/sea/run.esrgan.yaml']],
  [
    'runs/run.esrgan.yaml',
    [sea, land],
    ['/work/sea/runs/run.esrgan.yaml', '/data/land/runs/run.esrgan.yaml'],
  ],
  [
    'land/run.esrgan.yaml',
    [sea, land],
    ['/work/sea/land/run.esrgan.yaml', '/data/land/land/run.esrgan.yaml', '/data/land/run.esrgan.yaml'],
  ],
  ['land', [land], ['/data/land/land']],
  ['run.esrgan.yaml', [], []],
])('%s in %j', (file, folders, expected) =>
  expect(asOnUnix(possiblePlaces(file, folders))).toEqual(expected),
);
