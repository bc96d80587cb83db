import { flowItems, type Line, lineAt, type Outline, type Span } from './lines.ts';

/**
 * The entries that can be removed from a text without changing what the parser reports about its faults: those that
 * neither contain a fault nor are next to one. Spans may be nested. Block-style spans are whole lines.
 *
 * @param faults in the order of the text
 */
export function unaffectedEntries(text: string, outline: Outline, faults: readonly Span[]): Span[] {
  return [...blockEntries(outline.lines, faults), ...flowEntries(text, outline, faults)];
}

/** Keys and items, each with the lines that are indented further. */
function blockEntries(all: readonly Line[], faults: readonly Span[]): Span[] {
  const lines = all.filter(({ kind }) => kind !== 'blank' && kind !== 'comment');
  const faulty = new Set(faults.map(({ start }) => lineAt(lines, start)));
  const spans: Span[] = [];
  const open: { readonly rank: number; readonly first: number }[] = [];
  /** The last line so far with a fault. */
  let touched = -2;
  const close = (last: number) => {
    const entry = open.pop();
    const [start, end] = [lines[entry?.first ?? 0]?.start, lines[last]?.end];
    if (!entry || start === undefined || end === undefined) return;
    const isAdjacent = touched >= entry.first - 1 || faulty.has(last + 1);
    if (!isAdjacent) spans.push({ start, end });
  };
  for (const [number, line] of lines.entries()) {
    if (line.kind === 'key' || line.kind === 'item') {
      // A list may have the same indentation as its key.
      const rank = line.indent * 2 + (line.kind === 'item' ? 1 : 0);
      while ((open.at(-1)?.rank ?? -1) >= rank) close(number - 1);
      open.push({ rank, first: number });
    }
    if (faulty.has(number)) touched = number;
  }
  while (open.length > 0) close(lines.length - 1);
  return spans;
}

/** The entries of brackets that contain faults. Other brackets are removed with their lines. */
function flowEntries(text: string, { regions }: Outline, faults: readonly Span[]): Span[] {
  const contains = touching(faults);
  return regions
    .filter(contains)
    .flatMap((region) => flowItems(text, region))
    .filter(({ start, end }) => !contains({ start: start - 1, end: end + 1 }));
}

/** Tests whether a span overlaps or touches one of the faults. */
function touching(faults: readonly Span[]): (span: Span) => boolean {
  /** The end of the last of the first faults, by their number. */
  const ends = [-1];
  for (const { end } of faults) ends.push(Math.max(end, ends.at(-1) ?? -1));
  return ({ start, end }) => {
    let [low, high] = [0, faults.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((faults[middle]?.start ?? 0) <= end) low = middle + 1;
      else high = middle;
    }
    return (ends[low] ?? -1) >= start;
  };
}
