import { removal } from '../removal.ts';
import { isSection, schemaAt } from '../schema.ts';
import { valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/**
 * Removes a key without a value, so that its default holds. Not a clear fix for a section: its entries may follow with
 * wrong indentation.
 */
export const removeNull: QuickFix = {
  codes: ['type'],
  fixes(document, { path }) {
    if (valueAt(document, path) !== null) return [];
    const start = document.nodeAt(path)?.keySpan?.start;
    const span = start === undefined ? undefined : removal(document, start);
    const title = `Remove \`${String(path.at(-1))}\` to use its default`;
    const node = schemaAt(path);
    const isClear = node !== undefined && !isSection(node);
    return span ? [{ title, edits: [{ ...span, newText: '' }], isClear }] : [];
  },
};
