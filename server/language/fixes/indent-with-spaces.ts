import type { QuickFix } from './fix.ts';

/** YAML allows no tabs in indentation, and takes no-break and other special spaces for a part of the key. */
export const indentWithSpaces: QuickFix = {
  codes: ['syntax', 'unknown-key'],
  fixes({ text, outline }, { start }) {
    const line = outline.lines[start.line - 1];
    const indent = line && /^\s*/.exec(text.slice(line.start, line.end))?.[0];
    const newText = indent?.replaceAll('\t', '  ').replaceAll(/\s/g, ' ');
    if (!line || indent === undefined || newText === undefined || newText === indent) return [];
    const edits = [{ start: line.start, end: line.start + indent.length, newText }];
    return [{ title: 'Indent with spaces', edits, isClear: true }];
  },
};
