import { isCollection, isMap, isNode, isPair, type Node } from 'yaml';
import { aliasTargets } from '../../trainer/config/index.ts';
import { type RunDocument, spanOf } from './document.ts';
import type { Span } from './lines.ts';

/** A key with its value, or an item of a list, in its collection. */
interface Member extends Span {
  readonly flow: boolean;
  readonly before: Span | undefined;
  readonly after: Span | undefined;
  readonly parent: Member | undefined;
  /** Whether it is the only key of a map. */
  readonly isAlone: boolean;
}

/**
 * The span to delete so that the key or item that starts at an offset is removed: its lines in block style, or the
 * entry with a comma in brackets. Includes the section if that would be left empty. `undefined` if its first line has
 * something else, such as the dash of a list item, and if an alias elsewhere needs an anchor in it.
 */
export function removal(document: RunDocument, offset: number): Span | undefined {
  const span = spanToRemove(document, offset);
  return span && !isNeededElsewhere(document, span) ? span : undefined;
}

/** Whether an alias elsewhere needs an anchor in a span. */
export function isNeededElsewhere({ tree }: RunDocument, span: Span): boolean {
  const isInside = ({ range }: Node) => range && span.start <= range[0] && range[0] < span.end;
  return [...aliasTargets(tree)].some(([alias, target]) => isInside(target) && !isInside(alias));
}

function spanToRemove(document: RunDocument, offset: number): Span | undefined {
  const contents = document.tree.contents;
  let entry = contents ? memberAt(contents, offset, undefined) : undefined;
  while (entry?.isAlone && entry.parent) entry = entry.parent;
  if (!entry) return undefined;
  if (entry.flow) {
    if (entry.after) return { start: entry.start, end: entry.after.start };
    return { start: entry.before?.end ?? entry.start, end: entry.end };
  }
  const { text } = document;
  const start = text.lastIndexOf('\n', entry.start - 1) + 1;
  if (text.slice(start, entry.start).trim() !== '') return undefined;
  // A block scalar ends after its last line break.
  const end = text[entry.end - 1] === '\n' ? entry.end - 1 : entry.end;
  const newline = text.indexOf('\n', end);
  return { start, end: newline < 0 ? text.length : newline + 1 };
}

function memberAt(node: Node, offset: number, parent: Member | undefined): Member | undefined {
  if (!isCollection(node)) return undefined;
  const spans = node.items.map(spanOfItem);
  for (const [i, item] of node.items.entries()) {
    const span = spans[i];
    if (!span || offset < span.start || offset > span.end) continue;
    const member: Member = {
      ...span,
      flow: node.flow === true,
      before: spans[i - 1],
      after: spans[i + 1],
      parent,
      // A list may be empty, so its last item is removed alone.
      isAlone: isMap(node) && node.items.length === 1,
    };
    if (span.start === offset) return member;
    const value = isPair(item) ? item.value : item;
    return isNode(value) ? memberAt(value, offset, member) : undefined;
  }
  return undefined;
}

function spanOfItem(item: unknown): Span | undefined {
  const [first, last] = isPair(item) ? [item.key, item.value ?? item.key] : [item, item];
  if (!isNode(first) || !first.range) return undefined;
  const end = isNode(last) ? spanOf(last)?.end : undefined;
  return { start: first.range[0], end: end ?? first.range[1] };
}
