import { isCollection, isMap, isNode, isPair, type Node } from 'yaml';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';

/** A key with its value, or an item of a list, within its collection. */
interface Entry extends Span {
  readonly flow: boolean;
  /** Where the entries before and behind it begin and end. */
  readonly before: Span | undefined;
  readonly after: Span | undefined;
  readonly around: Entry | undefined;
  readonly isAlone: boolean;
}

/**
 * What to cut out so that the entry which begins at an offset is gone: its lines where it has them to itself, else
 * it with one of the commas beside it. A section that would be left empty goes with it.
 */
export function removal(document: RunDocument, offset: number): Span | undefined {
  const contents = document.tree.contents;
  let entry = contents ? entryAt(contents, offset, undefined) : undefined;
  while (entry?.isAlone && entry.around) entry = entry.around;
  if (!entry) return undefined;
  if (entry.flow) {
    if (entry.after) return { start: entry.start, end: entry.after.start };
    return { start: entry.before?.end ?? entry.start, end: entry.end };
  }
  const { text } = document;
  const start = text.lastIndexOf('\n', entry.start - 1) + 1;
  const newline = text.indexOf('\n', entry.end);
  return { start, end: newline < 0 ? text.length : newline + 1 };
}

function entryAt(node: Node, offset: number, around: Entry | undefined): Entry | undefined {
  if (!isCollection(node)) return undefined;
  const spans = node.items.map(spanOfItem);
  for (const [i, item] of node.items.entries()) {
    const span = spans[i];
    if (!span || offset < span.start || offset > span.end) continue;
    const entry: Entry = {
      ...span,
      flow: node.flow === true,
      before: spans[i - 1],
      after: spans[i + 1],
      around,
      // The last item of a list may go: an empty list is one.
      isAlone: isMap(node) && node.items.length === 1,
    };
    if (span.start === offset) return entry;
    const value = isPair(item) ? item.value : item;
    return isNode(value) ? entryAt(value, offset, entry) : undefined;
  }
  return undefined;
}

function spanOfItem(item: unknown): Span | undefined {
  const [first, last] = isPair(item) ? [item.key, item.value ?? item.key] : [item, item];
  if (!isNode(first) || !first.range) return undefined;
  const end = isNode(last) && last.range && last.range[1] > last.range[0] ? endOf(last) : first.range[1];
  return { start: first.range[0], end };
}

/** Collections of block style reach up to the next key; this is where their last value ends. */
function endOf(node: Node): number {
  const last = isCollection(node) && !node.flow ? spanOfItem(node.items.at(-1)) : undefined;
  return last?.end ?? node.range?.[1] ?? 0;
}
