import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  parseDocument,
  type Tags,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { parseTree, syntaxProblems } from '../../trainer/config/index.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isJson } from '../../trainer/guards/guards.ts';
import { newRunName } from './new-run-name.ts';

/** A key of a run file and its new value; `undefined` removes the key. */
export interface Change {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * Copies a run file, which may be the resolved one of a run directory, with some keys changed and an unused name.
 * Preserves comments and the format of unchanged values. JSON remains JSON.
 *
 * @param name of the run that the text describes
 * @param taken names that the new run must not have
 * @throws WorkbenchError `config` if the text has syntax errors
 */
export function duplicateWithChanges(
  text: string,
  name: string,
  changes: readonly Change[],
  taken: Iterable<string>,
): { text: string; name: string } {
  const error = syntaxProblems(text, parseTree(text)).find(({ severity }) => severity === 'error');
  if (error) {
    throw new WorkbenchError(
      'config',
      `The run file cannot be copied, because its line ${error.start.line} is invalid: ${error.message}.`,
    );
  }
  const newName = newRunName(name, [...taken, name]);
  const all = [{ path: ['name'], value: newName }, ...changes];
  return { text: isJson(text) ? changedJson(text, all) : changedYaml(text, all), name: newName };
}

function changedJson(text: string, changes: readonly Change[]): string {
  const document: Document = parseDocument(text);
  for (const change of changes) apply(document, change);
  return `${JSON.stringify(document.toJS(), null, 2)}\n`;
}

function changedYaml(text: string, changes: readonly Change[]): string {
  const document: Document = parseDocument(text, { customTags: (tags) => tags.map(preservingFormat) });
  preserveBrackets(document, text, changes);
  for (const change of changes) apply(document, change);
  return document.toString({ lineWidth: 0 });
}

/** Preserves the format of numbers: `1.0e-4` is not written as `1e-4`. */
function preservingFormat(tag: Tags[number]): Tags[number] {
  if (typeof tag !== 'object' || tag.collection !== undefined || !/:(int|float)$/.test(tag.tag)) return tag;
  const { stringify } = tag;
  return {
    ...tag,
    stringify: (node, ...rest) => node.source ?? stringify?.(node, ...rest) ?? `${node.value}`,
  };
}

/** Preserves the format of lists and maps in brackets without changes. */
function preserveBrackets(document: Document, text: string, changes: readonly Change[]) {
  const changed = new Set<unknown>();
  for (const { path } of changes) {
    for (let depth = 0; depth <= path.length; depth++)
      changed.add(document.getIn(path.slice(0, depth), true));
  }
  visit(document, {
    Collection(_, node) {
      const range = node.range;
      if (!node.flow || !range || changed.has(node)) return;
      const written = text.slice(range[0], range[1]);
      if (!written.includes('\n')) node.toString = () => written;
    },
  });
}

function apply(document: Document, { path, value }: Change) {
  const key = path.at(-1);
  if (key === undefined) return;
  if (value === undefined) {
    if (document.hasIn(path)) document.deleteIn(path);
    return;
  }
  openPath(document, path.slice(0, -1));
  const old = document.getIn(path, true);
  const node = document.createNode(value, { flow: true });
  visit(node, { Seq: (_, list) => withoutPadding(list) });
  if (isScalar(old) && isScalar(node)) {
    old.value = node.value;
    delete old.source;
  } else if (path.length === 1 && key === 'name' && isMap(document.contents) && old === undefined) {
    document.contents.items.unshift(document.createPair(key, value));
  } else {
    if (isNode(old) && old.comment) node.comment = old.comment;
    document.setIn(path, node);
  }
}

/** Makes every step of a path a map or list: replaces an alias by a copy, and any other value by an empty map. */
function openPath(document: Document, path: Change['path']) {
  if (!isCollection(document.contents)) document.contents = document.createNode({});
  for (let depth = 1; depth <= path.length; depth++) {
    const here = path.slice(0, depth);
    const node = document.getIn(here, true);
    if (isCollection(node)) continue;
    const anchored = isAlias(node) ? node.resolve(document) : undefined;
    const copy = isCollection(anchored) ? anchored.clone() : new YAMLMap(document.schema);
    if (isCollection(copy)) delete copy.anchor;
    document.setIn(here, copy);
  }
}

/** Writes a list as `[1, 2]` and not as `[ 1, 2 ]`. */
function withoutPadding(list: YAMLSeq) {
  list.toString = (context, ...rest) =>
    YAMLSeq.prototype.toString.call(list, context && { ...context, flowCollectionPadding: '' }, ...rest);
}
