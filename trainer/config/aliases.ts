import { type Alias, type Document, isAlias, type Node, visit } from 'yaml';

/** By document, because the YAML library searches the whole document for each alias. Parsed documents do not change. */
const known = new WeakMap<Document, ReadonlyMap<Alias, Node>>();

/** The node that each alias of a parsed document stands for: the last one before it with that anchor. */
export function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const targets = known.get(document) ?? findTargets(document);
  known.set(document, targets);
  return targets;
}

/** The node that an alias stands for, `undefined` if there is none; any other node itself. */
export function withoutAlias(node: Node | undefined, document: Document): Node | undefined {
  return isAlias(node) ? aliasTargets(document).get(node) : node;
}

function findTargets(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  // In the order of the text.
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}
