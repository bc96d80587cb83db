import { expect, test } from 'vitest';
import { fromHalf, toBytes, toHalf } from '../../../../trainer/tensor-files/dtypes.ts';

test('every 16-bit float survives conversion to a number and back', () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x10000; bits++) {
    const isNumber = (bits & 0x7c00) !== 0x7c00 || (bits & 0x3ff) === 0;
    const again = toHalf(fromHalf(bits));
    if (isNumber ? again !== bits : !Number.isNaN(fromHalf(again))) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test('rounds to the nearest 16-bit float, ties to even', () => {
  const wrong: number[] = [];
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
    const even = bits % 2 === 0 ? bits : bits + 1;
    const middle = (low + high) / 2;
    const found = [middle, -middle, low + (high - low) * 0.499, low + (high - low) * 0.501].map(toHalf);
    if (String(found) !== String([even, 0x8000 | even, bits, bits + 1])) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
});

test.each([
  [65519, 0x7bff],
  [65520, 0x7c00],
  [1e30, 0x7c00],
  [-1e30, 0xfc00],
  [1e-30, 0],
  [2 ** -25, 0],
  [1.5 * 2 ** -25, 1],
  [-1e-40, 0x8000],
])('%f is the half %i', (value, bits) => {
  expect(toHalf(value)).toBe(bits);
});

test('bytes are little-endian', () => {
  expect([...toBytes(Float32Array.of(1, -2), 'F16')]).toEqual([0x00, 0x3c, 0x00, 0xc0]);
  expect([...toBytes(Float32Array.of(1), 'F32')]).toEqual([0, 0, 0x80, 0x3f]);
});
