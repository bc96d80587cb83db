import type { Position } from './problem.ts';

/**
 * Converts offsets in a text to positions. Offsets after the end are clamped. The YAML parser's line counter is not
 * used, because it misses line breaks in texts with errors.
 */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (given) => {
    const offset = Math.min(given, text.length);
    let line = 0;
    for (let end = starts.length; end - line > 1; ) {
      const middle = (line + end) >> 1;
      if (starts[middle]! <= offset) line = middle;
      else end = middle;
    }
    return { line: line + 1, column: offset - starts[line]! + 1, offset };
  };
}
