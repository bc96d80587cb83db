import { isMap, type Node } from 'yaml';
import type { Path } from '../../trainer/config/index.ts';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { type Entry, entriesOf, entryAt, wholeSpan } from './nodes.ts';

/** A change of the text. */
export interface Edit extends Span {
  readonly newText: string;
}

/** A key with its value that is to stand in a section; `undefined` where it cannot be written so. */
export interface NewEntry {
  /** As one line in braces. */
  inBraces(): string | undefined;
  /** As lines of block style that begin in a column, without the last line break. */
  inLines(column: number): string | undefined;
}

/**
 * Writes an entry at the end of a section of the first level, or of the first level itself (`[]`); a section that is
 * not there comes with it. `undefined` where it cannot stand there.
 *
 * @param cut what goes at the same time: the insertion lies beside it
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
    return lineBehind(document, lastEnd, entry.inLines(columnOf(document, last.keySpan.start)), cut);
  }
  // A section without anything in it yet; one that is something else is to be mended first.
  if (!keySpan || valueSpan) return undefined;
  return lineBehind(document, keySpan.end, entry.inLines(columnOf(document, keySpan.start) + 2), cut);
}

/** The section with the entry alone in it, at the end of the file. */
function newSection(document: RunDocument, section: Path, entry: NewEntry, cut: Span): Edit | undefined {
  const root = document.nodeAt([])?.value;
  const [name = ''] = section.map(String);
  if (root && isMap(root) && root.flow) {
    const text = entry.inBraces();
    const key = document.isJson ? `"${name}"` : name;
    return inBraces(document, root, text && `${key}: { ${text} }`);
  }
  const lines = entry.inLines(2);
  return lineBehind(document, document.text.trimEnd().length, lines && `${name}:\n${lines}`, cut);
}

/** Writes lines behind the line in which an offset lies. */
function lineBehind(
  { text }: RunDocument,
  offset: number,
  lines: string | undefined,
  cut: Span,
): Edit | undefined {
  if (lines === undefined) return undefined;
  const newline = text.indexOf('\n', offset);
  const own = newline < 0 ? text.length : newline + 1;
  // Edits may not lie in each other.
  const at = own > cut.start && own < cut.end ? cut.end : own;
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const before = at === cut.end ? cut.start : at;
  const begins = before === 0 || text[before - 1] === '\n' || text[at - 1] === '\n';
  const newText = `${begins ? '' : '\n'}${lines}\n`;
  return { start: at, end: at, newText: newText.replaceAll('\n', lineBreak) };
}

function inBraces({ text }: RunDocument, braces: Node, written: string | undefined): Edit | undefined {
  if (written === undefined || !isMap<Node, Node | null>(braces) || !braces.range) return undefined;
  const last = braces.items.at(-1);
  const end = last?.value?.range?.[1] ?? last?.key.range?.[1];
  if (!last?.key.range || end === undefined) {
    const at = braces.range[0] + 1;
    return { start: at, end: at, newText: ` ${written} ` };
  }
  const before = text.slice(text.lastIndexOf('\n', last.key.range[0] - 1) + 1, last.key.range[0]);
  const isOwnLine = before.trim() === '';
  return { start: end, end, newText: isOwnLine ? `,\n${before}${written}` : `, ${written}` };
}

/** The column of an offset, from 0. */
export function columnOf({ text }: RunDocument, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
