import { isMap, type Node } from 'yaml';
import type { Path } from '../../trainer/config/index.ts';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { type Entry, entriesOf, entryAt, wholeSpan } from './nodes.ts';

/** A change of the text. */
export interface Edit extends Span {
  readonly newText: string;
}

/** The text of a new key with its value; `undefined` if it cannot be written in that style. */
interface NewEntry {
  /** On one line, in braces. */
  inBraces(): string | undefined;
  /** In block style, from a column on, without the last line break. */
  inLines(column: number): string | undefined;
}

/**
 * Inserts an entry at the end of a top-level section or of the top level itself (`[]`). Adds the section if it does not
 * exist. `undefined` if the entry cannot be inserted there.
 *
 * @param cut a span that is deleted at the same time; the insertion does not overlap it
 */
export function insertAtEnd(
  document: RunDocument,
  section: Path,
  entry: NewEntry,
  cut: Span = nothing,
): Edit | undefined {
  const target = section.length === 0 ? rootOf(document) : entryAt(document, section);
  return target ? inSection(document, target, entry, cut) : newSection(document, section, entry, cut);
}

const nothing: Span = { start: -1, end: -1 };

function rootOf(document: RunDocument): Entry {
  const value = document.nodeAt([])?.value;
  return { path: [], name: '', keySpan: undefined, valueSpan: undefined, value };
}

function inSection(document: RunDocument, target: Entry, entry: NewEntry, cut: Span): Edit | undefined {
  const { value, keySpan, valueSpan, path } = target;
  if (value && isMap(value) && value.flow) return inBraces(document, value, entry.inBraces());
  const last = entriesOf(document, path, value).at(-1);
  const lastEnd = last && wholeSpan(last)?.end;
  if (value && isMap(value) && last?.keySpan && lastEnd !== undefined) {
    return lineAfter(document, lastEnd, entry.inLines(columnOf(document, last.keySpan.start)), cut);
  }
  // Only an empty section remains: a value of another type cannot take an entry.
  if (!keySpan || valueSpan) return undefined;
  return lineAfter(document, keySpan.end, entry.inLines(columnOf(document, keySpan.start) + 2), cut);
}

/** Adds the section with the entry at the end of the file. */
function newSection(document: RunDocument, section: Path, entry: NewEntry, cut: Span): Edit | undefined {
  const root = document.nodeAt([])?.value;
  const [name = ''] = section.map(String);
  if (root && isMap(root) && root.flow) {
    const text = entry.inBraces();
    const key = document.isJson ? `"${name}"` : name;
    return inBraces(document, root, text && `${key}: { ${text} }`);
  }
  const lines = entry.inLines(2);
  return lineAfter(document, document.text.trimEnd().length, lines && `${name}:\n${lines}`, cut);
}

/** Inserts lines after the line that contains an offset. */
function lineAfter(
  { text }: RunDocument,
  offset: number,
  lines: string | undefined,
  cut: Span,
): Edit | undefined {
  if (lines === undefined) return undefined;
  const newline = text.indexOf('\n', offset);
  const own = newline < 0 ? text.length : newline + 1;
  // Edits must not overlap.
  const at = own > cut.start && own < cut.end ? cut.end : own;
  const before = at === cut.end ? cut.start : at;
  const isLineStart = before === 0 || text[before - 1] === '\n' || text[at - 1] === '\n';
  return { start: at, end: at, newText: `${isLineStart ? '' : '\n'}${lines}\n` };
}

function inBraces({ text }: RunDocument, braces: Node, entry: string | undefined): Edit | undefined {
  if (entry === undefined || !isMap<Node, Node | null>(braces) || !braces.range) return undefined;
  const last = braces.items.at(-1);
  const end = last?.value?.range?.[1] ?? last?.key.range?.[1];
  if (!last?.key.range || end === undefined) {
    const at = braces.range[0] + 1;
    return { start: at, end: at, newText: ` ${entry} ` };
  }
  const before = text.slice(text.lastIndexOf('\n', last.key.range[0] - 1) + 1, last.key.range[0]);
  const isOwnLine = before.trim() === '';
  return { start: end, end, newText: isOwnLine ? `,\n${before}${entry}` : `, ${entry}` };
}

/** The column of an offset, from 0. */
export function columnOf({ text }: RunDocument, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
