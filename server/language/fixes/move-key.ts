import { aliasTargets, type Path, subject } from '../../../trainer/config/index.ts';
import type { RunDocument } from '../document.ts';
import { columnOf, type Edit, insertAtEnd } from '../insert.ts';
import type { Span } from '../lines.ts';
import { type Entry, entryAt, isBlock, wholeSpan } from '../nodes.ts';
import { removal } from '../removal.ts';
import { schemaAt } from '../schema.ts';
import type { QuickFix } from './fix.ts';

/** Moves a key to the top level or to a section of the top level that knows it and does not have it yet. */
export const moveKey: QuickFix = {
  codes: ['unknown-key'],
  fixes(document, { path }) {
    const name = String(path.at(-1));
    const sections: Path[] = [
      [],
      ...Object.keys(schemaAt([], document.data)?.properties ?? {}).map((section) => [section]),
    ];
    return sections
      .filter((section) => Object.hasOwn(schemaAt(section, document.data)?.properties ?? {}, name))
      .filter((section) => document.nodeAt([...section, name]) === undefined)
      .flatMap((section) => {
        const edits = moveTo(document, path, section);
        const title = section.length === 0 ? 'Move to the top level' : `Move to ${subject(section)}`;
        return edits ? [{ title, edits, adds: [...section, name], isClear: true }] : [];
      });
  },
};

/** Removes an entry and inserts it at the end of a section; `undefined` if it cannot be written there. */
function moveTo(document: RunDocument, path: Path, section: Path): Edit[] | undefined {
  const entry = entryAt(document, path);
  const cut = entry?.keySpan && removal(document, entry.keySpan.start);
  if (!entry || !cut || hasAlias(document, cut)) return undefined;
  const moved = {
    inBraces: () => inBraces(document, entry),
    inLines: (column: number) => inLines(document, entry, column),
  };
  const insertion = insertAtEnd(document, section, moved, cut);
  if (!insertion) return undefined;
  const removed = { ...cut, newText: '' };
  return insertion.start <= cut.start ? [insertion, removed] : [removed, insertion];
}

/** An alias may come before its anchor elsewhere. */
function hasAlias({ tree }: RunDocument, { start, end }: Span): boolean {
  return [...aliasTargets(tree).keys()].some(({ range }) => range && start <= range[0] && range[0] < end);
}

/** An entry as it is written in braces; `undefined` if its value is in block style. */
function inBraces({ text }: RunDocument, entry: Entry): string | undefined {
  const span = wholeSpan(entry);
  return !span || isBlock(entry.value) ? undefined : text.slice(span.start, span.end);
}

/** An entry with its trailing comment, as lines that start in a column. */
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
