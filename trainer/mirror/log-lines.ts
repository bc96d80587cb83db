import { closeSync, readSync } from 'node:fs';
import { openRegularFile } from '../files/regular-file.ts';
import { createWindow, type Window } from './window.ts';

const chunkBytes = 2 ** 16;
const newline = 10;

/** Reads the complete lines of a text file that grows; a missing file has none. */
export function openLogLines(path: string): Window<string> {
  let position = 0;
  let rest = Buffer.alloc(0);
  return createWindow(() => {
    const chunk = readChunk(path, position);
    if (chunk.length === 0) return undefined;
    position += chunk.length;
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(newline) + 1;
    rest = bytes.subarray(end);
    return bytes.toString('utf8', 0, end).split(/\r?\n/).slice(0, -1);
  });
}

function readChunk(path: string, position: number): Buffer {
  let file: number;
  try {
    file = openRegularFile(path);
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const bytes = Buffer.alloc(chunkBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, chunkBytes, position));
  } finally {
    closeSync(file);
  }
}
