import { removal } from '../removal.ts';
import { valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Removes a key without a value, so that its default holds. */
export const removeNull: QuickFix = {
  codes: ['type'],
  fixes(document, { path }) {
    if (valueAt(document, path) !== null) return [];
    const start = document.nodeAt(path)?.keySpan?.start;
    const span = start === undefined ? undefined : removal(document, start);
    const title = `Remove \`${String(path.at(-1))}\` to use its default`;
    return span ? [{ title, edits: [{ ...span, newText: '' }], isClear: true }] : [];
  },
};
