import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withHostLock } from '../../../../server/experiments/host-lock.ts';
import { thisHost, thisProcess } from '../../../../trainer/runs/processes.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

/** Whether the system knows the user: not in a container that was started with any user id. */
const user = vi.hoisted(() => ({ isKnown: true }));

vi.mock('node:os', async (importOriginal) => {
  const os = await importOriginal<typeof import('node:os')>();
  const known =
    <T>(read: () => T) =>
    () => {
      if (user.isKnown) return read();
      throw Object.assign(new Error('A system error occurred: uv_os_get_passwd returned ENOENT'), {
        code: 'ERR_SYSTEM_ERROR',
      });
    };
  return { ...os, homedir: known(os.homedir), userInfo: known(os.userInfo) };
});

/** What the system says of a process that has the id of a holder of the lock; undefined: what it really says. */
const later = vi.hoisted(() => ({ isSame: undefined as boolean | undefined }));

vi.mock('../../../../trainer/runs/processes.ts', async (importOriginal) => {
  const processes = await importOriginal<typeof import('../../../../trainer/runs/processes.ts')>();
  return {
    ...processes,
    processLiveness: (pid: number, startTime: number) =>
      later.isSame === undefined ? processes.processLiveness(pid, startTime) : 'unknown',
    isSameProcess: async () => later.isSame,
  };
});

let temporary: string;
let cache: string;

beforeEach(() => {
  temporary = temporaryFolder();
  cache = temporaryFolder();
  user.isKnown = true;
  later.isSame = undefined;
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, temporary);
  vi.stubEnv('XDG_CACHE_HOME', cache);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const lockIn = (folder: string) => join(folder, `starting-${thisHost}`, 'lock');
const holders = (lock: string) => readdirSync(lock).filter((name) => name.startsWith('held.')).length;

/** Takes the lock; returns how many locks in the temporary folder and the cache are held meanwhile, by folder. */
function heldMeanwhile(): Promise<string[]> {
  return withHostLock(() =>
    [temporary, cache].flatMap((folder) =>
      readdirSync(folder)
        .map((name) => join(folder, name))
        .filter((path) => existsSync(lockIn(path)) && holders(lockIn(path)) === 1),
    ),
  );
}

test('the lock of a server that died is taken over, although another process has its id', async () => {
  later.isSame = false;
  const lock = lockIn(join(cache, 'esrgan-workbench'));
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, `held.${thisHost}.${process.ppid}.5`), '');
  expect(await withHostLock(() => readdirSync(lock))).toEqual([`held.${thisProcess}`]);
});

test('the lock is in the cache of the user, and free afterwards', async () => {
  const own = join(cache, 'esrgan-workbench');
  expect(await heldMeanwhile()).toEqual([own]);
  expect(holders(lockIn(own))).toBe(0);
});

test.each<[string, () => void]>([
  [
    'without a home folder',
    () => {
      user.isKnown = false;
      vi.stubEnv('XDG_CACHE_HOME', '');
    },
  ],
  [
    'with a cache that cannot be written',
    () => {
      writeFileSync(join(cache, 'esrgan-workbench'), '');
    },
  ],
])('a user %s has a folder in the temporary folder', async (_, prepare) => {
  prepare();
  expect(await heldMeanwhile()).toEqual([
    join(temporary, `esrgan-workbench-${process.getuid?.() ?? 'user'}`),
  ]);
});

test.skipIf(process.getuid === undefined)("another user's folder of that name blocks nothing", async () => {
  user.isKnown = false;
  vi.stubEnv('XDG_CACHE_HOME', '');
  // This process creates the folder, so it does not belong to that user.
  vi.spyOn(process, 'getuid').mockReturnValue(54321);
  const theirs = join(temporary, 'esrgan-workbench-54321');
  mkdirSync(lockIn(theirs), { recursive: true });
  writeFileSync(join(lockIn(theirs), `held.${thisHost}.${process.pid}.0`), '');
  const [own, ...others] = (await heldMeanwhile()).filter((folder) => folder !== theirs);
  expect(own).toMatch(/esrgan-workbench-\w{6}$/);
  expect(others).toEqual([]);
});
