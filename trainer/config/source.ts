import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Path, Range } from './problem.ts';

/** A parsed run file: its plain data, and where in the text each value is. */
export interface Source {
  /** Maps, lists, texts, numbers, booleans and nulls; `undefined` when the text cannot be read. */
  readonly data: unknown;
  /** Whether the text gives this key itself, rather than leaving it to its default. */
  has(path: Path): boolean;
  /**
   * The place to mark for a value: the value itself where it is short, else its key. For a value that is
   * not in the text, the nearest section that is, and at last the start of the text.
   */
  rangeOf(path: Path): Range;
  /** The place of a key's name; as `rangeOf` for an item of a list. */
  rangeOfKey(path: Path): Range;
}

/** From offsets in the text to lines and columns. */
export type ToRange = (start: number, end: number) => Range;

/** A step from a collection to its child: the key, where there is one, and the value. */
export interface Entry {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** The places of a document's values; `data` is what the document says, as plain data. */
export function sourceOf(document: Document.Parsed, data: unknown, toRange: ToRange): Source {
  const start = toRange(0, 0);
  const rangeOfNode = (node: Node | undefined): Range | undefined =>
    node?.range && node.range[1] > node.range[0] ? toRange(node.range[0], node.range[1]) : undefined;

  /** The entries along a path, as far as the text has them. */
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

/** The entry of a collection under a key or index, through aliases too. */
export function child(node: Node | undefined, step: string | number, document: Document): Entry | undefined {
  const collection = isAlias(node) ? node.resolve(document) : node;
  if (isMap<Node, Node | null>(collection)) {
    const pair = collection.items.find(({ key }) => keyName(key) === String(step));
    return pair && { key: pair.key, value: pair.value ?? undefined };
  }
  if (isSeq<Node>(collection) && typeof step === 'number') {
    const value = collection.items[step];
    return value && { key: undefined, value };
  }
  return undefined;
}

/** The name under which plain data has a key. */
export function keyName(key: Pair['key']): string | undefined {
  return isScalar(key) ? String(key.value ?? '') : undefined;
}

function isBlock(node: Node | undefined): boolean {
  return isCollection(node) && !node.flow;
}
