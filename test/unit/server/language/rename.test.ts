import { describe, expect, test } from 'vitest';
import { references } from '../../../../server/language/references.ts';
import { prepareRename, rename } from '../../../../server/language/rename.ts';
import { marked, runDocument, textIn } from './marked.ts';

const both =
  'datasets:\n  a: { hr: x }\n  b: { hr: y }\npretraining:\n  train_datasets: [a, b]\n  val_datasets: ["a"]\ntraining:\n  train_datasets:\n    - a\n';
const at = (text: string, from: string) => text.replace(from, `|${from}`);

/** The text after the rename, or why there is none. */
function renamed(text: string, newName: string): string {
  const { text: plain, offset } = marked(text);
  const document = runDocument(plain);
  const edits = rename(document, offset, newName);
  if ('refusal' in edits) return edits.refusal;
  let result = plain;
  for (const { range, newText } of [...edits].reverse()) {
    result =
      result.slice(0, document.offsetAt(range.start)) + newText + result.slice(document.offsetAt(range.end));
  }
  return result;
}

describe('renames', () => {
  test.each<[string, string]>([
    ['from the entry', at(both, 'a: {')],
    ['from a use', at(both, 'a, b')],
    ['from a quoted use', at(both, '"a"')],
    ['from an item in block style', both.replace('- a', '- a|')],
  ])('%s', (_, text) => {
    expect(renamed(text, 'birds')).toBe(
      both
        .replace('  a: {', '  birds: {')
        .replace('[a, b]', '[birds, b]')
        .replace('["a"]', '["birds"]')
        .replace('- a', '- birds'),
    );
  });

  test.each<[string, string, string, string]>([
    [
      'a list that both stages share, once',
      'datasets: { |a: { hr: x } }\npretraining: { train_datasets: &s [a] }\ntraining: { train_datasets: *s }',
      'c',
      'datasets: { c: { hr: x } }\npretraining: { train_datasets: &s [c] }\ntraining: { train_datasets: *s }',
    ],
    [
      'a predefined data set with its own images',
      'datasets: { set5: { hr: x } }\ntraining: { val_datasets: [se|t5] }',
      'five',
      'datasets: { five: { hr: x } }\ntraining: { val_datasets: [five] }',
    ],
    [
      'to a name that needs quotes',
      "datasets: { |a: { hr: x } }\ntraining: { val_datasets: [a, 'a'] }",
      '12: no',
      'datasets: { "12: no": { hr: x } }\ntraining: { val_datasets: ["12: no", \'12: no\'] }',
    ],
    ['to a YAML keyword', 'datasets: { |a: { hr: x } }', 'null', 'datasets: { "null": { hr: x } }'],
    [
      'in JSON',
      '{"datasets": {"|a": {"hr": "x"}}, "training": {"val_datasets": ["a"]}}',
      'b',
      '{"datasets": {"b": {"hr": "x"}}, "training": {"val_datasets": ["b"]}}',
    ],
    ['to itself', at(both, 'a, b'), 'a', both],
    [
      'only names of data sets',
      'datasets: { |a: { hr: a } }\nname: a',
      'b',
      'datasets: { b: { hr: a } }\nname: a',
    ],
    [
      'in an incomplete text',
      'datasets:\n  |a: { hr: x }\nb: [\ntraining:\n  val_datasets: [a]',
      'c',
      'datasets:\n  c: { hr: x }\nb: [\ntraining:\n  val_datasets: [c]',
    ],
  ])('%s', (_, text, newName, result) => expect(renamed(text, newName)).toBe(result));
});

describe('rejects', () => {
  test.each<[string, string, string, RegExp]>([
    ['other keys', 'se|ed: 1', 'x', /^Only the names of data sets can be renamed/],
    ['other values', 'name: a|', 'x', /^Only the names of data sets/],
    ['comments', '# |a', 'x', /^Only the names of data sets/],
    [
      'predefined data sets',
      'training: { val_datasets: [|div2k] }',
      'x',
      /^`div2k` is a predefined data set and cannot be renamed, because it has no entry/,
    ],
    [
      'entries that override predefined data sets',
      'datasets: { |bsds500: { downscale: nearest } }',
      'x',
      /^`bsds500` is a predefined data set and cannot be renamed, because its entry has no images/,
    ],
    ['names without an entry', 'training: { val_datasets: [|a] }', 'x', /^`datasets` has no entry `a`/],
    ['an empty name', at(both, 'a, b'), ' ', /^The name of a data set must not be empty/],
    ['the name of another entry', at(both, 'a, b'), 'b', /^`datasets` already has an entry `b`/],
    ['a predefined name', at(both, 'a, b'), 'set14', /^`set14` is a predefined data set/],
  ])('%s', (_, text, newName, refusal) => {
    expect(renamed(text, newName)).toMatch(refusal);
  });
});

test('prepareRename gives the name, or the reason why it cannot be renamed', () => {
  const prepared = (text: string) => {
    const { text: plain, offset } = marked(text);
    const document = runDocument(plain);
    const result = prepareRename(document, offset);
    return 'refusal' in result ? result.refusal : [result.placeholder, textIn(document, result.range)];
  };
  expect(prepared(at(both, '"a"'))).toEqual(['a', 'a']);
  expect(prepared('training: { val_datasets: [|div2k] }')).toMatch(/predefined/);
});

describe('references', () => {
  test.each<[string, string, boolean, string[]]>([
    ['with the entry', at(both, 'a, b'), true, ['1:2', '4:19', '5:18', '8:6']],
    ['without it', at(both, 'a: {'), false, ['4:19', '5:18', '8:6']],
    [
      'a predefined data set',
      'pretraining: { train_datasets: [|div2k] }\ntraining: { val_datasets: [div2k] }',
      true,
      ['0:32', '1:27'],
    ],
    ['elsewhere', 'se|ed: 1', true, []],
  ])('%s', (_, text, withEntry, expected) => {
    const { text: plain, offset } = marked(text);
    const found = references(runDocument(plain), 'file:///p/run.esrgan.yaml', offset, withEntry);
    expect(found.map(({ range: { start } }) => `${start.line}:${start.character}`)).toEqual(expected);
  });
});
