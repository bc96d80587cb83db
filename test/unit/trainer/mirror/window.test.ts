import { expect, test } from 'vitest';
import { createWindow } from '../../../../trainer/mirror/window.ts';

test('a window returns the items that there are, and reads on when there are more', () => {
  const parts: (string[] | undefined)[] = [
    ['a', 'b'],
    [],
    ['c'],
    undefined,
    ['d', 'e'],
    undefined,
    ['f'],
    undefined,
  ];
  const window = createWindow(() => parts.shift());
  const read = (from: number, to: number) => window(from, to).join('');
  expect(read(0, 1)).toBe('a');
  expect(read(0, 4)).toBe('abc');
  expect(read(2, 4)).toBe('cd');
  expect(read(5, 9)).toBe('');
  expect(read(5, 9)).toBe('f');
});
