import type { QuickFix } from './fix.ts';

/** `key:value` is no key without a space after the colon. */
export const insertSpace: QuickFix = {
  codes: ['syntax'],
  fixes({ text, outline }, { start }) {
    const line = outline.lines[start.line - 1];
    const key = line && /^\s*[\w-]+:(?=[^\s/])/.exec(text.slice(line.start, line.end))?.[0];
    if (!line || key === undefined) return [];
    const at = line.start + key.length;
    const edits = [{ start: at, end: at, newText: ' ' }];
    return [{ title: 'Insert a space after the colon', edits, isClear: true }];
  },
};
