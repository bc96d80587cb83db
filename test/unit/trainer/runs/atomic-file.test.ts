import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import {
  removeFolderAtomic,
  removeTemporaries,
  temporaryPath,
  writeFileAtomic,
  writeFileDurably,
  writeFolderAtomic,
  writeJsonAtomic,
  writeNewFileAtomic,
} from '../../../../trainer/runs/atomic-file.ts';
import { createEventReader } from '../../../../trainer/runs/event-reader.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { thisHost } from '../../../../trainer/runs/processes.ts';
import { temporaryFolder } from './temporary-run.ts';

/** Free bytes of the disk; a write takes at most 5. The error code of hard links if the file system has none. */
const disk = vi.hoisted((): { room: number; linkError: string | undefined } => ({
  room: Number.POSITIVE_INFINITY,
  linkError: undefined,
}));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  function writeSync(file: number, bytes: Uint8Array, from: number): number {
    if (disk.room === Number.POSITIVE_INFINITY) return fs.writeSync(file, bytes, from);
    if (disk.room === 0) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
    const written = fs.writeSync(file, bytes, from, Math.min(5, disk.room, bytes.length - from));
    disk.room -= written;
    return written;
  }
  function linkSync(from: string, to: string): void {
    if (disk.linkError !== undefined) {
      throw Object.assign(new Error(disk.linkError), { code: disk.linkError });
    }
    fs.linkSync(from, to);
  }
  return { ...fs, writeSync, linkSync };
});

beforeEach(() => {
  disk.room = Number.POSITIVE_INFINITY;
  disk.linkError = undefined;
});

function errorOf(action: () => void): WorkbenchError {
  try {
    action();
  } catch (error) {
    if (error instanceof WorkbenchError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test.each<[string, string | Uint8Array | Iterable<Uint8Array>, string]>([
  ['a text', 'größer', 'größer'],
  ['bytes', Buffer.from('abc'), 'abc'],
  ['chunks', [Buffer.from('ab'), Buffer.from(''), Buffer.from('c')], 'abc'],
  ['nothing', '', ''],
])('a file of %s replaces the previous one and leaves no other files', (_, content, expected) => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, 'a longer text that was there before');
  writeFileAtomic(path, content);
  expect(readFileSync(path, 'utf8')).toBe(expected);
  expect(readdirSync(join(path, '..'))).toEqual(['file']);
});

// What Linux, macOS and Windows report for file systems without hard links.
test.each([undefined, 'EPERM', 'ENOTSUP', 'EISDIR'])(
  'a new file never replaces another, hard links: %s',
  (linkError) => {
    disk.linkError = linkError;
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    expect(writeNewFileAtomic(path, 'first')).toBe(true);
    expect(writeNewFileAtomic(path, 'second')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(readdirSync(folder)).toEqual(['file']);
    disk.room = 3;
    expect(errorOf(() => writeNewFileAtomic(join(folder, 'b'), 'too long')).code).toBe('disk');
    expect(readdirSync(folder)).toEqual(['file']);
  },
);

test.each([undefined, 'EPERM'])(
  'an empty file, which a killed process left there, is no file, hard links: %s',
  (linkError) => {
    disk.linkError = linkError;
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(writeNewFileAtomic(path, 'first')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('first');
  },
);

test('JSON is indented', () => {
  const path = join(temporaryFolder(), 'file.json');
  writeJsonAtomic(path, { a: [1] });
  expect(readFileSync(path, 'utf8')).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});

test('continues writes that take only a part', () => {
  disk.room = 1000;
  const path = join(temporaryFolder(), 'file');
  writeFileAtomic(path, 'more than five bytes');
  expect(readFileSync(path, 'utf8')).toBe('more than five bytes');
});

test.each([0, 3, 5, 12])(
  'a disk that is full after %i bytes: fails, the old file remains, no other files',
  (room) => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'old');
    disk.room = room;
    const error = errorOf(() => writeFileAtomic(path, 'thirteen byte'));
    expect(error.code).toBe('disk');
    expect(error.message).toMatch(/Cannot write .*file: the disk is full .*B free/);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['file']);
  },
);

