import type { Path } from '../../trainer/config/index.ts';
import type { RunDocument } from './document.ts';
import { removal } from './entry.ts';
import { columnOf, type Edit, insertAtEnd } from './insert.ts';
import { type Entry, entryAt, isBlock, wholeSpan } from './nodes.ts';
import { schemaAt } from './schema.ts';

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
  const moved = {
    inBraces: () => written(document, entry),
    inLines: (column: number) => inLines(document, entry, column),
  };
  const insertion = insertAtEnd(document, section, moved, cut);
  if (!insertion) return undefined;
  const removed = { ...cut, newText: '' };
  return insertion.start <= cut.start ? [insertion, removed] : [removed, insertion];
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
