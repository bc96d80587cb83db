import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { aliasTargets } from './aliases.ts';
import { keyName } from './source.ts';

/** More values than the aliases of any run file stand for. */
const mostCopies = 10_000;

/**
 * A parsed document as plain data, as from JSON; no two values share an object. Of equal keys, the first counts.
 * `undefined` if an alias has no anchor or is inside its own, or if the aliases stand for too much data.
 */
export function plainData(document: Document): unknown {
  const targets = aliasTargets(document);
  /** Those that are being copied for an alias. */
  const around = new Set<Node>();
  let copies = 0;
  let isBroken = false;

  function dataOf(node: unknown): unknown {
    if (around.size > 0) copies++;
    if (copies > mostCopies) isBroken = true;
    if (isBroken) return null;
    if (isAlias(node)) return copyOf(targets.get(node));
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map(dataOf);
    return isMap(node) ? Object.fromEntries(entriesOf(node.items)) : null;
  }

  function copyOf(target: Node | undefined): unknown {
    if (target === undefined || around.has(target)) {
      isBroken = true;
      return null;
    }
    around.add(target);
    const value = dataOf(target);
    around.delete(target);
    return value;
  }

  function entriesOf(items: readonly { key: unknown; value: unknown }[]): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { key, value } of items) {
      const name = keyName(key);
      if (name !== undefined && !entries.has(name)) entries.set(name, dataOf(value));
    }
    return entries;
  }

  const data = document.contents === null ? {} : dataOf(document.contents);
  return isBroken ? undefined : (data ?? {});
}
