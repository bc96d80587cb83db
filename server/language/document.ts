import type { Position, Range } from 'vscode-languageserver-types';
import { URI } from 'vscode-uri';
import { type Document, isCollection, isNode, type Node } from 'yaml';
import { child, maximumRunFileBytes, type Path, plainData, type Tree } from '../../trainer/config/index.ts';
import {
  commentStart,
  flowPlaceAt,
  type Line,
  lineAt,
  nameOf,
  type Outline,
  outlineOf,
  type Region,
  type Span,
} from './lines.ts';
import { repair } from './repair.ts';

/** The end of the path of a run file. */
export const runFileName = /\.esrgan\.(ya?ml|json)$/i;

/** A run file in the editor. Its properties are computed lazily, once. */
export interface RunDocument {
  readonly text: string;
  /** Path of the file, which relative paths start from. An untitled document has only a name. */
  readonly file: string;
  /** The URI that the editor knows it by; not always that of `file`. */
  readonly uri: string;
  /** Whether it is JSON: it starts with a brace or bracket, or it is empty and named `.json`. */
  readonly isJson: boolean;
  /** Lines, indentation and brackets of the text. */
  readonly outline: Outline;
  /** The text, parsed. If it has errors, perhaps only the entries around them. */
  readonly syntax: Tree;
  /** The repaired text, parsed. Ranges are valid in the original text too. */
  readonly tree: Document.Parsed;
  /** The text with blanks in place of broken parts, of the same length. */
  readonly repairedText: string;
  /** Lines (from 0) that were repaired or contain broken text. */
  readonly repairedLines: ReadonlySet<number>;
  /** The repaired text as plain data. */
  readonly data: unknown;
  offsetAt(position: Position): number;
  positionAt(offset: number): Position;
  rangeOf(span: Span): Range;
  /** The place of an offset; `undefined` in a comment and after a word without a colon. */
  pathAt(offset: number): Place | undefined;
  /** The node at a path; `undefined` if the text has none. The root is `[]`. */
  nodeAt(path: Path): FoundNode | undefined;
}

/** The place of a cursor. */
export interface Place {
  /**
   * `key`: on a key, also one without a colon; `value`: in the value of a key or list item, also an empty one;
   * `empty`: where another key or item of `parent` can start.
   */
  readonly kind: 'key' | 'value' | 'empty';
  /** The enclosing map or list. */
  readonly parent: Path;
  /** Whether `parent` is a list, as far as the text shows. */
  readonly inList: boolean;
  /** Path of the key or item; for `empty` that of `parent`. */
  readonly path: Path;
  /** The word at the cursor: the whole key, or the part of the value on this line. May be empty. */
  readonly span: Span;
  /** Whether it is in brackets, like everything in JSON. */
  readonly flow: boolean;
  /** Indentation of the line; on a blank line, the column of the cursor. */
  readonly indent: number;
  readonly hasColon: boolean;
}

/** A key and its value in the text. */
interface FoundNode {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
  /** Includes the quotes. */
  readonly keySpan: Span | undefined;
  /** Without surrounding spaces and comments; `undefined` for an empty value. */
  readonly valueSpan: Span | undefined;
}

/** Opens the text of a run file. */
export function openDocument(given: string, file: string, uri = URI.file(file).toString()): RunDocument {
  // Files on the disk may have a byte order mark, which editors remove.
  const text = given.replace(/^\ufeff/, '');
  // Of a text that is too large, only that is reported.
  const outline = once(() => outlineOf(text.length > maximumRunFileBytes ? '' : text));
  const repaired = once(() => repair(text));
  // Empty if aliases are invalid or expand to too much data.
  const data = once(() => plainData(repaired().document) ?? {});

  function positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, text.length));
    const line = lineAt(outline().lines, at);
    return { line, character: at - (outline().lines[line]?.start ?? 0) };
  }

  return {
    text,
    file,
    uri,
    isJson: /^\s*[{[]/.test(text) || (text.trim() === '' && file.toLowerCase().endsWith('.json')),
    get outline() {
      return outline();
    },
    get tree() {
      return repaired().document;
    },
    get syntax() {
      return repaired().syntax;
    },
    get repairedText() {
      return repaired().text;
    },
    get repairedLines() {
      return repaired().lines;
    },
    get data() {
      return data();
    },
    positionAt,
    offsetAt({ line, character }) {
      const found = outline().lines[line];
      if (!found) return line < 0 ? 0 : text.length;
      return Math.min(found.start + Math.max(0, character), found.end);
    },
    rangeOf: ({ start, end }) => ({ start: positionAt(start), end: positionAt(end) }),
    pathAt: (offset) => placeAt(text, outline(), offset),
    nodeAt: (path) => nodeAt(repaired().document, path),
  };
}

function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}

