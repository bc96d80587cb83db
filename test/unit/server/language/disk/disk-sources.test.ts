import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskSources } from '../../../../../server/language/disk/disk-sources.ts';
import { writeCheckpoint } from '../../../../../trainer/runs/checkpoints.ts';
import { runPaths } from '../../../../../trainer/runs/run-directory.ts';
import { hasFolderLinks, needsFolderLinks } from '../../../../folder-links.ts';
import { temporaryFolder } from '../../../trainer/data/images.ts';
import { filesOf, stateAt } from '../../../trainer/runs/checkpoint-fixture.ts';

test.runIf(hasFolderLinks)(needsFolderLinks('a folder, with links to folders among its folders'), () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'a.png'), '');
  symlinkSync(join(folder, 'sub'), join(folder, 'linked'), 'junction');
  symlinkSync(join(folder, 'gone'), join(folder, 'dead'), 'junction');
  const found = diskSources.listFolder(folder).map(({ name, isFolder }) => `${name} ${isFolder}`);
  expect(found.sort()).toEqual(['a.png false', 'dead false', 'linked true', 'sub true']);
});

test('the checkpoints of the runs in a folder', () => {
  const runsDir = temporaryFolder();
  const paths = runPaths(join(runsDir, 'a'));
  mkdirSync(paths.checkpoints, { recursive: true });
  writeFileSync(paths.manifest, '{}');
  mkdirSync(join(runsDir, 'no run'));
  const written = writeCheckpoint(paths, filesOf('x'), stateAt(20, { metrics: { psnr: 28.5 } }));
  writeCheckpoint(paths, filesOf('x'), stateAt(30, { metrics: {} }));
  expect(diskSources.listCheckpoints(runsDir)).toEqual([
    { path: written.path, run: 'a', stage: 'pretraining', step: 20, psnr: 28.5 },
    expect.objectContaining({ step: 30, psnr: null }),
  ]);
});

test('what is not there', () => {
  const nowhere = join(temporaryFolder(), 'none');
  expect(diskSources.listFolder(nowhere)).toEqual([]);
  expect(diskSources.listCheckpoints(nowhere)).toEqual([]);
});