test('a folder appears completely or not at all', () => {
  const path = join(temporaryFolder(), 'folder');
  const fill = (temporary: string) => {
    expect(existsSync(path)).toBe(false);
    writeFileDurably(join(temporary, 'a'), [Buffer.from('first')]);
    writeFileDurably(join(temporary, 'b'), [Buffer.from('second')]);
  };
  disk.room = 8;
  expect(errorOf(() => writeFolderAtomic(path, fill)).message).toMatch(/folder: the disk is full/);
  expect(readdirSync(join(path, '..'))).toEqual([]);
  disk.room = 100;
  writeFolderAtomic(path, fill);
  expect(readFileSync(join(path, 'b'), 'utf8')).toBe('second');
  expect(readdirSync(join(path, '..'))).toEqual(['folder']);
});

test('a folder that is not empty is not replaced', () => {
  const path = join(temporaryFolder(), 'folder');
  mkdirSync(path);
  writeFileSync(join(path, 'old'), '');
  expect(errorOf(() => writeFolderAtomic(path, () => {})).code).toBe('disk');
  expect(readdirSync(path)).toEqual(['old']);
});

test("errors that are not the file system's pass through", () => {
  const folder = temporaryFolder();
  const fill = () => {
    throw new RangeError('a defect');
  };
  expect(() => writeFolderAtomic(join(folder, 'folder'), fill)).toThrow(new RangeError('a defect'));
  expect(readdirSync(folder)).toEqual([]);
});

test('a missing folder is a disk error', () => {
  const error = errorOf(() => writeFileAtomic(join(temporaryFolder(), 'missing', 'file'), ''));
  expect(error.code).toBe('disk');
  expect(error.message).toMatch(/missing.file: ENOENT.*check that the folder exists/);
});

const ofEndedProcess = `.tmp-${thisHost}.${2 ** 30}.5-ab.v`;
const ofThisProcess = basename(temporaryPath('a', '.v'));
const week = 7 * 24 * 3600;

test.each<[string, string, number, number | undefined, boolean]>([
  ['of an ended process', ofEndedProcess, 0, undefined, true],
  ['of an ended process, for the only writer', ofEndedProcess, 0, 0, true],
  ['of a living process', ofThisProcess, 2 * week, undefined, false],
  ['of a living process, for the only writer', ofThisProcess, 2 * week, 0, false],
  ['of another host', '.tmp-other.1.5-ab', 0, undefined, false],
  ['of another host after a week', '.tmp-other.1.5-ab', week + 60, undefined, true],
  ['of another host, for the only writer', '.tmp-other.1.5-ab', 0, 0, true],
  ['of another program', '.tmp-file-ab', 2 * week, undefined, false],
  ['of an earlier version, for the only writer', '.tmp-c', 0, 0, true],
  ['with another name', 'd.tmp-', 2 * week, 0, false],
])('removes what killed processes left: %s', (_, name, ageSeconds, graceMs, isRemoved) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, name, 'b'), { recursive: true });
  const time = Date.now() / 1000 - ageSeconds;
  utimesSync(join(folder, name), time, time);
  removeTemporaries(folder, graceMs);
  removeTemporaries(join(folder, 'missing'), graceMs);
  expect(readdirSync(folder)).toEqual(isRemoved ? [] : [name]);
});

test('a folder is removed with its content; a missing one is a disk error', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  await removeFolderAtomic(join(folder, 'a'));
  expect(readdirSync(folder)).toEqual([]);
  await expect(removeFolderAtomic(join(folder, 'a'))).rejects.toMatchObject({ code: 'disk' });
});

test('an event file on a full disk ends with a complete record, and continues when there is space again', () => {
  const writer = createEventWriter(temporaryFolder());
  writer.scalars(1, { a: 1 });
  writer.flush();
  writer.scalars(2, { a: 2 });
  disk.room = 20;
  const error = errorOf(() => writer.flush());
  expect(error.code).toBe('disk');
  expect(error.message).toContain(writer.path);
  const reader = createEventReader(writer.path);
  expect([...reader.read()].flat().map(({ step }) => step)).toEqual([1]);
  disk.room = Number.POSITIVE_INFINITY;
  writer.close();
  expect([...reader.read()].flat().map(({ step }) => step)).toEqual([2]);
  expect(reader.problems()).toEqual([]);
});
