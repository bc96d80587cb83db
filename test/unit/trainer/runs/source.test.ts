import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSource, recordPatch } from '../../../../trainer/runs/source.ts';
import { temporaryFolder, temporaryRun } from './temporary-run.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;

/** A repository with one commit of `a.txt`, whose owner likes colors and no prefixes. */
function repository(): { readonly folder: string; git(...words: string[]): string } {
  const folder = temporaryFolder();
  const own = ['user.name=a', 'user.email=a@b', 'color.ui=always', 'diff.noprefix=true'];
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' }).trim();
  git('init', '--quiet');
  for (const each of own) git('config', ...each.split('='));
  writeFileSync(join(folder, 'a.txt'), 'one\n');
  git('add', '.');
  git('commit', '--quiet', '--message', 'first');
  return { folder, git };
}

test('a folder without a repository has no source', async () => {
  expect(await readSource(temporaryFolder())).toBeUndefined();
  expect(await readSource(join(temporaryFolder(), 'none'))).toBeUndefined();
});

describe.skipIf(!hasGit)(`repositories${hasGit ? '' : ' (skipped: needs git)'}`, () => {
  test('a commit, from any of its folders; files that are not tracked do not count', async () => {
    const { folder, git } = repository();
    mkdirSync(join(folder, 'runs'));
    writeFileSync(join(folder, 'secret.txt'), 'not tracked');
    expect(await readSource(join(folder, 'runs'))).toEqual({
      commit: git('rev-parse', 'HEAD'),
      isDirty: false,
      patch: undefined,
    });
  });

  test('changes are a patch that leads from the commit to them', async () => {
    const { folder, git } = repository();
    writeFileSync(join(folder, 'a.txt'), 'two\n');
    writeFileSync(join(folder, 'b.bin'), new Uint8Array([0, 255, 10]));
    git('add', 'b.bin');
    const source = await readSource(folder);
    expect(source?.isDirty).toBe(true);
    git('reset', '--quiet', '--hard');
    const run = temporaryRun();
    recordPatch(run, source);
    git('apply', join(run.root, 'source.patch'));
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('two\n');
    expect([...readFileSync(join(folder, 'b.bin'))]).toEqual([0, 255, 10]);
    git('reset', '--quiet', '--hard');
    recordPatch(run, await readSource(folder));
    expect(existsSync(join(run.root, 'source.patch'))).toBe(false);
  });

  test('changes that are too large are known, but not saved', async () => {
    const { folder } = repository();
    writeFileSync(join(folder, 'a.txt'), 'line\n'.repeat(300_000));
    expect(await readSource(folder)).toMatchObject({ isDirty: true, patch: undefined });
  });

  test('a repository without a commit has no source', async () => {
    const folder = temporaryFolder();
    execFileSync('git', ['-C', folder, 'init', '--quiet']);
    expect(await readSource(folder)).toBeUndefined();
  });
});
