import { describe, expect, test } from 'vitest';
import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver-types';
import { documentSymbols } from '../../../../server/language/symbols.ts';
import { runDocument, textIn } from './marked.ts';

const kinds = new Map(Object.entries(SymbolKind).map(([name, kind]) => [kind, name]));

/** `name: detail (kind) <what its range holds, from the first to the last character>`, children indented. */
function shown(text: string): string[] {
  const document = runDocument(text);
  const lines = (symbols: readonly DocumentSymbol[], indent: string): string[] =>
    symbols.flatMap(({ name, detail = '', kind, range, selectionRange, children = [] }) => {
      expect(textIn(document, range)).toContain(textIn(document, selectionRange));
      const whole = textIn(document, range);
      const ends = whole.includes('\n') ? ` <${whole[0]}…${whole.at(-1)}>` : '';
      return [`${indent}${name}: ${detail} (${kinds.get(kind)})${ends}`, ...lines(children, `${indent}  `)];
    });
  return lines(documentSymbols(document), '');
}

describe('symbols', () => {
  test.each<[string, string, string[]]>([
    ['an empty file', '', []],
    ['a comment', '# a', []],
    [
      'strings, numbers, booleans, null',
      'a: b\nc: 1.0e-3 # c\nd: true\ne: null\nf:\n',
      ['a: b (String)', 'c: 1.0e-3 (Number)', 'd: true (Boolean)', 'e: null (Null)', 'f:  (Null)'],
    ],
    [
      'sections',
      'generator:\n  a: 1\n  b: 2 # b\n\n# next\nema: { decay: 0 }\n',
      [
        'generator:  (Object) <g…2>',
        '  a: 1 (Number)',
        '  b: 2 (Number)',
        'ema: { decay: 0 } (Object)',
        '  decay: 0 (Number)',
      ],
    ],
    ['lists as values', 'a: [1, 2]\nb:\n  - x\n  - y\n', ['a: [1, 2] (Array)', 'b:  (Array) <b…y>']],
    ['lists of maps', 'a:\n  - b: 1\n', ['a:  (Array) <a…1>', '  0:  (Object)', '    b: 1 (Number)']],
    ['values over several lines', 'a: [1,\n  2]\n', ['a: [1, 2] (Array) <a…]>']],
    ['aliases', 'a: &x { b: 1 }\nc: *x\n', ['a: { b: 1 } (Object)', '  b: 1 (Number)', 'c: *x (Constant)']],
    ['JSON', '{"a": {"b": "c"}}', ['a: {"b": "c"} (Object)', '  b: "c" (String)']],
    ['long values', `a: ${'x'.repeat(70)}`, [`a: ${'x'.repeat(59)}… (String)`]],
    ['a key without a name', '"": 1', ['"": 1 (Number)']],
    [
      'the valid part of a broken text',
      'a: 1\nb: [\nc: "\nd: 2\n',
      ['a: 1 (Number)', 'b: [ (Array)', 'c:  (Null)', 'd: 2 (Number)'],
    ],
    ['a duplicate key only once', 'a: 1\na: 2', ['a: 1 (Number)']],
  ])('%s', (_, text, expected) => expect(shown(text)).toEqual(expected));
});
