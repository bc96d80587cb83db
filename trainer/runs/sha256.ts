import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { openRegularFile } from '../files/regular-file.ts';

/** SHA-256 of a text, in hex. */
export function sha256OfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** SHA-256 of a file, in hex. Throws what the file system throws, and if it is no regular file. */
export function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(2 ** 20);
  const file = openRegularFile(path);
  try {
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
