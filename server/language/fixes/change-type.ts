import type { RunDocument } from '../document.ts';
import { insertAtEnd } from '../insert.ts';
import { literal } from '../literal.ts';
import { typesWithKey } from '../schema.ts';
import { replaceValue } from './edits.ts';
import type { Fix, QuickFix } from './fix.ts';

/** Changes the `type` of a section to one that has a key. Other keys of the section may then be those of another type. */
export const changeType: QuickFix = {
  codes: ['unknown-key'],
  fixes(document, { path }) {
    const [section, key] = path;
    if (path.length !== 2 || typeof section !== 'string') return [];
    return typesWithKey(section, String(key)).flatMap((type) =>
      withType(document, section, type).map((fix) => ({
        ...fix,
        title: `Change the type to \`${type}\``,
        isClear: false,
      })),
    );
  },
};

function withType(document: RunDocument, section: string, type: string): Fix[] {
  const path = [section, 'type'];
  if (document.nodeAt(path)) return replaceValue(document, path, type);
  const quote = document.isJson ? '"' : '';
  const text = `${quote}type${quote}: ${literal(type, quote, false)}`;
  const edit = insertAtEnd(document, [section], {
    inBraces: () => text,
    inLines: (column) => ' '.repeat(column) + text,
  });
  return edit ? [{ title: '', edits: [edit], adds: path, isClear: false }] : [];
}
