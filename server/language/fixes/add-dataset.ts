import { insertAtEnd } from '../insert.ts';
import { literal } from '../literal.ts';
import { valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Adds an entry for an unknown data set, with folders named after it. */
export const addDataset: QuickFix = {
  codes: ['unknown-dataset'],
  fixes(document, { path }) {
    const name = String(valueAt(document, path));
    const quote = document.isJson ? '"' : '';
    const inFlow = (text: string) => literal(text, quote, true);
    const folders = ['train', 'val'].map((split) => `${inFlow(split)}: ${inFlow(`${name}/${split}`)}`);
    const images = `${inFlow('hr')}: { ${folders.join(', ')} }`;
    const edit = insertAtEnd(document, ['datasets'], {
      inBraces: () => `${inFlow(name)}: { ${images} }`,
      inLines(column) {
        const indent = ' '.repeat(column);
        return `${indent}${literal(name, quote, false)}:\n${indent}  ${images}`;
      },
    });
    return edit ? [{ title: `Add \`${name}\` to \`datasets\``, edits: [edit], isClear: false }] : [];
  },
};
