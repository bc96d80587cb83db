import { valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Gives a data set the images of its other split, as a start. */
export const addSplit: QuickFix = {
  codes: ['no-images'],
  fixes(document, { path }) {
    const name = String(valueAt(document, path));
    const missing = path.includes('train_datasets') ? 'train' : 'val';
    const present = missing === 'train' ? 'val' : 'train';
    const found = document.nodeAt(['datasets', name, 'hr', present]);
    if (!found?.keySpan || !found.valueSpan) return [];
    const { text, isJson } = document;
    const quote = isJson ? '"' : '';
    const entry = `${quote}${missing}${quote}: ${text.slice(found.valueSpan.start, found.valueSpan.end)}`;
    const indent = text.slice(text.lastIndexOf('\n', found.keySpan.start) + 1, found.keySpan.start);
    const isOwnLine = indent.trim() === '' && !isJson;
    const at = found.valueSpan.end;
    const newText = isOwnLine ? `\n${indent}${entry}` : `, ${entry}`;
    const title = `Add \`${missing}\` to \`${name}\`, with the images of \`${present}\``;
    return [{ title, edits: [{ start: at, end: at, newText }], isClear: false }];
  },
};
