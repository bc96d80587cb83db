import { isAlias, isCollection, isMap, isScalar, isSeq, type Node } from 'yaml';
import { keyName, type Path } from '../../trainer/config/index.ts';
import { type RunDocument, spanOf } from './document.ts';
import type { Span } from './lines.ts';

/** A value of the text with its key, on the way through the whole tree. */
export interface Entry {
  readonly path: Path;
  /** The key's name; for an item of a list its index as a text. */
  readonly name: string;
  readonly keySpan: Span | undefined;
  readonly valueSpan: Span | undefined;
  readonly value: Node | undefined;
}

/** The keys of a map or the items of a list at a path as the text has them, behind an alias too. */
export function entriesAt(document: RunDocument, path: Path): Entry[] {
  return entriesOf(document, path, document.nodeAt(path)?.value);
}

/** The same of a value that is at hand. Of a key that is given twice, the first. */
export function entriesOf(document: RunDocument, path: Path, value: Node | undefined): Entry[] {
  const collection = isAlias(value) ? value.resolve(document.tree) : value;
  if (isMap<Node, Node | null>(collection)) {
    const entries = new Map<string, Entry>();
    for (const { key, value } of collection.items) {
      const name = keyName(key);
      if (name === undefined || entries.has(name)) continue;
      entries.set(name, entryOf(document, [...path, name], key, value ?? undefined));
    }
    return [...entries.values()];
  }
  if (!isSeq<Node>(collection)) return [];
  return collection.items.map((item, index) => entryOf(document, [...path, index], undefined, item));
}

/** What the text has at a path; `undefined` where it has nothing. */
export function entryAt(document: RunDocument, path: Path): Entry | undefined {
  const found = document.nodeAt(path);
  return found && entryOf(document, path, found.key, found.value);
}

function entryOf(document: RunDocument, path: Path, key: Node | undefined, value: Node | undefined): Entry {
  const name = String(path.at(-1) ?? '');
  return { path, name, keySpan: spanOf(key), valueSpan: trimmed(document, spanOf(value)), value };
}

/** Brackets that are not closed reach over the line breaks behind them. */
function trimmed({ text }: RunDocument, span: Span | undefined): Span | undefined {
  if (!span) return undefined;
  return { start: span.start, end: span.start + text.slice(span.start, span.end).trimEnd().length };
}

/** The text that a value is, where it is one; behind an alias too. */
export function textOf(document: RunDocument, node: Node | undefined): string | undefined {
  const scalar = isAlias(node) ? node.resolve(document.tree) : node;
  return isScalar(scalar) && typeof scalar.value === 'string' ? scalar.value : undefined;
}

/** A scalar without its quotes. */
export function innerSpan(document: RunDocument, span: Span): Span {
  const isQuoted =
    /^(["']).*\1$/s.test(document.text.slice(span.start, span.end)) && span.end - span.start > 1;
  return isQuoted ? { start: span.start + 1, end: span.end - 1 } : span;
}

/** From the beginning of an entry's key to the end of its value. */
export function wholeSpan({ keySpan, valueSpan }: Pick<Entry, 'keySpan' | 'valueSpan'>): Span | undefined {
  const first = keySpan ?? valueSpan;
  if (!first) return undefined;
  return { start: first.start, end: Math.max(first.end, valueSpan?.end ?? 0) };
}

/** Whether a value is a map or list written in lines of its own. */
export function isBlock(node: Node | undefined): boolean {
  return isCollection(node) && !node.flow;
}
