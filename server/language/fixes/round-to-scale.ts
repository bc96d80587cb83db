import { scaleOf } from '../datasets.ts';
import { replaceNumbers } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Rounds a size to multiples of `scale_factor`. */
export const roundToScale: QuickFix = {
  codes: ['patch-not-divisible', 'crop-not-divisible'],
  fixes(document, { path }) {
    const scale = scaleOf(document);
    return replaceNumbers(document, path, (size) =>
      size.map((side) => Math.max(1, Math.round(side / scale)) * scale),
    );
  },
};
