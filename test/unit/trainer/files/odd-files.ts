import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isWindows } from '../../../unix.ts';
import { temporaryFolder } from '../data/images.ts';

type OddFile = readonly [
  what: string,
  make: (path: string) => void,
  state: 'absent' | 'unreadable' | 'invalid',
  reason: RegExp,
];

const everywhere: readonly OddFile[] = [
  ['nothing', () => {}, 'absent', /^$/],
  ['a folder', (path) => mkdirSync(path), 'invalid', /^it is a folder, not a file$/],
];

const onUnix: readonly OddFile[] = [
  ['a link to nothing', (path) => symlinkSync(join(temporaryFolder(), 'none'), path), 'absent', /^$/],
  ['a link to itself', (path) => symlinkSync(path, path), 'unreadable', /ELOOP/],
  ['a link to a folder', (path) => symlinkSync(temporaryFolder(), path), 'invalid', /^it is a folder/],
  ['a named pipe', (path) => execFileSync('mkfifo', [path]), 'invalid', /^it is a named pipe, not a file$/],
  ['an endless device', (path) => symlinkSync('/dev/zero', path), 'invalid', /^it is a device, not a file$/],
];

/** Things that a hostile or broken workspace has in place of a file: how to make one, and what is said of it. */
export const oddFiles = isWindows ? everywhere : [...everywhere, ...onUnix];
