import { expect, test } from 'vitest';
import { foldingRanges } from '../../../../server/language/folding.ts';
import { runDocument } from './marked.ts';

test.each<[string, string, string[]]>([
  ['an empty file', '', []],
  ['nothing in single lines', 'a: 1\nb: { c: 1 }\n', []],
  ['sections without the blank lines after them', 'a:\n  b: 1\n\n  c: 2\n\n# d\nd: 1\n', ['0-3']],
  ['sections in sections', 'a:\n  b:\n    c: 1\n  d: 2\n', ['0-3', '1-2']],
  ['lists', 'a:\n  - 1\n  - 2\nb:\n- 1\n- 2\nc: 1\n', ['0-2', '3-5']],
  ['items with keys', '- a: 1\n  b: 2\n- c: 1\n', ['0-1']],
  ['brackets except for the closing one', 'a: {\n  b: 1,\n  c: [\n    1\n  ]\n}\nd: 1\n', ['0-4', '2-3']],
  ['JSON', '{\n  "a": {\n    "b": 1\n  }\n}\n', ['0-3', '1-2']],
  ['comments', '# a\n# b\na: 1\n# c\nb: 1\n# d\n# e', ['0-1 comment', '5-6 comment']],
  ['the valid part of a broken text', 'a:\n  b: [\n  c\nd:\n  e: 1\n', ['0-2', '1-2', '3-4']],
])('folds %s', (_, text, expected) => {
  const ranges = foldingRanges(runDocument(text));
  expect(
    ranges.map(({ startLine, endLine, kind }) => `${startLine}-${endLine}${kind ? ` ${kind}` : ''}`),
  ).toEqual(expected);
});
