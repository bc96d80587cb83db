import { closest } from '../../../trainer/config/index.ts';
import { namedDatasets } from '../datasets.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Changes a misspelled data set to the nearest one. */
export const nearestDataset: QuickFix = {
  codes: ['unknown-dataset'],
  fixes(document, { path }) {
    const names = namedDatasets(document).map(({ name }) => name);
    const name = closest(String(valueAt(document, path)), names);
    return name === undefined ? [] : replaceValue(document, path, name);
  },
};
