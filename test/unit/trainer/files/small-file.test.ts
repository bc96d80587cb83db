import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRegularFile, statOf } from '../../../../trainer/files/regular-file.ts';
import {
  type FileContent,
  readJsonFile,
  readLocked,
  readSmallFile,
} from '../../../../trainer/files/small-file.ts';
import { isCount, isObject } from '../../../../trainer/guards/guards.ts';
import { temporaryFolder } from '../data/images.ts';
import { oddFiles } from './odd-files.ts';

const folder = temporaryFolder();
const isCounted = isObject({ count: isCount });

function fileWith(text: string): string {
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return path;
}

test.each<[string, number, ReturnType<typeof readSmallFile>]>([
  ['', 0, { state: 'read', value: '' }],
  ['größe', 7, { state: 'read', value: 'größe' }],
  ['größe', 6, { state: 'invalid', reason: 'it is larger than 0.000006 MB' }],
  ['x'.repeat(10_000), 10_000, { state: 'read', value: 'x'.repeat(10_000) }],
  ['x'.repeat(10_001), 10_000, { state: 'invalid', reason: 'it is larger than 0.01 MB' }],
])('a file of %j with at most %d bytes', (text, maximum, expected) =>
  expect(readSmallFile(fileWith(text), maximum)).toEqual(expected),
);

test.each<[string, ReturnType<typeof readJsonFile>]>([
  ['{ "count": 3 }', { state: 'read', value: { count: 3 } }],
  ['{ "count": -3 }', { state: 'invalid', reason: 'its content is not as this version writes it' }],
  ['{ "count": 3', { state: 'invalid', reason: 'it is not valid JSON' }],
  ['['.repeat(100_000), { state: 'invalid', reason: 'it is not valid JSON' }],
])('the JSON %.20s', (text, expected) => expect(readJsonFile(fileWith(text), isCounted)).toEqual(expected));

const locked = Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });

test.each<[NodeJS.Platform, times: number, calls: unknown, FileContent<string>['state']]>([
  ['win32', 3, 4, 'read'],
  ['win32', 1e6, expect.any(Number), 'unreadable'],
  ['linux', 3, 1, 'unreadable'],
  ['darwin', 3, 1, 'unreadable'],
])(
  'on %s, a file that is locked for %d readings is read again on Windows only: %s, %s',
  (platform, times, calls, state) => {
    let reads = 0;
    let time = 0;
    const wait = async () => {};
    const waitSync = (milliseconds: number) => {
      time += milliseconds;
    };
    const content = readLocked<string>(
      () =>
        ++reads <= times
          ? { state: 'unreadable', reason: locked.message, error: locked }
          : { state: 'read', value: 'text' },
      { platform, now: () => time, waitSync, wait },
    );
    expect([reads, content.state]).toEqual([calls, state]);
  },
);

test.each<FileContent<string>>([
  { state: 'read', value: 'text' },
  { state: 'absent' },
  { state: 'invalid', reason: 'it is not valid JSON' },
])('what is not locked is read once: %j', (content) => {
  let reads = 0;
  expect(
    readLocked(() => {
      reads++;
      return content;
    }),
  ).toEqual(content);
  expect(reads).toBe(1);
});

describe('in place of a file', () => {
  test.each(oddFiles)('%s is reported, neither read nor waited for', (_, make, state, reason) => {
    const path = join(temporaryFolder(), 'file');
    make(path);
    const content = readSmallFile(path, 1000);
    expect(content.state).toBe(state);
    expect('reason' in content ? content.reason : '').toMatch(reason);
    expect(readJsonFile(path, isCounted)).toEqual(content);
    expect(() => openRegularFile(path)).toThrow();
    expect(statOf(path) !== undefined).toBe(existsSync(path));
  });

  const status = '/proc/self/status';

  const title = 'a file whose size is not known is read to its end';

  test.runIf(existsSync(status))(existsSync(status) ? title : `${title} (skipped: no /proc)`, () =>
    expect(readSmallFile(status, 100_000)).toMatchObject({
      state: 'read',
      value: expect.stringContaining('Pid:'),
    }),
  );
});
