import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import { temporaryFolder } from '../data/images.ts';
import { zip } from './pickle-bytes.ts';

const fixture = 'test/fixtures/niqe/model.npz';

interface Npy {
  readonly descr?: string;
  readonly fortran?: boolean;
  readonly shape?: string;
  readonly data?: Buffer;
}

const sixFloats = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);

function npy({ descr = "'<f4'", fortran = false, shape = '(2, 3)', data = sixFloats }: Npy): Buffer {
  const header = `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), data]);
}

function open(...arrays: Buffer[]) {
  // Its extension says nothing: a download is saved without it.
  const path = join(temporaryFolder(), 'arrays.download');
  writeFileSync(path, zip(arrays.map((content, i) => ({ name: `a${i}.npy`, content }))));
  return openTensorFile(path);
}

test('reads the arrays that NumPy has written', () => {
  const file = openTensorFile(fixture);
  expect(file.format).toBe('NumPy (zip)');
  expect([...file.entries].map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`)).toEqual([
    'mu_pris_param F64 1,36',
    'cov_pris_param F64 36,36',
  ]);
  const { data } = file.read('cov_pris_param');
  expect(data[1]).toBe(data[36]);
  expect(data[0]).toBeGreaterThan(0.05);
});

test.each<[string, Npy, number[], number[]]>([
  ['rows first', {}, [2, 3], [1, 2, 3, 4, 5, 6]],
  ['columns first', { fortran: true }, [2, 3], [1, 3, 5, 2, 4, 6]],
  ['one dimension', { shape: '(6,)', fortran: true }, [6], [1, 2, 3, 4, 5, 6]],
  ['three dimensions, columns first', { shape: '(1, 2, 3)', fortran: true }, [1, 2, 3], [1, 3, 5, 2, 4, 6]],
  ['a number', { shape: '()', data: sixFloats.subarray(0, 4) }, [], [1]],
  ['whole numbers', { descr: "'<i4'", shape: '(1,)', data: Buffer.of(7, 0, 0, 0) }, [1], [7]],
])('reads an array: %s', (_, array, shape, data) => {
  expect(open(npy(array)).read('a0')).toEqual({ shape, data: Float32Array.from(data) });
});

test.each<[string, Buffer, RegExp]>([
  ['objects of Python', npy({ descr: "'|O'" }), /"a0" has the type "\|O"; supported are <f8, /],
  ['records', npy({ descr: "[('a', '<f4')]" }), /"a0" has the type undefined; /],
  [
    'other than its header says',
    npy({ shape: '(7,)' }),
    /"a0" has 24 bytes, but <f4 of shape \[7\] takes 28/,
  ],
  ['no shape', npy({ shape: '' }), /"a0" has no shape/],
  ['cut off', npy({}).subarray(0, 40), /"a0" has a header of \d+ bytes/],
  [
    'something else',
    Buffer.from('a text of more than twelve bytes'),
    /"a0" does not start as NumPy writes it/,
  ],
  ['nothing', Buffer.alloc(0), /"a0" does not start as NumPy writes it/],
])('refuses an array that holds %s', (_, content, message) => {
  expect(() => open(content)).toThrow(message);
});

test('refuses a file that is cut off', () => {
  const path = join(temporaryFolder(), 'cut.npz');
  writeFileSync(path, readFileSync(fixture).subarray(0, 5000));
  expect(() => openTensorFile(path)).toThrow(
    /cut\.npz is not a valid file of NumPy: its directory is missing/,
  );
});
