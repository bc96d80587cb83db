import { isMap, type Node } from 'yaml';
import type { Path } from '../../trainer/config/index.ts';
import type { RunDocument } from './document.ts';
import { removal } from './entry.ts';
import type { Span } from './lines.ts';
import { type Entry, entriesOf, entryAt, isBlock, wholeSpan } from './nodes.ts';
import { schemaAt } from './schema.ts';

/** A change of the text. */
export interface Edit extends Span {
  readonly newText: string;
}

/** A section in which a key that stands elsewhere is known, and what brings it there. */
export interface Move {
  readonly section: Path;
  readonly edits: readonly Edit[];
}

/** The sections of the first level, and the first level itself, that know a key and do not have it yet. */
export function moves(document: RunDocument, path: Path): Move[] {
  const name = String(path.at(-1));
  const sections: Path[] = [[], ...Object.keys(schemaAt([])?.properties ?? {}).map((section) => [section])];
  return sections
    .filter((section) => Object.hasOwn(schemaAt(section)?.properties ?? {}, name))
    .filter((section) => document.nodeAt([...section, name]) === undefined)
    .flatMap((section) => {
      const edits = moveTo(document, path, section);
      return edits ? [{ section, edits }] : [];
    });
}

/** Takes an entry out and writes it at the end of a section; `undefined` where its text cannot stand there. */
function moveTo(document: RunDocument, path: Path, section: Path): Edit[] | undefined {
  const entry = entryAt(document, path);
  const cut = entry?.keySpan && removal(document, entry.keySpan.start);
  if (!entry || !cut) return undefined;
  const target = section.length === 0 ? rootOf(document) : entryAt(document, section);
  const insertion = target
    ? insertionAtEnd(document, target, section, entry, cut)
    : newSection(document, section, entry, cut);
  if (!insertion) return undefined;
  const removed = { ...cut, newText: '' };
  return insertion.start <= cut.start ? [insertion, removed] : [removed, insertion];
}

function rootOf(document: RunDocument): Entry {
  const value = document.nodeAt([])?.value;
  return { path: [], name: '', keySpan: undefined, valueSpan: undefined, value };
}

function insertionAtEnd(
  document: RunDocument,
  target: Entry,
  section: Path,
  entry: Entry,
  cut: Span,
): Edit | undefined {
  const { value, keySpan, valueSpan } = target;
  if (value && isMap(value) && value.flow) return inBraces(document, value, written(document, entry));
  const entries = entriesOf(document, section, value);
  const last = entries.at(-1);
  const lastEnd = last && wholeSpan(last)?.end;
  if (value && isMap(value) && last?.keySpan && lastEnd !== undefined) {
    return lineBehind(
      document,
      lastEnd,
      inLines(document, entry, columnOf(document, last.keySpan.start)),
      cut,
    );
  }
  // A section without anything in it yet; one that is something else is to be mended first.
  if (!keySpan || valueSpan) return undefined;
  const column = columnOf(document, keySpan.start) + 2;
  return lineBehind(document, keySpan.end, inLines(document, entry, column), cut);
}

/** The section with the entry alone in it, at the end of the file. */
function newSection(document: RunDocument, section: Path, entry: Entry, cut: Span): Edit | undefined {
  const root = document.nodeAt([])?.value;
  const [name = ''] = section.map(String);
  if (root && isMap(root) && root.flow) {
    const text = written(document, entry);
    const key = document.isJson ? `"${name}"` : name;
    return inBraces(document, root, text && `${key}: { ${text} }`);
  }
  const lines = inLines(document, entry, 2);
  return lineBehind(document, document.text.trimEnd().length, lines && `${name}:\n${lines}`, cut);
}

/** An entry as one may write it in braces; `undefined` where it has lines of its own. */
function written({ text }: RunDocument, entry: Entry): string | undefined {
  const span = wholeSpan(entry);
  return !span || isBlock(entry.value) ? undefined : text.slice(span.start, span.end);
}

/** An entry with the comment behind it, as lines that begin in a column. */
function inLines(document: RunDocument, entry: Entry, column: number): string | undefined {
  const { text } = document;
  const span = wholeSpan(entry);
  if (!span) return undefined;
  const isInBraces = document.outline.regions.some(
    ({ start, end }) => start < span.start && span.start < end,
  );
  const newline = text.indexOf('\n', span.end);
  const end = isInBraces ? span.end : newline < 0 ? text.length : newline;
  const [first = '', ...rest] = text.slice(span.start, end).trimEnd().split(/\r?\n/);
  const from = columnOf(document, span.start);
  const indent = ' '.repeat(column);
  const moved = rest.map((line) => {
    const own = line.length - line.trimStart().length;
    return line.trim() === '' ? '' : ' '.repeat(Math.max(0, own - from) + column) + line.trimStart();
  });
  return [indent + first, ...moved].join('\n');
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

function columnOf({ text }: RunDocument, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}
