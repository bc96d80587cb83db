import {
  Composer,
  type CST,
  type Document,
  isCollection,
  isNode,
  isScalar,
  type Pair,
  type ParsedNode,
  Parser,
  visit,
  YAMLParseError,
  type YAMLWarning,
} from 'yaml';
import { positionsIn } from './positions.ts';
import type { Problem } from './problem.ts';
import { keyName, type Source, sourceOf, type ToRange } from './source.ts';

/** More levels than any run file needs, but few enough for recursive code. */
const maxDepth = 50;

const multipleDocuments = 'Source contains multiple documents';

const openQuote = 'Missing closing';
const openBracket = /^Flow (?:sequence|map) .*must .*end with/;

/** Our messages for those of the parser that start with a text. */
const explanations: readonly (readonly [string, string])[] = [
  ['Tabs are not allowed', 'tab in the indentation: YAML allows only spaces'],
  [multipleDocuments, 'second document: a run file is a single document'],
  ['Nested mappings are not', 'key inside a value: put it on its own line, aligned with its neighbors'],
  ['With stringKeys', 'a key must be a plain string, not a list, map, alias or tag'],
  ['Implicit map keys need', 'key without a value: write `key: value`, with a space after the colon'],
];

/**
 * Parses YAML 1.2, and so JSON. Never throws: syntax errors are returned as problems, and `data` is `undefined` if
 * there are any. Duplicate keys are problems too, but `data` then has the first of each.
 *
 * @param tree of the text, if it is parsed already
 */
export function parse(text: string, tree: Tree = parseTree(text)): { source: Source; problems: Problem[] } {
  const { document } = tree;
  const toRange = rangesIn(text);
  const syntax = problemsOfParser(tree, toRange);
  const references = badAliases(document, toRange);
  const repeated = duplicateKeys(document, toRange);
  const problems = [...syntax, ...references, ...repeated];
  if ([...syntax, ...references].some(({ severity }) => severity === 'error')) {
    return { source: sourceOf(document, undefined, toRange), problems };
  }
  const data = plainData(repeated.length === 0 ? document : withoutRepeated(document));
  if (data === undefined) {
    const message = 'the aliases (`*name`) expand to too much data: write the values out';
    problems.push(syntaxProblem(message, toRange(0, 0)));
  }
  return { source: sourceOf(document, data, toRange), problems };
}

/** The syntax errors and warnings of the YAML parser. */
export function syntaxProblems(text: string, tree: Tree): Problem[] {
  return problemsOfParser(tree, rangesIn(text));
}

function rangesIn(text: string): ToRange {
  const place = positionsIn(text);
  return (start, end) => ({ start: place(start), end: place(end) });
}

/** A parsed text. */
export interface Tree {
  /** Includes the parser's errors. Empty for a text that is nested too deeply. */
  readonly document: Document.Parsed;
  /** Offset of the first token that is nested too deeply for recursive code. */
  readonly tooDeep?: number;
}

/** Parses a text into a tree. Never throws. */
export function parseTree(text: string): Tree {
  const tokens = [...new Parser().parse(text)];
  const tooDeep = firstTooDeep(tokens);
  if (tooDeep !== undefined) return { document: compose([], 0), tooDeep };
  return { document: compose(tokens, text.length) };
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const composer = new Composer<ParsedNode>({ prettyErrors: false, stringKeys: true, uniqueKeys: false });
  const [document, second] = [...composer.compose(tokens, true, length)];
  // With `true` as its second argument, the composer always returns a document.
  if (!document) throw new Error('The YAML parser gave no document.');
  if (second) {
    const { range } = second;
    document.errors.push(new YAMLParseError([range[0], range[1]], 'MULTIPLE_DOCS', multipleDocuments));
  }
  return document;
}

function syntaxProblem(message: string, range: ReturnType<ToRange>): Problem {
  return { code: 'syntax', severity: 'error', message, path: [], ...range };
}

/** Offset of the first token that is nested too deeply. Iterative, because it protects recursive code. */
function firstTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const waiting: CST.Token[] = [...tokens];
  const depths: number[] = tokens.map(() => 0);
  for (let token = waiting.pop(); token; token = waiting.pop()) {
    const depth = depths.pop() ?? 0;
    if (depth > maxDepth) return token.offset;
    const add = (inner: CST.Token | null | undefined) => {
      if (!inner) return;
      waiting.push(inner);
      depths.push(depth + 1);
    };
    if (token.type === 'document') add(token.value);
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      add(key);
      add(value);
    }
  }
  return undefined;
}

