import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { toHalf } from '../../../../trainer/tensor-files/dtypes.ts';
import { notFiniteOnnxTensors } from '../../../../trainer/weights/onnx-not-finite.ts';
import { temporaryFolder } from '../data/images.ts';
import { type Field, message } from './protobuf-message.ts';

const { read } = vi.hoisted(() => ({ read: { most: 0 } }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readSync = (
    file: number,
    buffer: NodeJS.ArrayBufferView,
    offset: number,
    length: number,
    position: number,
  ) => {
    read.most = Math.max(read.most, buffer.byteLength);
    return fs.readSync(file, buffer, offset, length, position);
  };
  return { ...fs, readSync };
});

const path = join(temporaryFolder(), 'a.onnx');
beforeEach(() => {
  read.most = 0;
});

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const bytesOf = ({ buffer }: Float32Array | Float64Array | Uint16Array) => new Uint8Array(buffer);
const floats = (...values: number[]) => bytesOf(Float32Array.from(values));
const halves = (...values: number[]) => values.map(toHalf);
const external = (entries: Record<string, string>): Field[] =>
  Object.entries(entries).map(([key, value]) => [13, message([1, key], [2, value])]);

/** A tensor `w` of a type (1: F32, 10: F16, 11: F64, 16: BF16). */
const tensor = (type: number, ...values: Field[]) => message([1, 4], [2, type], [8, 'w'], ...values);
const node = (operation: string, ...inputs: string[]): Field => [
  1,
  message(...inputs.map((input): Field => [1, input]), [2, 'y'], [4, operation]),
];
const conv = node('Conv', 'x', 'w');

function check(fields: readonly Field[], expected: [string, number][]): void {
  writeFileSync(path, message([1, 8], [7, message(...fields)]));
  expect(notFiniteOnnxTensors(path).map(({ name, count }) => [name, count])).toEqual(expected);
}

writeFileSync(join(path, '../a.data'), floats(0, 1, nan, 2, infinity));

test.each<[string, Field[], [string, number][]]>([
  ['bytes of 32-bit floats', [conv, [5, tensor(1, [9, floats(1, nan, infinity, 2)])]], [['w', 2]]],
  ['32-bit floats', [conv, [5, tensor(1, [4, floats(1, -infinity)])]], [['w', 1]]],
  ['64-bit floats', [conv, [5, tensor(11, [10, bytesOf(Float64Array.of(nan, 1))])]], [['w', 1]]],
  [
    'bytes of 16-bit floats',
    [conv, [5, tensor(10, [9, bytesOf(Uint16Array.from(halves(65504, nan)))])]],
    [['w', 1]],
  ],
  [
    '16-bit floats as numbers',
    [conv, [5, tensor(10, [5, halves(1, -1, nan, infinity, -infinity, 65504)])]],
    [['w', 3]],
  ],
  ['bfloat16 as numbers', [conv, [5, tensor(16, [5, [0x3f80, 0x7f80, 0x7fc0, 0xff7f]])]], [['w', 2]]],
  ['floats in another file', [conv, [5, tensor(1, ...external({ location: 'a.data' }))]], [['w', 2]]],
  [
    'a part of another file',
    [conv, [5, tensor(1, ...external({ location: 'a.data', offset: '12', length: '4' }))]],
    [],
  ],
  ['another file that is missing', [conv, [5, tensor(1, ...external({ location: 'b.data' }))]], []],
  ['a mask, which is added', [node('Add', 'x', 'w'), [5, tensor(1, [9, floats(0, -infinity)])]], []],
  ['NaN in whatever operation', [node('Add', 'x', 'w'), [5, tensor(1, [9, floats(0, nan)])]], [['w', 1]]],
  ['a matrix', [node('MatMul', 'x', 'w'), [5, tensor(1, [9, floats(infinity)])]], [['w', 1]]],
  [
    'a constant',
    [[1, message([2, 'c'], [4, 'Constant'], [5, message([5, tensor(1, [9, floats(nan)])])])]],
    [['c', 1]],
  ],
  ['whole numbers', [conv, [5, tensor(7, [9, floats(nan)])]], []],
  ['finite values', [conv, [5, tensor(1, [9, floats(1, 2, 3)])]], []],
])('%s', (_, fields, expected) => check(fields, expected));

test('values are read in parts', () => {
  const values = new Float32Array(2_000_000);
  values[1_999_999] = nan;
  check([conv, [5, tensor(1, [9, bytesOf(values)])]], [['w', 1]]);
  expect(read.most).toBeLessThanOrEqual(2 ** 20);
});

test('a part beyond the end of another file is reported', () => {
  const part = tensor(1, ...external({ location: 'a.data', offset: '12', length: '12' }));
  expect(() => check([conv, [5, part]], [])).toThrow(
    'a tensor has the bytes 12 to 24 of a.data, which has 20',
  );
});
