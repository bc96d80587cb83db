import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../data/images.ts';
import { dict, fileOf, global, pickle, start, tensor, text, twoFloats, zip, zipped } from './pickle-bytes.ts';

const script = join(temporaryFolder(), 'victim.cjs');
beforeAll(() => {
  buildSync({
    entryPoints: [join(import.meta.dirname, 'memory-victim.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
  });
});

const times = (count: number, part: Buffer) => Buffer.alloc(part.length * count, part);
const pair = pickle('](', text('k'), 'Ne');
const zeros = Buffer.alloc(64_000_000);

// Each would make a reader allocate gigabytes that trusts the sizes in the file or saves every value.
test.each<[string, () => Buffer, RegExp]>([
  [
    'dictionaries',
    () => zipped(pickle(start, times(240_000, pickle('}', 0x94)), '.')),
    /a dict instead|no tensors/,
  ],
  [
    'dictionaries without end',
    () => zipped(pickle(start, times(4_000_000, pickle('}', 0x94)), '.')),
    /operations/,
  ],
  ['texts', () => zipped(pickle(start, times(2_000_000, pickle(0x8c, 3, 'abc')), '.')), /operations/],
  [
    'a long list that becomes a dictionary again and again',
    () => {
      const list = pickle(start, '](', times(50_000, pair), 'eq', 1);
      const call = pickle(global('collections', 'OrderedDict'), '(h', 1, 'tR');
      return zipped(pickle(list, times(30_000, call), '.'));
    },
    /no tensors/,
  ],
  [
    'a long shape that is used again and again',
    () => {
      const shape = pickle(start, '(', times(100_000, pickle('K', 1)), 'tq', 1);
      const storage = pickle(
        '(',
        text('storage'),
        global('torch', 'FloatStorage'),
        text('0'),
        text('cpu'),
        'K',
        2,
        'tQq',
        2,
      );
      const call = pickle(
        global('torch._utils', '_rebuild_tensor_v2'),
        '(h',
        2,
        'K',
        0,
        'h',
        1,
        'h',
        1,
        'tR',
      );
      return zipped(pickle(shape, storage, times(30_000, call), '.'));
    },
    /not whole numbers/,
  ],
  [
    'long names in long names',
    () => {
      const name = pickle('X', 0, 0, 0x20, 0, Buffer.alloc(0x200000, 'n'));
      const inner = pickle(
        '}(',
        ...Array.from({ length: 1000 }, (_, index) => pickle(text(`${index}`), tensor())),
        'u',
      );
      return zipped(pickle(start, '}', name, inner, 's.'));
    },
    /no tensors/,
  ],
  ['a bomb', () => zip([{ name: 'a/data.pkl', content: zeros, deflate: true }]), /more than 4 times/],
  [
    'a bomb that lies',
    () => zip([{ name: 'a/data.pkl', content: zeros, deflate: true, size: 9 }]),
    /decompressed|bytes instead of/,
  ],
  [
    'a storage that is a bomb',
    () =>
      zip([
        { name: 'a/data.pkl', content: pickle(start, dict('a', tensor({ elements: 2 })), '.') },
        { name: 'a/data/0', content: zeros, deflate: true },
      ]),
    /more than 4 times/,
  ],
  [
    'a tensor far larger than its storage',
    () => zipped(pickle(start, dict('a', tensor({ shape: [60000, 60000], strides: [0, 0] })), '.')),
    /does not fit/,
  ],
  [
    'an honest file',
    () =>
      zip([
        { name: 'a/data.pkl', content: pickle(start, dict('a', tensor()), '.') },
        { name: 'a/data/0', content: twoFloats },
      ]),
    /^read$/,
  ],
])('%s: less than 300 MB', (_, bytes, expected) => {
  const path = fileOf(bytes());
  const { stdout } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
  const { outcome, megabytes } = JSON.parse(stdout);
  expect(outcome).toMatch(expected);

  expect(megabytes).toBeLessThan(300);
});
