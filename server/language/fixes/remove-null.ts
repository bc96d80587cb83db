import type { Span } from '../lines.ts';
import { removal } from '../removal.ts';
import { isSection, schemaAt } from '../schema.ts';
import { valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/**
 * Removes a key without a value, so that its default holds; not one that broken lines continue. Not a clear fix for a
 * section, whose entries may follow with wrong indentation, and where a comment would be lost.
 */
export const removeNull: QuickFix = {
  codes: ['type'],
  fixes(document, { path }) {
    if (valueAt(document, path) !== null) return [];
    const start = document.nodeAt(path)?.keySpan?.start;
    const span = start === undefined ? undefined : removal(document, start);
    const title = `Remove \`${String(path.at(-1))}\` to use its default`;
    const node = schemaAt(path, document.data);
    if (!span || isContinued(document.text, span)) return [];
    const hasComment = document.text.slice(span.start, span.end).includes('#');
    const isClear = node !== undefined && !isSection(node) && !hasComment;
    return [{ title, edits: [{ ...span, newText: '' }], isClear }];
  },
};

/** Whether the line after whole lines is indented further than their first. */
function isContinued(text: string, { start, end }: Span): boolean {
  if (text[end - 1] !== '\n') return false;
  const [own, next] = [start, end].map((at) => /^[ \t]*(?=\S)/.exec(text.slice(at))?.[0].length ?? 0);
  return (next ?? 0) > (own ?? 0);
}
