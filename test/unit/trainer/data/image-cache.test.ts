import { expect, test } from 'vitest';
import { createImageCache } from '../../../../trainer/data/image-cache.ts';

/** A pair of `bytes` bytes. */
function pair(bytes: number) {
  const image = (length: number) => ({ width: length, height: 1, channels: 1, data: new Uint8Array(length) });
  return { hr: image(bytes - 1), lr: image(1) };
}

/** Which of the keys are kept after some sets (`key:bytes`) and gets (`key`). */
function check(actions: string[], kept: number[]) {
  const cache = createImageCache(100);
  for (const action of actions) {
    const [key, bytes] = action.split(':').map(Number);
    if (bytes === undefined) cache.get(key!);
    else cache.set(key!, pair(bytes));
  }
  expect([1, 2, 3, 4].filter((key) => cache.get(key) !== undefined)).toEqual(kept);
}

test('stores pairs that fit', () => check(['1:50', '2:50'], [1, 2]));
test('drops the least recently used pair', () => check(['1:50', '2:50', '3:1'], [2, 3]));
test('drops as many pairs as necessary', () => check(['1:30', '2:30', '3:40', '4:70'], [4]));
test('reading a pair counts as a use', () => check(['1:50', '2:50', '1', '3:1'], [1, 3]));
test('ignores a pair that is larger than the cache', () => check(['1:60', '2:101'], [1]));
test('counts a pair once', () => check(['1:50', '1:50', '2:50'], [1, 2]));
