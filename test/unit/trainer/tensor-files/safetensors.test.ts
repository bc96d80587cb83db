import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import {
  encodeSafetensors,
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from '../../../../trainer/tensor-files/safetensors.ts';
import type { TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, 'file.safetensors');
  writeFileSync(path, bytes);
  return path;
}

/** A file with this header, as a text or as an object, and these data. */
function fileWith(header: unknown, data: Uint8Array = new Uint8Array()): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return fileOf(Buffer.concat([length, json, data]));
}

const tensors: TensorMap = new Map([
  ['conv.weight', { shape: [2, 1, 1, 3], data: Float32Array.of(1, -2, 0.5, Number.NaN, Infinity, -0) }],
  ['conv.bias', { shape: [2], data: Float32Array.of(1e-40, 3.4e38) }],
  ['10', { shape: [1], data: Float32Array.of(10) }],
  ['9', { shape: [1], data: Float32Array.of(9) }],
  ['__proto__', { shape: [1], data: Float32Array.of(7) }],
  ['scalar', { shape: [], data: Float32Array.of(42) }],
  ['none', { shape: [0, 3], data: new Float32Array() }],
  ['größe "2"\n', { shape: [1], data: new Float32Array([1, 2, 3]).subarray(1, 2) }],
]);

test('reads what it writes: every name, shape and bit', () => {
  const path = join(folder, 'round-trip.safetensors');
  writeSafetensors(path, tensors, { scale: '4', note: 'x2 "net"' });
  const { tensors: read, metadata } = readSafetensors(path);
  expect(metadata).toEqual({ note: 'x2 "net"', scale: '4' });
  expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
  for (const [name, { shape, data }] of tensors) {
    expect(read.get(name)?.shape, name).toEqual(shape);
    expect(Buffer.from(read.get(name)!.data.slice().buffer), name).toEqual(Buffer.from(data.slice().buffer));
  }
});

test('equal tensors give equal bytes in any order; data is aligned to 8 bytes', () => {
  const bytes = Buffer.concat(encodeSafetensors(tensors, { b: '1', a: '2' }));
  const reversed: TensorMap = new Map([...tensors].reverse());
  expect(Buffer.concat(encodeSafetensors(reversed, { a: '2', b: '1' }))).toEqual(bytes);
  const headerBytes = Number(bytes.readBigUInt64LE());
  expect(headerBytes % 8).toBe(0);
  const names = [...bytes.toString('utf8', 8, 8 + headerBytes).matchAll(/"([^"]+)":\{"dtype"/g)].map(
    ([, name]) => name,
  );
  expect(names.slice(0, 4)).toEqual(['10', '9', '__proto__', 'conv.bias']);
});

test('the pieces are views of the data', () => {
  const data = Float32Array.of(1, 2);
  const [, piece] = encodeSafetensors(new Map([['a', { shape: [2], data }]]));
  expect(piece?.buffer).toBe(data.buffer);
});

test('a tensor whose shape does not match its data is not written', () => {
  expect(() => encodeSafetensors(new Map([['a', { shape: [3], data: new Float32Array(2) }]]))).toThrow(
    /a: shape \[3\]/,
  );
});

test.each([
  ['F64', '000000000000f83f0000000000000000', [1.5, 0]],
  ['F32', '0000c03f000020c1', [1.5, -10]],
  [
    'F16',
    '003c00c0ff7b0100ff0300040080007c00fc',
    [1, -2, 65504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, -0, Infinity, -Infinity],
  ],
  ['F16', '017c', [Number.NaN]],
  ['BF16', '803fc0bf8000807f', [1, -1.5, 2 ** -126, Infinity]],
  ['I64', 'feffffffffffffff0000000001000000', [-2, 2 ** 32]],
  ['U64', 'ffffffffffffffff', [2 ** 64]],
  ['I32', 'ffffffff01000000', [-1, 1]],
  ['U32', 'ffffffff', [2 ** 32]],
  ['I16', 'feff', [-2]],
  ['U16', 'feff', [65534]],
  ['I8', '80', [-128]],
  ['U8', '80ff', [128, 255]],
  ['BOOL', '0001', [0, 1]],
])('%s %s becomes %j', (dtype, hex, expected) => {
  const data = Buffer.from(hex, 'hex');
  const path = fileWith({ t: { dtype, shape: [expected.length], data_offsets: [0, data.length] } }, data);
  expect([...openSafetensors(path).read('t').data]).toEqual(expected);
});

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

