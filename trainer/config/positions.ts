import type { Position } from './problem.ts';

/**
 * Turns offsets in a text into positions; one behind the end is the end. Counts for itself, as the YAML
 * parser's counter misses line breaks in damaged texts.
 */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (wanted) => {
    const offset = Math.min(wanted, text.length);
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1, offset };
  };
}
