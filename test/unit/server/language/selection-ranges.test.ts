import { expect, test } from 'vitest';
import type { SelectionRange } from 'vscode-languageserver-types';
import { selectionRanges } from '../../../../server/language/selection-ranges.ts';
import { marked, runDocument, textIn } from './marked.ts';

test.each<[string, string, string[]]>([
  [
    'a value',
    'a:\n  b: 12|3 # c\n  d: 4\ne: 5',
    ['123', 'b: 123', 'b: 123 # c\n  d: 4', 'a:\n  b: 123 # c\n  d: 4', '<all>'],
  ],
  ['a key', 'a:\n  b|b: 1\n', ['bb', 'bb: 1', 'a:\n  bb: 1', '<all>']],
  [
    'an item',
    'a: { b: [1, 2|2] }\nc: 1',
    ['22', '[1, 22]', 'b: [1, 22]', '{ b: [1, 22] }', 'a: { b: [1, 22] }', '<all>'],
  ],
  ['an item in block style', 'a:\n  - x|y\n  - z\nb: 1', ['xy', '- xy\n  - z', 'a:\n  - xy\n  - z', '<all>']],
  ['a quoted string', 'a: "b |c"\nd: 1', ['b c', '"b c"', 'a: "b c"', '<all>']],
  ['a comment', 'a: 1\n  # so |so\n', ['# so so', '<all>']],
  [
    'a blank line in a section',
    'a:\n  b: 1\n  |\n  c: 1\nd: 1',
    ['b: 1\n  \n  c: 1', 'a:\n  b: 1\n  \n  c: 1', '<all>'],
  ],
  ['an empty file', '|', ['<all>']],
  ['a broken text', 'a: [1, 2|2\nb: 1', ['22', '[1, 22', 'a: [1, 22', '<all>']],
])('%s', (_, text, expected) => {
  const { text: plain, offset } = marked(text);
  const document = runDocument(plain);
  const shown = (selection: SelectionRange | undefined): string[] => {
    if (!selection) return [];
    return [selection.parent ? textIn(document, selection.range) : '<all>', ...shown(selection.parent)];
  };
  expect(shown(selectionRanges(document, [document.positionAt(offset)])[0])).toEqual(expected);
});
