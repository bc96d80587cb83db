import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  discard,
  discardEmptyFolder,
  discardEmptyFolderSync,
  discardSync,
  move,
  moveSync,
  type RetrySystem,
  removeFile,
  removeFileSync,
  removeFolder,
  removeFolderSync,
  retry,
  retrySync,
} from '../../../../trainer/files/change-files.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'esrgan-files-'));

/** A platform whose clock moves only while one waits. */
function systemOf(platform: NodeJS.Platform): { system: RetrySystem; pauses: number[] } {
  let time = 5;
  const pauses: number[] = [];
  const waitSync = (milliseconds: number) => {
    pauses.push(milliseconds);
    time += milliseconds;
  };
  const wait = async (milliseconds: number) => waitSync(milliseconds);
  return { system: { platform, now: () => time, waitSync, wait }, pauses };
}

const failure = (code: string) => Object.assign(new Error(code), { code });

/** Fails so many times, then returns the number of calls. */
function failing(times: number, error: unknown): () => number {
  let calls = 0;
  return () => {
    calls++;
    if (calls <= times) throw error;
    return calls;
  };
}

/** Both variants of a function as one that may be awaited. */
const retries = [
  { variant: 'retrySync', run: async (work: () => number, system: RetrySystem) => retrySync(work, system) },
  { variant: 'retry', run: (work: () => number, system: RetrySystem) => retry(async () => work(), system) },
];

describe.each(retries)('$variant', ({ run }) => {
  test.each(['EPERM', 'EACCES', 'EBUSY', 'ENOTEMPTY'])('waits out %s on Windows', async (code) => {
    const { system, pauses } = systemOf('win32');
    expect(await run(failing(3, failure(code)), system)).toBe(4);
    expect(pauses).toEqual([10, 20, 30]);
  });

  test('waits longer each time, up to a tenth of a second, and gives up after ten', async () => {
    const { system, pauses } = systemOf('win32');
    const error = failure('EBUSY');
    await expect(run(failing(1e6, error), system)).rejects.toBe(error);
    expect(pauses.slice(8, 12)).toEqual([90, 100, 100, 100]);
    const sum = pauses.reduce((total, pause) => total + pause, 0);
    expect(sum).toBeGreaterThanOrEqual(10_000);
    expect(sum).toBeLessThan(10_100);
  });

  test.each([
    { platform: 'win32', error: failure('ENOENT') },
    { platform: 'win32', error: failure('ENOSPC') },
    { platform: 'win32', error: new Error('EBUSY') },
    { platform: 'win32', error: 'EBUSY' },
    { platform: 'linux', error: failure('EBUSY') },
    { platform: 'linux', error: failure('EPERM') },
    { platform: 'darwin', error: failure('ENOTEMPTY') },
  ] as const)('tries only once on $platform with $error', async ({ platform, error }) => {
    const { system, pauses } = systemOf(platform);
    await expect(run(failing(1, error), system)).rejects.toBe(error);
    expect(pauses).toEqual([]);
  });
});

describe.each([
  {
    variant: 'synchronous',
    move: async (from: string, to: string, system?: RetrySystem) => moveSync(from, to, system),
    removeFile: async (path: string) => removeFileSync(path),
    removeFolder: async (path: string) => removeFolderSync(path),
    discard: async (path: string) => discardSync(path),
    discardEmptyFolder: async (path: string) => discardEmptyFolderSync(path),
  },
  { variant: 'asynchronous', move, removeFile, removeFolder, discard, discardEmptyFolder },
])('the $variant functions', (functions) => {
  test('rename files, also over another one, and folders', async () => {
    const root = folder();
    writeFileSync(join(root, 'a'), 'new');
    writeFileSync(join(root, 'b'), 'old');
    await functions.move(join(root, 'a'), join(root, 'b'));
    expect(readFileSync(join(root, 'b'), 'utf8')).toBe('new');
    mkdirSync(join(root, 'c'));
    await functions.move(join(root, 'c'), join(root, 'd'));
    expect(readdirSync(root)).toEqual(['b', 'd']);
  });

  test('do not wait for a folder to be replaced', async () => {
    const root = folder();
    for (const name of ['a', 'b']) {
      mkdirSync(join(root, name));
      writeFileSync(join(root, name, 'file'), '');
    }
    const { system, pauses } = systemOf('win32');
    await expect(functions.move(join(root, 'a'), join(root, 'b'), system)).rejects.toThrow(/ENOTEMPTY|EPERM/);
    expect(pauses).toEqual([]);
  });

  test('delete files and folders, and nothing else', async () => {
    const root = folder();
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'folder/inner'), { recursive: true });
    await functions.removeFile(join(root, 'file'));
    await functions.removeFile(join(root, 'missing'));
    await functions.removeFolder(join(root, 'missing'));
    await expect(functions.removeFile(join(root, 'folder'))).rejects.toThrow(/directory/i);
    expect(readdirSync(root)).toEqual(['folder']);
    await functions.removeFolder(join(root, 'folder'));
    expect(readdirSync(root)).toEqual([]);
  });

  test('discard what is there, and never throw', async () => {
    const root = folder();
    mkdirSync(join(root, 'folder/inner'), { recursive: true });
    writeFileSync(join(root, 'file'), '');
    for (const name of ['folder', 'missing', 'file/inside', 'name\0'])
      await functions.discard(join(root, name));
    expect(readdirSync(root)).toEqual(['file']);
  });

  test('discard a folder only if it is empty', async () => {
    const root = folder();
    mkdirSync(join(root, 'full/empty'), { recursive: true });
    await functions.discardEmptyFolder(join(root, 'full'));
    expect(existsSync(join(root, 'full/empty'))).toBe(true);
    await functions.discardEmptyFolder(join(root, 'full/empty'));
    await functions.discardEmptyFolder(join(root, 'full/empty'));
    expect(readdirSync(join(root, 'full'))).toEqual([]);
  });
});
