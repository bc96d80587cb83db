import type { Position } from './problem.ts';

/**
 * Turns offsets in a text into positions; one behind the end is the end. Counts for itself, as the YAML
 * parser's counter misses line breaks in damaged texts.
 */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (wanted) => {
    const offset = Math.min(wanted, text.length);
    let line = 0;
    for (let end = starts.length; end - line > 1; ) {
      const middle = (line + end) >> 1;
      if (starts[middle]! <= offset) line = middle;
      else end = middle;
    }
    return { line: line + 1, column: offset - starts[line]! + 1, offset };
  };
}
