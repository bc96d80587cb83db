import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isNode,
  type Pair,
  type ParsedNode,
  Parser,
  type Range,
  visit,
  YAMLParseError,
} from 'yaml';
import { positionsIn } from './positions.ts';
import type { Problem } from './problem.ts';
import { keyName, type Source, sourceOf, type ToRange } from './source.ts';

/** More levels than any run file needs, and few enough for every recursive reader of the text. */
const maxDepth = 50;

const multipleDocuments = 'Source contains multiple documents';

/** What some of the parser's messages, by their beginnings, mean for somebody who writes a run file. */
const explanations: readonly (readonly [string, string])[] = [
  ['Tabs are not allowed', 'a tab is used as indentation: YAML allows only spaces there'],
  [multipleDocuments, 'a second document begins here: a run file is one document'],
  ['Nested mappings are not', 'a key inside a value: begin it on its own line, in line with its neighbours'],
  ['With stringKeys', 'a list, map, alias or tag where the name of a key belongs'],
  ['Implicit map keys need', 'a key without a value: write `key: value`, with a space behind the colon'],
];

/**
 * Reads YAML 1.2, and so JSON, without ever throwing: what is wrong with the syntax comes back as problems
 * with their places. When one of them is an error, the data is `undefined`. `tree` spares reading the text again.
 */
export function parse(text: string, tree: Tree = parseTree(text)): { source: Source; problems: Problem[] } {
  const { document, tooDeep } = tree;
  const place = positionsIn(text);
  const toRange: ToRange = (start, end) => ({ start: place(start), end: place(end) });
  const problems =
    tooDeep === undefined
      ? documentProblems(document, toRange)
      : [syntaxProblem(`nested more than ${maxDepth} levels deep`, toRange(tooDeep, tooDeep + 1))];
  if (problems.some(({ severity }) => severity === 'error')) {
    return { source: sourceOf(document, undefined, toRange), problems };
  }
  const data = plainData(document);
  if (data === undefined) {
    const message = 'its aliases (`*name`) expand to too much: write the values out';
    problems.push(syntaxProblem(message, toRange(0, 0)));
  }
  return { source: sourceOf(document, data, toRange), problems };
}

/** A text as the YAML parser understands it. */
export interface Tree {
  /** With the parser's errors in it; empty for a text that is nested too deep. */
  readonly document: Document.Parsed;
  /** The offset at which a text becomes nested deeper than recursive readers can stand. */
  readonly tooDeep?: number;
}

/** Reads the tree of a text; never throws. */
export function parseTree(text: string): Tree {
  const tokens = [...new Parser().parse(text)];
  const tooDeep = firstTooDeep(tokens);
  if (tooDeep !== undefined) return { document: compose([], 0), tooDeep };
  return { document: compose(tokens, text.length) };
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const composer = new Composer<ParsedNode>({ prettyErrors: false, stringKeys: true, uniqueKeys: false });
  const [document, second] = [...composer.compose(tokens, true, length)];
  // With its second argument true, the composer always gives a document.
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

/** Offset of a token that is too deep. Iterative, because it protects what is not. */
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

function documentProblems(document: Document.Parsed, toRange: ToRange): Problem[] {
  const problems = syntaxProblems(document, toRange);
  visit(document, {
    Map: (_, { items }) => {
      problems.push(...duplicateKeys(items, toRange));
    },
    Alias: (_, alias) => {
      problems.push(...badAlias(alias, document, toRange));
    },
  });
  return problems;
}

/** The parser's own findings, less those that only echo an earlier one at the same place. */
function syntaxProblems(document: Document.Parsed, toRange: ToRange): Problem[] {
  const starts = document.errors.map(({ pos }) => pos[0]);
  const errors = document.errors.filter(({ pos }, i) => starts.indexOf(pos[0]) === i);
  return [...errors, ...document.warnings].map((error) => {
    const ours = explanations.find(([beginning]) => error.message.startsWith(beginning));
    const problem = syntaxProblem(ours?.[1] ?? error.message, toRange(...error.pos));
    return error.name === 'YAMLWarning' ? { ...problem, severity: 'warning' } : problem;
  });
}

function duplicateKeys(pairs: readonly Pair[], toRange: ToRange): Problem[] {
  const seen = new Map<string, Range>();
  return pairs.flatMap(({ key }) => {
    const name = keyName(key);
    if (name === undefined || !isNode(key) || !key.range) return [];
    const first = seen.get(name);
    if (!first) {
      seen.set(name, key.range);
      return [];
    }
    const range = toRange(key.range[0], key.range[1]);
    return {
      ...syntaxProblem(`\`${name}\` is given twice: remove one of them`, range),
      code: 'duplicate-key',
      related: [{ message: 'given here first', ...toRange(first[0], first[1]) }],
    };
  });
}

function badAlias(alias: Alias, document: Document.Parsed, toRange: ToRange): Problem[] {
  if (!alias.range) return [];
  const [start, end] = alias.range;
  const anchor = alias.resolve(document)?.range;
  if (!anchor) return fault(`there is no \`&${alias.source}\` before it`);
  return anchor[2] > start ? fault('it lies inside its own anchor') : [];

  function fault(what: string): Problem[] {
    return [syntaxProblem(`alias \`*${alias.source}\`: ${what}`, toRange(start, end))];
  }
}

/** The document as plain data in which nothing is shared; `undefined` where aliases expand to too much. */
function plainData(document: Document.Parsed): unknown {
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
