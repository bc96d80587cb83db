import { removal } from '../removal.ts';
import { isSection, schemaAt } from '../schema.ts';
import { valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/**
 * Removes a key without a value, so that its default holds. Not a clear fix for a section, whose entries may follow with
 * wrong indentation, and where a comment would be lost.
 */
export const removeNull: QuickFix = {
  codes: ['type'],
  fixes(document, { path }) {
    if (valueAt(document, path) !== null) return [];
    const start = document.nodeAt(path)?.keySpan?.start;
    const span = start === undefined ? undefined : removal(document, start);
    const title = `Remove \`${String(path.at(-1))}\` to use its default`;
    const node = schemaAt(path);
    if (!span) return [];
    const hasComment = document.text.slice(span.start, span.end).includes('#');
    const isClear = node !== undefined && !isSection(node) && !hasComment;
    return [{ title, edits: [{ ...span, newText: '' }], isClear }];
  },
};
