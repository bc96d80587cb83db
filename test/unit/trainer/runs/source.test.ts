import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { portablePath } from '../../../../trainer/files/paths.ts';
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

  test('only changes of the folder count, with paths of the repository', async () => {
    const { folder, git } = repository();
    git('config', 'diff.relative', 'true');
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'b.txt'), 'one\n');
    git('add', '.');
    git('commit', '--quiet', '--message', 'second');
    writeFileSync(join(folder, 'a.txt'), 'secret\n');
    expect(await readSource(inner)).toMatchObject({ isDirty: false, patch: undefined });
    writeFileSync(join(inner, 'b.txt'), 'two\n');
    const patch = (await readSource(inner))?.patch?.toString();
    expect(patch).toContain('+++ b/inner/b.txt');
    expect(patch).not.toContain('secret');
  });

  test('files elsewhere that a repository names are not read', async () => {
    const { folder, git } = repository();
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'a.txt'), 'secret\n');
    git('config', 'core.worktree', elsewhere);
    expect(await readSource(folder)).toMatchObject({ isDirty: null, patch: undefined });
  });

  test('the environment does not name another repository', async () => {
    const { folder, git } = repository();
    const other = repository().folder;
    writeFileSync(join(other, 'a.txt'), 'other\n');
    vi.stubEnv('GIT_DIR', join(other, '.git'));
    vi.stubEnv('GIT_WORK_TREE', other);
    const source = await readSource(folder).finally(() => vi.unstubAllEnvs());
    expect(source).toEqual({ commit: git('rev-parse', 'HEAD'), isDirty: false, patch: undefined });
  });

  /** A repository with a changed file and one that only looks changed, and a program that leaves `marker`. */
  function hostileRepository() {
    const { folder, git } = repository();
    const program = join(folder, '.git', 'program.sh');
    const marker = join(temporaryFolder(), 'marker');
    writeFileSync(program, `#!/bin/sh\necho > '${portablePath(marker)}'\n`, { mode: 0o755 });
    writeFileSync(join(folder, 'b.txt'), 'one\n');
    git('add', 'b.txt');
    git('commit', '--quiet', '--message', 'second');
    writeFileSync(join(folder, 'a.txt'), 'two\n');
    utimesSync(join(folder, 'b.txt'), 1e9, 1e9);
    return { folder, git, program, marker, command: `sh '${portablePath(program)}'` };
  }
  type Hostile = ReturnType<typeof hostileRepository>;

  const attributes = ({ folder }: Hostile, text: string) =>
    writeFileSync(join(folder, '.gitattributes'), text);

  /** A repository in the folder, tracked as a submodule, with changes. */
  const submodule = ({ folder, git, command }: Hostile) => {
    const inner = repository().folder;
    writeFileSync(join(inner, 'a.txt'), 'two\n');
    execFileSync('git', ['-C', inner, 'config', 'core.fsmonitor', command]);
    renameSync(inner, join(folder, 'inner'));
    git('-c', 'advice.addEmbeddedRepo=false', 'add', 'inner');
    rmSync(join(folder, 'inner', 'a.txt'));
  };

  // Which program git is told to start, and what is found out nevertheless.
  test.each<[string, (hostile: Hostile) => void, isDirty: boolean | null]>([
    ['monitor', ({ git, command }) => git('config', 'core.fsmonitor', command), true],
    [
      'clean filter',
      (hostile) => {
        hostile.git('config', 'filter.x.clean', hostile.command);
        attributes(hostile, '*.txt filter=x');
      },
      true,
    ],
    [
      'required clean filter',
      (hostile) => {
        hostile.git('config', 'filter.X.y-z.clean', hostile.command);
        hostile.git('config', 'filter.X.y-z.required', 'true');
        attributes(hostile, '*.txt filter=X.y-z');
      },
      true,
    ],
    [
      'process filter',
      (hostile) => {
        hostile.git('config', 'filter.x.process', hostile.command);
        attributes(hostile, '*.txt filter=x');
      },
      true,
    ],
    [
      'filter of an included file',
      (hostile) => {
        const file = join(hostile.folder, '.git', 'other');
        hostile.git('config', '--file', file, 'filter.x.clean', hostile.command);
        hostile.git('config', 'include.path', 'other');
        attributes(hostile, '*.txt filter=x');
      },
      true,
    ],
    [
      'filter of a work tree',
      (hostile) => {
        hostile.git('config', 'extensions.worktreeConfig', 'true');
        hostile.git('config', '--worktree', 'filter.x.clean', hostile.command);
        attributes(hostile, '*.txt filter=x');
      },
      true,
    ],
    [
      'filter with an odd name',
      (hostile) => {
        hostile.git('config', 'filter.a=b.clean', hostile.command);
        attributes(hostile, '*.txt filter=a=b');
      },
      null,
    ],
    [
      'conversion to text',
      (hostile) => {
        hostile.git('config', 'diff.x.textconv', hostile.command);
        attributes(hostile, '*.txt diff=x');
      },
      true,
    ],
    [
      'diff of a kind of files',
      (hostile) => {
        hostile.git('config', 'diff.x.command', hostile.command);
        attributes(hostile, '*.txt diff=x');
      },
      true,
    ],
    ['external diff', ({ git, command }) => git('config', 'diff.external', command), true],
    ['monitor of a submodule', submodule, true],
    [
      'hook',
      ({ folder, git, program }) => {
        mkdirSync(join(folder, '.git', 'own'));
        renameSync(program, join(folder, '.git', 'own', 'post-index-change'));
        git('config', 'core.hooksPath', '.git/own');
      },
      true,
    ],
    [
      'download of what is missing',
      ({ folder, git, command }) => {
        const blob = git('rev-parse', 'HEAD:a.txt');
        rmSync(join(folder, '.git', 'objects', blob.slice(0, 2), blob.slice(2)), { force: true });
        git('config', 'core.repositoryFormatVersion', '1');
        git('config', 'extensions.partialClone', 'origin');
        git('config', 'remote.origin.url', portablePath(folder));
        git('config', 'remote.origin.promisor', 'true');
        git('config', 'remote.origin.uploadpack', command);
      },
      null,
    ],
  ])('not started for a repository: %s', async (_, prepare, isDirty) => {
    const hostile = hostileRepository();
    prepare(hostile);
    spawnSync('git', ['-C', hostile.folder, 'status']);
    spawnSync('git', ['-C', hostile.folder, 'diff', 'HEAD', '--']);
    expect(existsSync(hostile.marker)).toBe(true);
    rmSync(hostile.marker);
    utimesSync(join(hostile.folder, 'b.txt'), 2e9, 2e9);
    expect(await readSource(hostile.folder)).toMatchObject({ isDirty });
    expect(existsSync(hostile.marker)).toBe(false);
  });

  // Git 2.54 and later would start it; this one may be older.
  test('with a hook of the configuration, changes are not known', async () => {
    const { folder, git, command, marker } = hostileRepository();
    git('config', 'hook.x.event', 'post-index-change');
    git('config', 'hook.x.command', command);
    expect(await readSource(folder)).toMatchObject({ isDirty: null, patch: undefined });
    expect(existsSync(marker)).toBe(false);
  });

  test('a repository among the files of another one starts nothing', async () => {
    const { folder, git, command, marker } = hostileRepository();
    const inner = join(folder, 'inner');
    renameSync(join(folder, '.git'), inner);
    git('init', '--quiet');
    execFileSync('git', ['config', '--file', join(inner, 'config'), 'core.bare', 'false']);
    execFileSync('git', ['config', '--file', join(inner, 'config'), 'core.worktree', '.']);
    const moved = command.replace('/.git/', '/inner/');
    execFileSync('git', ['config', '--file', join(inner, 'config'), 'core.fsmonitor', moved]);
    spawnSync('git', ['-C', inner, 'diff', 'HEAD', '--']);
    expect(existsSync(marker)).toBe(true);
    rmSync(marker);
    await readSource(inner);
    expect(existsSync(marker)).toBe(false);
  });
});
