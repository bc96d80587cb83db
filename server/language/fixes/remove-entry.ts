import { removal } from '../removal.ts';
import { markedName } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Removes a key or item that has no effect or no meaning. */
export const removeEntry: QuickFix = {
  codes: ['unknown-key', 'unknown-layer', 'decay-after-end'],
  fixes(document, problem) {
    // A decay that is no item of a list is the only one of its stage.
    if (problem.code === 'decay-after-end' && typeof problem.path.at(-1) !== 'number') return [];
    const span = removal(document, problem.start.offset);
    if (!span) return [];
    const title = `Remove \`${markedName(document, problem)}\``;
    return [{ title, edits: [{ ...span, newText: '' }], isClear: false }];
  },
};
