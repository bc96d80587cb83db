import type { Position, Range } from 'vscode-languageserver-types';
import { type Document, isCollection, isNode, type Node } from 'yaml';
import { child, type Path, type Tree } from '../../trainer/config/index.ts';
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
import { mend } from './mend.ts';

/** The text of one run file and what is known of it; everything is read when first asked for, and once. */
export interface RunDocument {
  readonly text: string;
  /** Its path on the disk, from which relative paths start. */
  readonly file: string;
  /** Whether it is written in JSON: its root stands in braces, or it is empty and named `.json`. */
  readonly isJson: boolean;
  /** Lines, indentation and brackets of the text as it stands. */
  readonly outline: Outline;
  /** What the parser says of the text as it stands; where that is broken, perhaps only of what stands around the faults. */
  readonly syntax: Tree;
  /** The tree of the text, in which broken stretches are blank. Ranges are those of the text. */
  readonly tree: Document.Parsed;
  /** The text in which broken stretches are blank, of the same length; the text itself where it is sound. */
  readonly mendedText: string;
  /** Lines (from 0) that had to be mended, or that hold broken text. */
  readonly mendedLines: ReadonlySet<number>;
  /** What the tree says, as plain data. */
  readonly data: unknown;
  offsetAt(position: Position): number;
  positionAt(offset: number): Position;
  rangeOf(span: Span): Range;
  /** Where an offset stands; `undefined` in a comment and behind a word that is no key yet. */
  pathAt(offset: number): Place | undefined;
  /** What the text has at a path; `undefined` where it has nothing. The root is `[]`. */
  nodeAt(path: Path): FoundNode | undefined;
}

/** Where a cursor stands. */
export interface Place {
  /**
   * `key`: on the name of a key, also one that has no colon yet; `value`: in the value of a key or list item,
   * also an empty one; `empty`: where the next key or item of `parent` can begin.
   */
  readonly kind: 'key' | 'value' | 'empty';
  /** The map or list around it. */
  readonly parent: Path;
  /** Whether `parent` is a list here, as far as the text shows. */
  readonly inList: boolean;
  /** The key or item; for `empty` that of `parent`. */
  readonly path: Path;
  /** The word at the cursor: the whole key, or value as far as it stands on this line. May be empty. */
  readonly span: Span;
  /** In brackets, as everything in JSON is. */
  readonly flow: boolean;
  /** Spaces before the line's first character; on a blank line, before the cursor. */
  readonly indent: number;
  /** Whether a colon follows the key. */
  readonly hasColon: boolean;
}

/** A value and its key as they stand in the text. */
export interface FoundNode {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
  /** The key with its quotes. */
  readonly keySpan: Span | undefined;
  /** The value without spaces and comments around it; `undefined` where it is empty. */
  readonly valueSpan: Span | undefined;
}

/** Opens the text of a run file; reads nothing of it yet. */
export function openDocument(given: string, file: string): RunDocument {
  // Editors leave out the mark of the byte order; files on the disk may have it.
  const text = given.replace(/^\ufeff/, '');
  const outline = once(() => outlineOf(text));
  const mended = once(() => mend(text));
  const data = once(() => plainData(mended().document));

  function positionAt(offset: number): Position {
    const at = Math.max(0, Math.min(offset, text.length));
    const line = lineAt(outline().lines, at);
    return { line, character: at - (outline().lines[line]?.start ?? 0) };
  }

  return {
    text,
    file,
    isJson: /^\s*[{[]/.test(text) || (text.trim() === '' && file.toLowerCase().endsWith('.json')),
    get outline() {
      return outline();
    },
    get tree() {
      return mended().document;
    },
    get syntax() {
      return mended().syntax;
    },
    get mendedText() {
      return mended().text;
    },
    get mendedLines() {
      return mended().lines;
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
    nodeAt: (path) => nodeAt(mended().document, path),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Aliases that expand to too much, or to nothing, leave nothing. */
function plainData(document: Document.Parsed): unknown {
  try {
    return document.toJS() ?? {};
  } catch {
    return {};
  }
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

/** Where a node stands, without spaces and comments around it; `undefined` where it is empty. */
export function spanOf(node: Node | undefined): Span | undefined {
  if (!node?.range || node.range[1] <= node.range[0]) return undefined;
  const last = isCollection(node) && !node.flow ? lastSpan(node) : undefined;
  return { start: node.range[0], end: last?.end ?? node.range[1] };
}

/** Collections of block style reach up to the next key; this is where their last value ends. */
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

/** The value's span where the offset touches it. */
function around(value: Span | undefined, offset: number): Span {
  return value && value.start <= offset && offset <= value.end ? value : { start: offset, end: offset };
}

/**
 * The path to the collection that a line of this indentation is part of, by the lines above it; for an item its
 * index too.
 */
function ancestors(
  lines: readonly Line[],
  number: number,
  indent: number,
  isItem: boolean,
): { parent: Path; index: number; inList: boolean } {
  const path: (string | number)[] = [];
  let item = isItem ? { indent, index: 0 } : undefined;
  // A list may stand in the same column as its key.
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

/** The word of a flow collection that an offset touches, in the item or value that begins at `from`. */
function wordAround(text: string, from: number, offset: number, isKey: boolean): Span {
  const here = { start: offset, end: offset };
  const start = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
  if (start > offset) return here;
  const plain = isKey ? /^[^,:[\]{}\n#]*/ : /^[^,[\]{}\n]*?(?=,|[[\]{}\n]|\s#|$)/;
  const rest = text.slice(start, start + 4000);
  // A quote that is still open does not take the brackets and commas at the end of its line.
  const quoted = /^"(?:[^"\\\n]|\\.)*"|^'[^'\n]*'|^["'][^\n]*?(?=[\s,\]}]*(?:\n|$))/.exec(rest)?.[0];
  const word = quoted ?? plain.exec(rest)?.[0] ?? '';
  const end = start + word.trimEnd().length;
  return offset <= end ? { start, end } : here;
}
