import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { withoutAlias } from './aliases.ts';
import type { Path, Range } from './problem.ts';

/** A parsed run file: its data and the place of each value in the text. */
export interface Source {
  /** Plain data as from JSON; `undefined` if the text has syntax errors. */
  readonly data: unknown;
  /** Whether the text contains the key, so that its value is not a default. */
  has(path: Path): boolean;
  /**
   * The range to mark for a value: the value, or its key if the value is in block style. If the text lacks the value,
   * the innermost section around it that the text has, or else the start of the text.
   */
  rangeOf(path: Path): Range;
  /** The range of a key; for an item of a list like `rangeOf`. */
  rangeOfKey(path: Path): Range;
}

/** Converts offsets to a range. */
export type ToRange = (start: number, end: number) => Range;

/** The key and the value of a child of a collection; items of a list have no key. */
export interface Entry {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** The source of a document whose plain data is `data`. */
export function sourceOf(document: Document.Parsed, data: unknown, toRange: ToRange): Source {
  const start = toRange(0, 0);
  const rangeOfNode = (node: Node | undefined): Range | undefined =>
    node?.range && node.range[1] > node.range[0] ? toRange(node.range[0], node.range[1]) : undefined;

  /** The entries along a path, up to the last one that the text has. */
  function entries(path: Path): Entry[] {
    const found: Entry[] = [];
    let node: Node | undefined = document.contents ?? undefined;
    for (const step of path) {
      const entry = child(node, step, document);
      if (!entry) break;
      found.push(entry);
      node = entry.value;
    }
    return found;
  }

  function place(path: Path, keyFirst: boolean): Range {
    const found = entries(path);
    const last = found.at(-1);
    if (!last) return start;
    const onKey = keyFirst || found.length < path.length || isBlock(last.value);
    const nodes = onKey ? [last.key, last.value] : [last.value, last.key];
    return rangeOfNode(nodes[0]) ?? rangeOfNode(nodes[1]) ?? start;
  }

  return {
    data,
    has: (path) => entries(path).length === path.length,
    rangeOf: (path) => place(path, false),
    rangeOfKey: (path) => place(path, true),
  };
}

/** The entry of a collection with a key or index. Aliases are resolved. */
export function child(node: Node | undefined, step: string | number, document: Document): Entry | undefined {
  const collection = withoutAlias(node, document);
  if (isMap<Node, Node | null>(collection)) return entriesByName(collection).get(String(step));
  if (isSeq<Node>(collection) && typeof step === 'number') {
    const value = collection.items[step];
    return value && { key: undefined, value };
  }
  return undefined;
}

type ParsedMap = YAMLMap<Node, Node | null>;

/** By map. Parsed documents do not change. */
const known = new WeakMap<ParsedMap, ReadonlyMap<string, Entry>>();

/** The entries of a map; of equal keys, the first. */
export function entriesByName(map: ParsedMap): ReadonlyMap<string, Entry> {
  const found = known.get(map);
  if (found) return found;
  const entries = new Map<string, Entry>();
  for (const { key, value } of map.items) {
    const name = keyName(key);
    if (name !== undefined && !entries.has(name)) entries.set(name, { key, value: value ?? undefined });
  }
  known.set(map, entries);
  return entries;
}

/** The name of a key in plain data. */
export function keyName(key: Pair['key']): string | undefined {
  return isScalar(key) ? String(key.value ?? '') : undefined;
}

function isBlock(node: Node | undefined): boolean {
  return isCollection(node) && !node.flow;
}
