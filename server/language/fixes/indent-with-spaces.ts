import type { QuickFix } from './fix.ts';

/** YAML allows no tabs in indentation. */
export const indentWithSpaces: QuickFix = {
  codes: ['syntax'],
  fixes({ text, outline }, { start }) {
    const line = outline.lines[start.line - 1];
    const indent = line && /^[ \t]*\t[ \t]*/.exec(text.slice(line.start, line.end))?.[0];
    if (!line || indent === undefined) return [];
    const newText = indent.replaceAll('\t', '  ');
    const edits = [{ start: line.start, end: line.start + indent.length, newText }];
    return [{ title: 'Indent with spaces', edits, isClear: true }];
  },
};
