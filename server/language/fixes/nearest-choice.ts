import { closest } from '../../../trainer/config/index.ts';
import { schemaAt } from '../schema.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Changes a misspelled choice to the nearest one, and a number to the nearest ones. */
export const nearestChoice: QuickFix = {
  codes: ['choice'],
  fixes(document, { path }) {
    const choices = schemaAt(path, document.data)?.enum ?? [];
    const value = valueAt(document, path);
    if (typeof value === 'number') {
      const nearest = nearestNumbers(value, choices);
      return nearest
        .flatMap((choice) => replaceValue(document, path, choice))
        .map((fix) => ({ ...fix, isClear: fix.isClear && nearest.length === 1 }));
    }
    const meant = closest(String(value), choices.map(String));
    const choice = choices.find((each) => String(each) === meant);
    return meant === undefined ? [] : replaceValue(document, path, choice);
  },
};

/** The numbers with the smallest difference, in the order of the choices: 2 and 4 for 3. */
function nearestNumbers(value: number, choices: readonly unknown[]): number[] {
  const numbers = choices.filter((choice) => typeof choice === 'number');
  const smallest = Math.min(...numbers.map((choice) => Math.abs(choice - value)));
  return numbers.filter((choice) => Math.abs(choice - value) === smallest);
}
