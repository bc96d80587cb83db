import { describe, expect, test } from 'vitest';
import { codeActions } from '../../../../server/language/code-actions.ts';
import { complete } from '../../../../server/language/complete.ts';
import { diagnose } from '../../../../server/language/diagnose.ts';
import { foldingRanges } from '../../../../server/language/folding.ts';
import { outlineOf } from '../../../../server/language/lines.ts';
import { documentSymbols } from '../../../../server/language/symbols.ts';
import { maximumRunFileBytes } from '../../../../trainer/config/index.ts';
import { runDocument } from './marked.ts';

const sources = { listFolder: () => [], listCheckpoints: () => [] };

describe.each<[string, string, RegExp]>([
  ['a file that is too large', `seed: 1\nfoo: 2\n#${' '.repeat(maximumRunFileBytes)}`, /^larger than 0.2 MB/],
  [
    'JSON that is too large',
    `{"seed": 1, "foo": 2}${' '.repeat(maximumRunFileBytes)}`,
    /^larger than 0.2 MB/,
  ],
  ['a file that is nested too deeply', `foo: ${'['.repeat(100)}`, /^nested more than 50 levels/],
  [
    'JSON that is nested too deeply',
    `{"seed": ${'['.repeat(60)}${']'.repeat(60)}}`,
    /^nested more than 50 levels/,
  ],
])('%s', (_, text, message) => {
  const document = runDocument(text);
  const everywhere = document.rangeOf({ start: 0, end: text.length });

  test('has one problem', () => {
    expect(diagnose(document)).toMatchObject([{ code: 'syntax', message: expect.stringMatching(message) }]);
  });

  test('is never changed by a code action', () => expect(codeActions(document, everywhere)).toEqual([]));
});

test('no other feature works on a file that is too large', () => {
  const document = runDocument(`seed: 1\n${'a:\n  b: 1\n'.repeat(maximumRunFileBytes / 10)}`);
  expect(foldingRanges(document)).toEqual([]);
  expect(documentSymbols(document)).toEqual([]);
  expect(complete(document, { line: 0, character: 0 }, sources).length).toBeGreaterThan(0);
});

describe('lines', () => {
  test.each<[string, string, string]>([
    ['  a b : 1', 'key', 'a b'],
    ['a:b: 1', 'key', 'a:b'],
    ['a#b: 1', 'key', 'a#b'],
    ['a: b: c', 'key', 'a'],
    ['"a: b" : 1', 'key', 'a: b'],
    ["'it''s':", 'key', "it's"],
    [':a: 1', 'key', ':a'],
    ['a #b: 1', 'other', ''],
    ['a:b', 'other', ''],
    ['a:\tb', 'other', ''],
    ['"a: 1', 'other', ''],
    ['"a"b: 1', 'other', ''],
    ['&a b: 1', 'other', ''],
    [`a${' '.repeat(500_000)}b`, 'other', ''],
    [`a${' '.repeat(500_000)}: b`, 'key', 'a'],
  ])('the line %.20j is read as %s', (text, kind, name) => {
    const [line] = outlineOf(text).lines;
    expect([line?.kind, line?.key?.name ?? '']).toEqual([kind, name]);
  });
});
