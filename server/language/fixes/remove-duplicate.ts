import { removal } from '../removal.ts';
import { markedName } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Removes the second of two equal keys or items. Which of two keys is meant, only the author knows. */
export const removeDuplicate: QuickFix = {
  codes: ['duplicate-key', 'repeated'],
  fixes(document, problem) {
    const span = removal(document, problem.start.offset);
    if (!span) return [];
    const title = `Remove the second \`${markedName(document, problem)}\``;
    return [{ title, edits: [{ ...span, newText: '' }], isClear: problem.code === 'repeated' }];
  },
};