function nodeAt(document: Document.Parsed, path: Path): FoundNode | undefined {
  let found: { key: Node | undefined; value: Node | undefined } = {
    key: undefined,
    value: document.contents ?? undefined,
  };
  for (const step of path) {
    const entry = child(found.value, step, document);
    if (!entry) return undefined;
    found = entry;
  }
  return { ...found, keySpan: spanOf(found.key), valueSpan: spanOf(found.value) };
}

/** The span of a node without surrounding spaces and comments; `undefined` if it is empty. */
export function spanOf(node: Node | undefined): Span | undefined {
  if (!node?.range || node.range[1] <= node.range[0]) return undefined;
  const last = isCollection(node) && !node.flow ? lastSpan(node) : undefined;
  return { start: node.range[0], end: last?.end ?? node.range[1] };
}

/** The range of a block collection ends at the next key; this is the span of its last value. */
function lastSpan(node: Node): Span | undefined {
  if (!isCollection(node)) return spanOf(node);
  const item: unknown = node.items.at(-1);
  if (typeof item !== 'object' || item === null) return undefined;
  const parts = 'key' in item && 'value' in item ? [item.value, item.key] : [item];
  for (const part of parts) {
    const span = isNode(part) ? spanOf(part) : undefined;
    if (span) return span;
  }
  return undefined;
}

function placeAt(text: string, { lines, regions }: Outline, offset: number): Place | undefined {
  const number = lineAt(lines, offset);
  const line = lines[number];
  if (!line || offset > commentStart(text, line.start, line.end)) return undefined;
  const region = regions.find(
    ({ start, end, closed }) => start < offset && (closed ? offset < end : offset <= end),
  );
  if (region) return flowPlace(text, lines, region, line, offset);
  return blockPlace(text, lines, number, offset);
}

