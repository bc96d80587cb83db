import { isCollection, isMap, isScalar, isSeq, type Node } from 'yaml';
import { entriesByName, type Path, withoutAlias } from '../../trainer/config/index.ts';
import { type RunDocument, spanOf } from './document.ts';
import type { Span } from './lines.ts';

/** A key with its value, or an item of a list. */
export interface Entry {
  readonly path: Path;
  /** The key; for an item of a list its index as a string. */
  readonly name: string;
  readonly keySpan: Span | undefined;
  readonly valueSpan: Span | undefined;
  readonly value: Node | undefined;
}

/** The entries of the map or list at a path. Aliases are resolved. */
export function entriesAt(document: RunDocument, path: Path): Entry[] {
  return entriesOf(document, path, document.nodeAt(path)?.value);
}

/** The entries of a map or list. Of duplicate keys, only the first. */
export function entriesOf(document: RunDocument, path: Path, value: Node | undefined): Entry[] {
  const collection = withoutAlias(value, document.tree);
  if (isMap<Node, Node | null>(collection)) {
    return [...entriesByName(collection)].map(([name, { key, value }]) =>
      entryOf(document, [...path, name], key, value),
    );
  }
  if (!isSeq<Node>(collection)) return [];
  return collection.items.map((item, index) => entryOf(document, [...path, index], undefined, item));
}

/** The entry at a path; `undefined` if the text has none. */
export function entryAt(document: RunDocument, path: Path): Entry | undefined {
  const found = document.nodeAt(path);
  return found && entryOf(document, path, found.key, found.value);
}

function entryOf(document: RunDocument, path: Path, key: Node | undefined, value: Node | undefined): Entry {
  const name = String(path.at(-1) ?? '');
  return { path, name, keySpan: spanOf(key), valueSpan: trimmed(document, spanOf(value)), value };
}

/** The range of an unclosed bracket includes the line breaks after it. */
function trimmed({ text }: RunDocument, span: Span | undefined): Span | undefined {
  if (!span) return undefined;
  return { start: span.start, end: span.start + text.slice(span.start, span.end).trimEnd().length };
}

/** The value of a string node; `undefined` for other nodes. Aliases are resolved. */
export function textOf(document: RunDocument, node: Node | undefined): string | undefined {
  const scalar = withoutAlias(node, document.tree);
  return isScalar(scalar) && typeof scalar.value === 'string' ? scalar.value : undefined;
}

/** The span of a scalar without its quotes. */
export function innerSpan(document: RunDocument, span: Span): Span {
  const isQuoted =
    /^(["']).*\1$/s.test(document.text.slice(span.start, span.end)) && span.end - span.start > 1;
  return isQuoted ? { start: span.start + 1, end: span.end - 1 } : span;
}

/** From the start of an entry's key to the end of its value. */
export function wholeSpan({ keySpan, valueSpan }: Pick<Entry, 'keySpan' | 'valueSpan'>): Span | undefined {
  const first = keySpan ?? valueSpan;
  if (!first) return undefined;
  return { start: first.start, end: Math.max(first.end, valueSpan?.end ?? 0) };
}

/** Whether a value is a map or list in block style. */
export function isBlock(node: Node | undefined): boolean {
  return isCollection(node) && !node.flow;
}
