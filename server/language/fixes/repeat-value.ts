import { schemaAt } from '../schema.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Makes a list of fixed length of one that is too short or too long: `[64]` becomes `[64, 64]`. */
export const repeatValue: QuickFix = {
  codes: ['length'],
  fixes(document, { path }) {
    const value = valueAt(document, path);
    const { minItems = 0, maxItems = minItems } = schemaAt(path, document.data) ?? {};
    if (!Array.isArray(value) || value.length === 0 || minItems !== maxItems) return [];
    const list = Array.from({ length: minItems }, (_, i): unknown => value[i] ?? value.at(-1));
    const isShort = value.length < minItems;
    return replaceValue(document, path, list).map((fix) => ({ ...fix, isClear: fix.isClear && isShort }));
  },
};
