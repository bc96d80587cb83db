import type { Image } from './image.ts';

/** A decoded image; without `lr` if its LR patches are made from HR. */
export interface SourceImages {
  readonly hr: Image;
  readonly lr?: Image;
}

/** Decoded images by the number of their pair. */
export interface ImageCache {
  get(key: number): SourceImages | undefined;
  set(key: number, pair: SourceImages): void;
}

/** A cache of at most `maximumBytes` that drops the least recently used pairs. */
export function createImageCache(maximumBytes: number): ImageCache {
  // A Map lists its entries in insertion order, so the first one is the least recently used.
  const pairs = new Map<number, SourceImages>();
  let bytes = 0;
  return {
    get(key) {
      const pair = pairs.get(key);
      if (pair) {
        pairs.delete(key);
        pairs.set(key, pair);
      }
      return pair;
    },
    set(key, pair) {
      if (pairs.has(key) || sizeOf(pair) > maximumBytes) return;
      pairs.set(key, pair);
      bytes += sizeOf(pair);
      for (const [oldest, dropped] of pairs) {
        if (bytes <= maximumBytes) break;
        pairs.delete(oldest);
        bytes -= sizeOf(dropped);
      }
    },
  };
}

function sizeOf(pair: SourceImages): number {
  return pair.hr.data.length + (pair.lr?.data.length ?? 0);
}
