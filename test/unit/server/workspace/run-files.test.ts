import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import {
  findRunFiles,
  isOwnRunFile,
  readPlaces,
  runDirectoryOf,
} from '../../../../server/workspace/run-files.ts';
import { portablePath } from '../../../../trainer/files/paths.ts';
import { listRuns } from '../../../../trainer/runs/list.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { oddFiles } from '../../trainer/files/odd-files.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

function write(root: string, name: string, text = ''): void {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const time = new Date().toISOString();
const queued = JSON.stringify({ format: 1, time, host: 'h', stage: 'training', resume: false, order: 1 });

test.each<[string, Readonly<Record<string, string>>, string[]]>([
  ['a folder named launch beside it', { 'launch/launch.xml': '', 'a.esrgan.yaml': '' }, ['a.esrgan.yaml']],
  ['a folder named launch above it', { 'launch/p/a.esrgan.yaml': '' }, ['launch/p/a.esrgan.yaml']],
  ['its own folder named launch', { 'launch/a.esrgan.yaml': '' }, ['launch/a.esrgan.yaml']],
  [
    'a foreign run.json above it',
    { 'run.json': '{"scripts": []}', 'p/a.esrgan.yaml': '' },
    ['p/a.esrgan.yaml'],
  ],
  ['a run.json that is no JSON', { 'run.json': 'x', 'a.esrgan.json': '' }, ['a.esrgan.json']],
  ['a foreign status.json', { 'status.json': '{"ok": true}', 'a.esrgan.yml': '' }, ['a.esrgan.yml']],
  [
    'folders named samples and checkpoints',
    { 'samples/checkpoints/a.esrgan.yaml': '' },
    ['samples/checkpoints/a.esrgan.yaml'],
  ],
  [
    'a queued run',
    { 'runs/r/launch/queued.json': queued, 'runs/r/launch/run.esrgan.yaml': '', 'a.esrgan.yaml': '' },
    ['a.esrgan.yaml'],
  ],
  [
    'a run with a damaged manifest',
    { 'runs/r/run.json': '{', 'runs/r/checkpoints/x': '', 'runs/r/run.esrgan.yaml': '' },
    [],
  ],
])('a run file is found in spite of %s', async (_, files, found) => {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) write(root, name, text);
  expect((await findRunFiles(root)).map((file) => portablePath(relative(root, file)))).toEqual(found);
  for (const name of Object.keys(files).filter((each) => each.includes('.esrgan.')))
    expect([name, isOwnRunFile(join(root, name))]).toEqual([name, found.includes(name)]);
});

const isWindows = process.platform === 'win32';
const noLinks = isWindows ? ' (skipped: no links to files on Windows)' : '';

test.skipIf(isWindows)(
  `a run file that cannot be read now has the places that it had before${noLinks}`,
  () => {
    const root = temporaryFolder();
    const file = join(root, 'a.esrgan.yaml');
    write(root, 'a.esrgan.yaml', 'runs_dir: r\n');
    const known = readPlaces(file);
    expect(known).toMatchObject({ runsDir: join(root, 'r') });
    rmSync(file);
    expect(readPlaces(file, known)).toBeUndefined();
    symlinkSync(file, file);
    expect(readPlaces(file, known)).toBe(known);
  },
);

test.each(oddFiles)('%s named like a run file is not read', async (_, make) => {
  const root = temporaryFolder();
  const odd = join(root, 'odd.esrgan.yaml');
  make(odd);
  write(root, 'a.esrgan.yaml', 'runs_dir: r\n');
  const found = await findRunFiles(root);
  expect(found).toContain(join(root, 'a.esrgan.yaml'));
  expect(found.flatMap((file) => readPlaces(file) ?? [])).toMatchObject([{ runsDir: join(root, 'r') }]);
});

test('the copy in a run directory is not a run file of its own', async () => {
  const root = temporaryFolder();
  const paths = createRunDirectory(join(root, 'r'));
  createManifest(paths, { seed: 0, configHash: '', data: {}, ancestry: [] });
  write(paths.root, 'run.esrgan.yaml');
  write(paths.launch, 'run.esrgan.yaml');
  expect(await findRunFiles(root)).toEqual([]);
  expect(isOwnRunFile(paths.config)).toBe(false);
  expect(isOwnRunFile(join(paths.launch, 'run.esrgan.yaml'))).toBe(false);
});

test('a folder is a run by its content, not by the names in it', () => {
  const root = temporaryFolder();
  write(root, 'a/launch/launch.xml');
  write(root, 'b/run.json', '{}');
  write(root, 'c/launch/queued.json', queued);
  createManifest(createRunDirectory(join(root, 'launch')), {
    seed: 0,
    configHash: '',
    data: {},
    ancestry: [],
  });
  expect(listRuns(root, Date.now()).map(({ paths }) => paths.root)).toEqual(
    ['c', 'launch'].map((name) => runPaths(join(root, name)).root),
  );
});

test.each([
  ['its file name', '', 'runs/a'],
  ['its keys', '{ name: b, runs_dir: ../elsewhere }', '../elsewhere/b'],
  ['its keys, although others are wrong', 'name: b\nbatch_sise: 4\nscale_factor: x\n', 'runs/b'],
])('a run file describes a run by %s', (_, text, run) => {
  const root = join(temporaryFolder(), 'project');
  write(root, 'a.esrgan.yaml', text);
  expect(runDirectoryOf(join(root, 'a.esrgan.yaml'))).toBe(join(root, run));
});

test('a missing run file describes no run', () => {
  expect(runDirectoryOf(join(temporaryFolder(), 'a.esrgan.yaml'))).toBeUndefined();
});
