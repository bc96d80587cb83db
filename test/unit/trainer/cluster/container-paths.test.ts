import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertInContainer } from '../../../../trainer/cluster/container-paths.ts';

const folder = '/home/me/project';

test.each<[string, text: string]>([
  ['the defaults', '# nothing\n'],
  [
    'folders below the run file',
    'datasets: { own: { hr: { train: photos/train, val: "photos/val/*.png" } } }',
  ],
  ['folders next to that of the run file', 'runs_dir: ../runs\ntraining: { init: best }'],
])('a container has %s', (_, text) => {
  expect(() => assertInContainer(join(folder, 'sweep/a.esrgan.yaml'), text, folder)).not.toThrow();
});

test.each<[string, text: string, message: string]>([
  [
    'an absolute path',
    'datasets:\n  own: { hr: /data/photos }',
    '2:14: error: `datasets.own.hr` is "/data/photos", an absolute path, which the container does not have',
  ],
  [
    'one below the folder',
    'runs_dir: /home/me/project/runs',
    '1:11: error: `runs_dir` is "/home/me/project/runs", an',
  ],
  ['a path of Windows', 'data_dir: C:\\data', 'an absolute path'],
  ['a folder outside', 'data_dir: ../../data', '1:11: error: `data_dir` is "../../data", outside of '],
])('a container does not have %s', (_, text, message) => {
  const file = join(folder, 'sweep/a.esrgan.yaml');
  const check = () => assertInContainer(file, text, folder);
  expect(check).toThrow(
    expect.objectContaining({ code: 'config', message: expect.stringContaining(message) }),
  );
});

test('a run file elsewhere is refused', () => {
  expect(() => assertInContainer('/home/me/other/a.yaml', '', folder)).toThrow(
    /^\/home\/me\/other\/a\.yaml is not in the current folder, .*project, and the container has only that\./,
  );
});
