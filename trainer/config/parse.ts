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
import { aliasTargets } from './aliases.ts';
import { plainData } from './plain-data.ts';
import { positionsIn } from './positions.ts';
import { firstProblems, type Problem } from './problem.ts';
import { keyName, type Source, sourceOf, type ToRange } from './source.ts';

/**
 * More than a run file with 1,000 data sets needs, the most that are allowed; usual ones have a few kB. The time of a
 * check grows with the size: the parser alone needs more than a second for 1 MB, too long while a person types.
 */
export const maximumRunFileBytes = 200_000;

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
  ['Implicit keys need to be on a single line', 'key on several lines: is a space missing after a colon?'],
  [
    'Unexpected scalar at node end',
    'indented less than the first key: does the line of its section miss above?',
  ],
];

/** Follow-ups of an earlier error: the parser reports every token after the place where it gave up. */
const followUp = / token in YAML stream/;

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
  const data = plainData(document);
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
  /** Includes the parser's errors. Empty for a text that is refused. */
  readonly document: Document.Parsed;
  /** Why the text cannot be parsed: it is too large, or nested too deeply for recursive code. */
  readonly refusal?: { readonly message: string; readonly offset: number };
}

/** Parses a text into a tree. Never throws. */
export function parseTree(text: string): Tree {
  if (text.length > maximumRunFileBytes) {
    const message = `larger than ${maximumRunFileBytes / 1e6} MB: a run file is much smaller, so this one is not checked`;
    return refused(message, 0);
  }
  const tokens = [...new Parser().parse(text)];
  const tooDeep = firstTooDeep(tokens);
  if (tooDeep !== undefined) return refused(`nested more than ${maxDepth} levels deep`, tooDeep);
  return { document: compose(tokens, text.length) };
}

function refused(message: string, offset: number): Tree {
  return { document: compose([], 0), refusal: { message, offset } };
}

function compose(tokens: readonly CST.Token[], length: number): Document.Parsed {
  // Without a schema of its own, a directive such as `%YAML 1.1` would change what values mean.
  const composer = new Composer<ParsedNode>({
    prettyErrors: false,
    schema: 'core',
    stringKeys: true,
    uniqueKeys: false,
  });
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

/** The parser's errors and warnings, without follow-up errors. */
function problemsOfParser({ document, refusal }: Tree, toRange: ToRange): Problem[] {
  if (refusal) return [syntaxProblem(refusal.message, toRange(refusal.offset, refusal.offset + 1))];
  const errors = new Map<number, YAMLParseError>();
  for (const error of document.errors) {
    const isFollowUp = errors.size > 0 && followUp.test(error.message);
    if (!isFollowUp && !errors.has(error.pos[0])) errors.set(error.pos[0], error);
  }
  const openings = openingsByEnd(document);
  return firstProblems([...errors.values(), ...document.warnings], (error) => {
    const opening = openingProblem(openings, error, toRange);
    if (opening) return opening;
    const own = explanations.find(([start]) => error.message.startsWith(start));
    const problem = syntaxProblem(own?.[1] ?? error.message, toRange(...error.pos));
    return error.name === 'YAMLWarning' ? { ...problem, severity: 'warning' } : problem;
  });
}

/** Start offsets of quotes and of brackets, by the offset of their end. */
interface Openings {
  readonly quotes: ReadonlyMap<number, number>;
  readonly brackets: ReadonlyMap<number, number>;
}

function openingsByEnd(document: Document.Parsed): Openings {
  const quotes = new Map<number, number>();
  const brackets = new Map<number, number>();
  visit(document, {
    Node(_, node) {
      if (!node.range) return;
      if (isScalar(node)) quotes.set(node.range[1], node.range[0]);
      else if (isCollection(node) && node.flow) brackets.set(node.range[1], node.range[0]);
    },
  });
  return { quotes, brackets };
}

/** The parser reports an unclosed quote or bracket at its end; this problem marks its start, which is what needs the fix. */
function openingProblem(
  { quotes, brackets }: Openings,
  { message, pos: [end] }: YAMLParseError | YAMLWarning,
  toRange: ToRange,
): Problem | undefined {
  const isQuote = message.startsWith(openQuote);
  if (!isQuote && !openBracket.test(message)) return undefined;
  const start = (isQuote ? quotes : brackets).get(end);
  if (start === undefined) return undefined;
  const what = isQuote
    ? 'this quote is not closed'
    : 'this bracket is not closed, or its content is not indented further than its key';
  return syntaxProblem(what, toRange(start, start + 1));
}

function duplicateKeys(document: Document.Parsed, toRange: ToRange): Problem[] {
  const repeated: [pair: Pair, first: Pair][] = [];
  visit(document, {
    Map(_, { items }) {
      for (const pairs of repeatedPairs(items)) repeated.push(pairs);
    },
  });
  return firstProblems(repeated, ([{ key }, first]) => ({
    ...syntaxProblem(`\`${keyName(key)}\` is a duplicate key: remove one of them`, rangeOfKey(key, toRange)),
    code: 'duplicate-key',
    related: [{ message: 'first defined here', ...rangeOfKey(first.key, toRange) }],
  }));
}

function rangeOfKey(key: Pair['key'], toRange: ToRange): ReturnType<ToRange> {
  return isNode(key) && key.range ? toRange(key.range[0], key.range[1]) : toRange(0, 0);
}

/** The pairs of a map that repeat the key of an earlier one, with that earlier pair. */
function repeatedPairs<Item extends Pair>(items: readonly Item[]): [pair: Item, first: Item][] {
  const seen = new Map<string, Item>();
  return items.flatMap((item): [Item, Item][] => {
    const name = keyName(item.key);
    if (name === undefined) return [];
    const first = seen.get(name) ?? item;
    seen.set(name, first);
    return first === item ? [] : [[item, first]];
  });
}

function badAliases(document: Document.Parsed, toRange: ToRange): Problem[] {
  const targets = aliasTargets(document);
  const bad: { readonly message: string; readonly range: readonly [number, number, number] }[] = [];
  visit(document, {
    Alias(_, alias) {
      const { source, range } = alias;
      if (!range) return;
      const anchor = targets.get(alias)?.range;
      if (!anchor) {
        bad.push({ message: `alias \`*${source}\` has no anchor \`&${source}\` before it`, range });
      } else if (anchor[2] > range[0]) {
        bad.push({ message: `alias \`*${source}\` is inside its own anchor`, range });
      }
    },
  });
  return firstProblems(bad, ({ message, range }) => syntaxProblem(message, toRange(range[0], range[1])));
}