/** The parser's errors and warnings, without follow-up errors at the same place. */
function problemsOfParser({ document, tooDeep }: Tree, toRange: ToRange): Problem[] {
  if (tooDeep !== undefined) {
    return [syntaxProblem(`nested more than ${maxDepth} levels deep`, toRange(tooDeep, tooDeep + 1))];
  }
  const starts = document.errors.map(({ pos }) => pos[0]);
  const errors = document.errors.filter(({ pos }, i) => starts.indexOf(pos[0]) === i);
  return [...errors, ...document.warnings].map((error) => {
    const opening = openingProblem(document, error, toRange);
    if (opening) return opening;
    const own = explanations.find(([start]) => error.message.startsWith(start));
    const problem = syntaxProblem(own?.[1] ?? error.message, toRange(...error.pos));
    return error.name === 'YAMLWarning' ? { ...problem, severity: 'warning' } : problem;
  });
}

/** The parser reports an unclosed quote or bracket at its end; this problem marks its start, which is what needs the fix. */
function openingProblem(
  document: Document.Parsed,
  { message, pos: [end] }: YAMLParseError | YAMLWarning,
  toRange: ToRange,
): Problem | undefined {
  const isQuote = message.startsWith(openQuote);
  if (!isQuote && !openBracket.test(message)) return undefined;
  let start: number | undefined;
  visit(document, {
    Node(_, node) {
      const isSuch = isQuote ? isScalar(node) : isCollection(node) && node.flow;
      if (isSuch && node.range?.[1] === end) start = node.range[0];
    },
  });
  if (start === undefined) return undefined;
  const what = isQuote
    ? 'this quote is not closed'
    : 'this bracket is not closed, or its content is not indented further than its key';
  return syntaxProblem(what, toRange(start, start + 1));
}

function duplicateKeys(document: Document.Parsed, toRange: ToRange): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_, { items }) {
      for (const [{ key }, first] of repeatedPairs(items)) {
        if (!isNode(key) || !key.range || !isNode(first.key) || !first.key.range) continue;
        const message = `\`${keyName(key)}\` is a duplicate key: remove one of them`;
        problems.push({
          ...syntaxProblem(message, toRange(key.range[0], key.range[1])),
          code: 'duplicate-key',
          related: [{ message: 'first defined here', ...toRange(first.key.range[0], first.key.range[1]) }],
        });
      }
    },
  });
  return problems;
}

/** The pairs of a map that repeat the key of an earlier one, with that earlier pair. */
function repeatedPairs<Item extends Pair>(items: readonly Item[]): Map<Item, Item> {
  const seen = new Map<string, Item>();
  const repeated = new Map<Item, Item>();
  for (const item of items) {
    const name = keyName(item.key);
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first) repeated.set(item, first);
    else seen.set(name, item);
  }
  return repeated;
}

/** A copy without repeated keys. */
function withoutRepeated(document: Document.Parsed): Document {
  const copy = document.clone();
  visit(copy, {
    Map(_, map) {
      const repeated = repeatedPairs(map.items);
      map.items = map.items.filter((item) => !repeated.has(item));
    },
  });
  return copy;
}

function badAliases(document: Document.Parsed, toRange: ToRange): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_, alias) {
      if (!alias.range) return;
      const [start, end] = alias.range;
      const anchor = alias.resolve(document)?.range;
      const name = `alias \`*${alias.source}\``;
      if (!anchor) {
        const message = `${name} has no anchor \`&${alias.source}\` before it`;
        problems.push(syntaxProblem(message, toRange(start, end)));
      } else if (anchor[2] > start) {
        problems.push(syntaxProblem(`${name} is inside its own anchor`, toRange(start, end)));
      }
    },
  });
  return problems;
}

/** The document as plain data without shared objects; `undefined` if its aliases expand to too much. */
function plainData(document: Document): unknown {
  try {
    return unshared(document.toJS() ?? {});
  } catch {
    return undefined;
  }
}

function unshared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unshared);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unshared(inner)]));
}