function blockPlace(text: string, lines: readonly Line[], number: number, offset: number): Place | undefined {
  const line = lines[number];
  if (!line) return undefined;
  const column = offset - line.start;
  const here = { start: offset, end: offset };
  const shared = { flow: false, hasColon: false };
  switch (line.kind) {
    case 'blank':
    case 'comment': {
      const { parent, inList } = ancestors(lines, number, column, false);
      return { kind: 'empty', parent, inList, path: parent, span: here, indent: column, ...shared };
    }
    case 'key': {
      if (column < line.indent || !line.key) return undefined;
      const { parent } = ancestors(lines, number, line.indent, false);
      const at = { parent, inList: false, path: [...parent, line.key.name], indent: line.indent };
      const colon = text.indexOf(':', line.key.end);
      if (offset <= colon) return { kind: 'key', ...at, span: line.key, flow: false, hasColon: true };
      return { kind: 'value', ...at, span: around(line.value, offset), ...shared };
    }
    case 'item': {
      if (column <= line.indent) return undefined;
      const { parent, index } = ancestors(lines, number, line.indent, true);
      const at = { parent, inList: true, path: [...parent, index], indent: line.indent };
      return { kind: 'value', ...at, span: around(line.value, offset), ...shared };
    }
    case 'other': {
      const content = text.slice(line.start, line.end);
      const start = line.start + (content.length - content.trimStart().length);
      if (offset < start || /^[[{]/.test(content.trimStart())) return undefined;
      const { parent, inList } = ancestors(lines, number, start - line.start, false);
      const span = { start, end: line.start + content.trimEnd().length };
      if (offset > span.end) return undefined;
      const path = [...parent, nameOf(text.slice(span.start, span.end))];
      return { kind: 'key', parent, inList, path, span, indent: start - line.start, ...shared };
    }
    default:
      return undefined;
  }
}

/** The span of the value if the offset touches it. */
function around(value: Span | undefined, offset: number): Span {
  return value && value.start <= offset && offset <= value.end ? value : { start: offset, end: offset };
}

/** The path of the collection that a line with this indentation belongs to, by the lines above it. */
function ancestors(
  lines: readonly Line[],
  number: number,
  indent: number,
  isItem: boolean,
): { parent: Path; index: number; inList: boolean } {
  const path: (string | number)[] = [];
  let item = isItem ? { indent, index: 0 } : undefined;
  // A list may have the same indentation as its key.
  let limit = isItem ? indent + 1 : indent;
  let inList: boolean | undefined = isItem || undefined;
  for (let i = number - 1; i >= 0 && limit > 0; i--) {
    const line = lines[i];
    if (line?.kind === 'item') {
      inList ??= line.indent === indent;
      if (item && line.indent === item.indent) {
        item.index++;
      } else if (line.indent < limit) {
        if (item) path.unshift(item.index);
        item = { indent: line.indent, index: 0 };
        limit = line.indent + 1;
      }
    } else if (line?.key && line.indent < limit) {
      inList ??= false;
      if (item) path.unshift(item.index);
      item = undefined;
      path.unshift(line.key.name);
      limit = line.indent;
    } else if (line?.key) {
      inList ??= false;
    }
  }
  if (item) path.unshift(item.index);
  const index = isItem ? Number(path.pop()) : 0;
  return { parent: path, index, inList: inList ?? false };
}

function flowPlace(
  text: string,
  lines: readonly Line[],
  region: Region,
  line: Line,
  offset: number,
): Place | undefined {
  const found = flowPlaceAt(text, region, offset);
  if (!found) return undefined;
  const parent = [...regionPath(lines, region), ...found.parent];
  const inList = found.collection === 'list';
  const inValue = found.valueStart !== undefined;
  const span = wordAround(text, found.valueStart ?? found.itemStart, offset, !inValue);
  const written = text.slice(span.start, span.end);
  const step = found.step ?? nameOf(written);
  const kind = inValue ? 'value' : written === '' ? 'empty' : 'key';
  const path = kind === 'empty' ? parent : [...parent, step];
  const hasColon = !inValue && /^[^\S\n]*:/.test(text.slice(span.end, line.end));
  return { kind, parent, inList, path, span, flow: true, indent: line.indent, hasColon };
}

function regionPath(lines: readonly Line[], region: Region): Path {
  const line = lines[region.line];
  if (line?.kind !== 'key' && line?.kind !== 'item') return [];
  const { parent, index } = ancestors(lines, region.line, line.indent, line.kind === 'item');
  return [...parent, line.key ? line.key.name : index];
}

/** The word that an offset touches, in the item or value in brackets that starts at `from`. */
function wordAround(text: string, from: number, offset: number, isKey: boolean): Span {
  const here = { start: offset, end: offset };
  const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  if (start > offset) return here;
  const plain = isKey ? /^[^,:[\]{}\n#]*/ : /^[^,[\]{}\n]*?(?=,|[[\]{}\n]|\s#|$)/;
  const rest = text.slice(start, start + 4000);
  // An unclosed quote does not include the brackets and commas at the end of its line.
  const quoted = /^"(?:[^"\\\n]|\\.)*"|^'[^'\n]*'|^["'][^\n]*?(?=[\s,\]}]*(?:\n|$))/.exec(rest)?.[0];
  const word = quoted ?? plain.exec(rest)?.[0] ?? '';
  const end = start + word.trimEnd().length;
  return offset <= end ? { start, end } : here;
}
