import type { Position, SelectionRange } from 'vscode-languageserver-types';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { entryAt, innerSpan, wholeSpan } from './nodes.ts';

/**
 * The steps of "Expand Selection" at each position, from the inside out: the word, the value, the key with its value,
 * the section, and so on up to the whole text.
 */
export function selectionRanges(document: RunDocument, positions: readonly Position[]): SelectionRange[] {
  return positions.map((position) => {
    const offset = document.offsetAt(position);
    const all = { start: 0, end: document.text.length };
    let selection: SelectionRange = { range: document.rangeOf(all) };
    let outer: Span = all;
    for (const span of spansAround(document, offset).reverse()) {
      const isInside = outer.start <= span.start && span.end <= outer.end;
      const isSmaller = span.end - span.start < outer.end - outer.start;
      if (!isInside || !isSmaller || span.start > offset || span.end < offset) continue;
      selection = { range: document.rangeOf(span), parent: selection };
      outer = span;
    }
    return selection;
  });
}

/** From the inside out. Some may not contain the offset. */
function spansAround(document: RunDocument, offset: number): Span[] {
  const place = document.pathAt(offset);
  if (!place) return [lineAround(document, offset)];
  const spans: Span[] =
    place.span.end > place.span.start ? [innerSpan(document, place.span), place.span] : [];
  for (let depth = place.path.length; depth > 0; depth--) {
    const found = entryAt(document, place.path.slice(0, depth));
    if (!found) continue;
    const whole = wholeSpan(found);
    spans.push(...[found.valueSpan ?? [], whole ?? []].flat());
  }
  return spans;
}

/** The line without its indentation. */
function lineAround({ text, outline, positionAt }: RunDocument, offset: number): Span {
  const line = outline.lines[positionAt(offset).line] ?? { start: offset, end: offset };
  const comment = text.slice(line.start, line.end).search(/#|\S/);
  return { start: line.start + Math.max(comment, 0), end: line.end };
}
