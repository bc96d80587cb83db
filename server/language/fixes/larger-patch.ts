import { smallestUsefulPatch } from '../../../trainer/config/size-problems.ts';
import { scaleOf } from '../datasets.ts';
import { replaceNumbers } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Enlarges a patch to the smallest useful one. */
export const largerPatch: QuickFix = {
  codes: ['patch-too-small'],
  fixes(document, { path }) {
    const smallest = smallestUsefulPatch * scaleOf(document);
    const fixes = replaceNumbers(document, path, (size) => size.map((side) => Math.max(side, smallest)));
    // The problem is only a warning: the small patch may be intended.
    return fixes.map((fix) => ({ ...fix, isClear: false }));
  },
};
