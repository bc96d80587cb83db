import { closest } from '../../../trainer/config/index.ts';
import { schemaAt } from '../schema.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Changes a misspelled choice to the nearest one. */
export const nearestChoice: QuickFix = {
  codes: ['choice'],
  fixes(document, { path }) {
    const choices = schemaAt(path)?.enum ?? [];
    const meant = closest(String(valueAt(document, path)), choices.map(String));
    const choice = choices.find((value) => String(value) === meant);
    return meant === undefined ? [] : replaceValue(document, path, choice);
  },
};
