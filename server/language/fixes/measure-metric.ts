import { insertAtEnd } from '../insert.ts';
import { literal } from '../literal.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

const list = ['validation', 'metrics'];

/** Adds a metric that a key uses to those that validation measures. */
export const measureMetric: QuickFix = {
  codes: ['metric-not-measured'],
  fixes(document, { path }) {
    const metric = String(valueAt(document, path));
    const title = `Add \`${metric}\` to \`validation.metrics\``;
    const measured = valueAt(document, list);
    if (Array.isArray(measured)) {
      return replaceValue(document, list, [...measured, metric]).map((fix) => ({ ...fix, title }));
    }
    const quote = document.isJson ? '"' : '';
    const entry = `${literal('metrics', quote, true)}: [${literal(metric, quote, true)}]`;
    const edit = insertAtEnd(document, ['validation'], {
      inBraces: () => entry,
      inLines: (column) => `${' '.repeat(column)}${entry}`,
    });
    return edit ? [{ title, edits: [edit], isClear: true }] : [];
  },
};
