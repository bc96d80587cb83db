import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import {
  removeFolderAtomic,
  removeTemporaries,
  writeFileAtomic,
  writeFileDurably,
  writeFolderAtomic,
  writeJsonAtomic,
} from '../../../../trainer/runs/atomic-file.ts';
import { createEventReader } from '../../../../trainer/runs/event-reader.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { temporaryFolder } from './temporary-run.ts';

/** Free bytes of the disk; a write takes at most 5. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));

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
  return { ...fs, writeSync };
});

beforeEach(() => {
  disk.room = Number.POSITIVE_INFINITY;
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

test('only the files that killed processes left are removed', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.tmp-a', 'b'), { recursive: true });
  writeFileSync(join(folder, '.tmp-c'), '');
  writeFileSync(join(folder, 'd.tmp-'), '');
  removeTemporaries(folder);
  removeTemporaries(join(folder, 'missing'));
  expect(readdirSync(folder)).toEqual(['d.tmp-']);
});

test('a folder is removed with its content; a missing one is a disk error', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  removeFolderAtomic(join(folder, 'a'));
  expect(readdirSync(folder)).toEqual([]);
  expect(errorOf(() => removeFolderAtomic(join(folder, 'a'))).code).toBe('disk');
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
  expect(reader.read().map(({ step }) => step)).toEqual([1]);
  disk.room = Number.POSITIVE_INFINITY;
  writer.close();
  expect(reader.read().map(({ step }) => step)).toEqual([2]);
  expect(reader.problems()).toEqual([]);
});
