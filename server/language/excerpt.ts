import { flowItems, type Line, lineAt, type Outline, type Span } from './lines.ts';

/**
 * The spans of a text that can be left out while the parser still says the same of its faults: all entries, of block
 * style and in brackets, that no fault lies in or directly beside. Spans may lie in others; in block style they are
 * whole lines.
 *
 * @param faults in the order of the text
 */
export function apartFrom(text: string, outline: Outline, faults: readonly Span[]): Span[] {
  return [...blockEntries(outline.lines, faults), ...flowEntries(text, outline, faults)];
}

/** Keys and items with all lines below them that are indented further. */
function blockEntries(all: readonly Line[], faults: readonly Span[]): Span[] {
  const lines = all.filter(({ kind }) => kind !== 'blank' && kind !== 'comment');
  const faulty = new Set(faults.map(({ start }) => lineAt(lines, start)));
  const spans: Span[] = [];
  const open: { readonly rank: number; readonly first: number }[] = [];
  /** The last line so far that has a fault, and the line before it that may not go. */
  let touched = -2;
  const close = (last: number) => {
    const entry = open.pop();
    const [start, end] = [lines[entry?.first ?? 0]?.start, lines[last]?.end];
    if (!entry || start === undefined || end === undefined) return;
    const isBeside = touched >= entry.first - 1 || faulty.has(last + 1);
    if (!isBeside) spans.push({ start, end });
  };
  for (const [number, line] of lines.entries()) {
    if (line.kind === 'key' || line.kind === 'item') {
      // A list may stand in the same column as its key.
      const rank = line.indent * 2 + (line.kind === 'item' ? 1 : 0);
      while ((open.at(-1)?.rank ?? -1) >= rank) close(number - 1);
      open.push({ rank, first: number });
    }
    if (faulty.has(number)) touched = number;
  }
  while (open.length > 0) close(lines.length - 1);
  return spans;
}

/** Of the brackets that hold faults; those that hold none go with their line. */
function flowEntries(text: string, { regions }: Outline, faults: readonly Span[]): Span[] {
  const holds = ({ start, end }: Span) => faults.some((fault) => fault.end >= start && fault.start <= end);
  return regions
    .filter(holds)
    .flatMap((region) => flowItems(text, region))
    .filter(({ start, end }) => !holds({ start: start - 1, end: end + 1 }));
}
