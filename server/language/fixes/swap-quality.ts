import { replaceNumbers } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Swaps the bounds of a range. */
export const swapQuality: QuickFix = {
  codes: ['quality-order', 'range-order'],
  fixes: (document, { path }) => replaceNumbers(document, path, (bounds) => bounds.toReversed()),
};
