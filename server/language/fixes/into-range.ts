import type { SchemaNode } from '../../../trainer/config/index.ts';
import { schemaAt } from '../schema.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Changes a number out of range to the nearest bound, or to the default if the bound is not allowed or not sensible. */
export const intoRange: QuickFix = {
  codes: ['range'],
  fixes(document, { path }) {
    const node = schemaAt(path, document.data);
    const value = valueAt(document, path);
    if (!node) return [];
    const bound = typeof value === 'number' ? nearestBound(value, node) : undefined;
    if (bound !== undefined) return replaceValue(document, path, bound);
    if (node.default === undefined) return [];
    return replaceValue(document, path, node.default).map((fix) => ({
      ...fix,
      title: `${fix.title}, its default`,
      isClear: false,
    }));
  },
};

function nearestBound(value: number, { minimum, maximum, exclusiveMinimum }: SchemaNode): number | undefined {
  // Learning rates and factors: no one means the largest.
  if (exclusiveMinimum !== undefined) return undefined;
  if (minimum !== undefined && value < minimum) return minimum;
  return maximum !== undefined && value > maximum ? maximum : undefined;
}