test.each<[string, () => string, RegExp]>([
  ['no file', () => join(folder, 'absent.safetensors'), /Cannot read .*absent/],
  ['an empty file', () => fileOf(new Uint8Array()), /it has only 0 bytes/],
  [
    'a huge header length',
    () => fileOf(Buffer.from('ffffffffffffffff7b7d', 'hex')),
    /header should have 18446744073709552000 bytes/,
  ],
  [
    'a header longer than the file',
    () => fileOf(Buffer.from('03000000000000007b7d', 'hex')),
    /should have 3 bytes.*has 10/,
  ],
  [
    'a header that is far too long',
    () => fileWith(`{}${' '.repeat(2 ** 22)}`),
    /its header has 4194306 bytes; headers of up to 4194304 bytes are supported/,
  ],
  [
    'brackets in brackets',
    () => fileWith(`{"a":{"dtype":${'['.repeat(20_000)}${']'.repeat(20_000)},"shape":[]}}`),
    /20002 levels of brackets; the format has 3/,
  ],
  ['a text without an end', () => fileWith('{"a'), /not JSON/],
  ['bad JSON', () => fileWith('{"a":'), /not JSON/],
  ['no object', () => fileWith('[]'), /must be a JSON object/],
  [
    'a repeated name',
    () => fileWith(`{"a":${JSON.stringify(f32(0, 4))},"a":${JSON.stringify(f32(0, 4))}}`, new Uint8Array(4)),
    /"a" is repeated/,
  ],
  ['metadata that are no texts', () => fileWith({ __metadata__: { a: 1 } }), /__metadata__/],
  ['a tensor that is no object', () => fileWith({ a: 1 }), /tensor "a" must be an object/],
  [
    'an unknown type',
    () => fileWith({ a: { ...f32(0, 4), dtype: 'F4' } }, new Uint8Array(4)),
    /tensor "a" has dtype "F4"; supported are F64, F32/,
  ],
  [
    'a type of every object',
    () => fileWith({ a: { ...f32(0, 4), dtype: 'constructor' } }, new Uint8Array(4)),
    /dtype "constructor"/,
  ],
  ['a negative extent', () => fileWith({ a: f32(0, 4, [-1, -1]) }, new Uint8Array(4)), /shape \[-1,-1\]/],
  ['a broken extent', () => fileWith({ a: f32(0, 4, [0.5, 2]) }, new Uint8Array(4)), /shape \[0.5,2\]/],
  [
    'offsets that are none',
    () => fileWith({ a: { ...f32(0, 4), data_offsets: [0] } }, new Uint8Array(4)),
    /data_offsets \[0\]/,
  ],
  ['offsets backwards', () => fileWith({ a: f32(4, 0, [1]) }, new Uint8Array(4)), /data_offsets \[4, 0\]/],
  [
    'a shape that does not fit',
    () => fileWith({ a: f32(0, 8, [3]) }, new Uint8Array(8)),
    /\[0, 8\].*shape \[3\] takes 12/,
  ],
  [
    'an astronomic shape',
    () => fileWith({ a: f32(0, 4, [2 ** 40, 2 ** 40]) }, new Uint8Array(4)),
    /takes 4.8\d*e\+24/,
  ],
  [
    'a tensor beyond the end',
    () => fileWith({ a: f32(0, 8) }, new Uint8Array(4)),
    /"a" ends at byte \d+, but the file has/,
  ],
  [
    'overlapping tensors',
    () => fileWith({ a: f32(0, 8), b: f32(4, 12) }, new Uint8Array(12)),
    /"b" overlaps/,
  ],
  [
    'a gap',
    () => fileWith({ a: f32(0, 4), b: f32(8, 12) }, new Uint8Array(12)),
    /4 bytes before tensor "b" belong to no tensor/,
  ],
  [
    'surplus bytes',
    () => fileWith({ a: f32(0, 4) }, new Uint8Array(5)),
    /1 bytes after the last tensor belong to no tensor/,
  ],
])('%s is reported', (_, path, message) => {
  const open = () => openSafetensors(path());
  expect(open).toThrow(WorkbenchError);
  expect(open).toThrow(message);
  expect(open).toThrow(/\.safetensors/);
});

test('every truncation of a file is reported', () => {
  const whole = Buffer.concat(encodeSafetensors(tensors));
  for (let length = 0; length < whole.length; length++) {
    expect(() => readSafetensors(fileOf(whole.subarray(0, length))), `${length} bytes`).toThrow(
      WorkbenchError,
    );
  }
});

test('a missing tensor is reported', () => {
  const path = fileWith({ a: f32(0, 4) }, new Uint8Array(4));
  expect(() => openSafetensors(path).read('b')).toThrow(/there is no tensor "b"/);
});

test('a file that was truncated after it was opened is reported', () => {
  const file = openSafetensors(fileWith({ a: f32(0, 4) }, new Uint8Array(4)));
  writeFileSync(file.path, readFileSync(file.path).subarray(0, -1));
  expect(() => file.read('a')).toThrow(/truncated while it was being read/);
});

test.skipIf(!hasTestData).each([
  // Sums of the values and of their magnitudes, read independently with Python.
  ['features.0.weight', 'F32', [64, 3, 3, 3], -18.279429382280796, 1399.2186193300731, 2.06669259],
  ['features.0.bias', 'F32', [64], 2.7973148927558213, 3.4081969542894512, 0.06479118],
  ['features.34.weight', 'F16', [512, 512, 3, 3], -2534.2511711120605, 14825.373096466064, -0.00447083],
] as const)(needsTestData('%s of VGG19'), (name, dtype, shape, sum, magnitude, first) => {
  const file = openSafetensors(join(testData, 'vgg/vgg19_features.safetensors'));
  expect(file.entries.size).toBe(32);
  expect(file.metadata.layout).toContain('OIHW');
  expect(file.entries.get(name)?.dtype).toBe(dtype);
  const { shape: read, data } = file.read(name);
  expect(read).toEqual(shape);
  expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 9);
  expect(data.reduce((total, value) => total + Math.abs(value), 0)).toBeCloseTo(magnitude, 9);
  expect(data[0]).toBeCloseTo(first, 8);
});
