import { replaceNumbers } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Sorts the steps of a learning-rate schedule and removes repeated ones. */
export const sortMilestones: QuickFix = {
  codes: ['milestones-not-increasing'],
  fixes(document, { path }) {
    const list = path.slice(0, -1);
    return replaceNumbers(document, list, (steps) => [...new Set(steps)].toSorted((a, b) => a - b));
  },
};
