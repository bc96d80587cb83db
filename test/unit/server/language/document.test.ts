import { describe, expect, test } from 'vitest';
import { openDocument } from '../../../../server/language/document.ts';
import { withCursor } from './cursor.ts';

/** `kind path "word"`, with `in` the parent where the place is empty. */
function placeAt(marked: string): string {
  const { document, offset } = withCursor(marked);
  const place = document.pathAt(offset);
  if (!place) return 'nowhere';
  const word = document.text.slice(place.span.start, place.span.end);
  const marks = [place.kind, place.path.join('.') || '(root)', ...(place.inList ? ['list'] : [])];
  return [...marks, ...(place.kind === 'empty' ? [] : [`"${word}"`])].join(' ');
}

describe('the place of a cursor', () => {
  test.each<[string, string, string]>([
    ['an empty file', '|', 'empty (root)'],
    ['the end of the file', 'seed: 1\n|', 'empty (root)'],
    ['a key', 'se|ed: 1', 'key seed "seed"'],
    ['the end of a key', 'seed|: 1', 'key seed "seed"'],
    ['after the colon', 'seed:|', 'value seed ""'],
    ['an empty value', 'seed: |', 'value seed ""'],
    ['a value', 'seed: 1|', 'value seed "1"'],
    ['a value with a comment', 'engine: au|to # any', 'value engine "auto"'],
    ['a comment', 'seed: 1 # he|re', 'nowhere'],
    ['a whole comment', '# he|re', 'nowhere'],
    ['a key in a section', 'ema:\n  de|cay: 0', 'key ema.decay "decay"'],
    ['an empty line in a section', 'ema:\n  |', 'empty ema'],
    ['an empty line at the root', 'ema:\n  decay: 0\n|', 'empty (root)'],
    ['an empty line between keys', 'pretraining:\n  lr: 1\n  |\n  num_epoch: 1', 'empty pretraining'],
    ['a half-typed key', 'pretraining:\n  lr: 1\n  num|\ntraining:\n', 'key pretraining.num "num"'],
    ['a space after a half-typed key', 'pretraining:\n  num |\n', 'nowhere'],
    ['a half-typed key before another', 'pretraining:\n  num|\n  lr: 1\n', 'key pretraining.num "num"'],
    ['a half-typed key of the root', 'seed: 1\nba|\nema:\n', 'key ba "ba"'],
    [
      'a list in brackets',
      'training:\n  g_sched_steps: [1, 2|, 3]',
      'value training.g_sched_steps.1 list "2"',
    ],
    [
      'an empty item in brackets',
      'training:\n  val_datasets: [a, |]',
      'value training.val_datasets.1 list ""',
    ],
    [
      'an unclosed bracket',
      'training:\n  val_datasets: [a, |\n  init: best',
      'value training.val_datasets.1 list ""',
    ],
    [
      'a list in block style',
      'training:\n  val_datasets:\n    - a\n    - b|\n',
      'value training.val_datasets.1 list "b"',
    ],
    [
      'a list with the indentation of its key',
      'training:\n  val_datasets:\n  - a\n  - |\n',
      'value training.val_datasets.1 list ""',
    ],
    [
      'an empty line in a list',
      'training:\n  val_datasets:\n    - a\n    |',
      'empty training.val_datasets list',
    ],
    ['a map in braces', 'ema: { decay: 0.9| }', 'value ema.decay "0.9"'],
    ['a key in braces', 'ema: { de|cay: 0.9 }', 'key ema.decay "decay"'],
    ['empty braces', 'ema: {|}', 'empty ema'],
    ['braces in braces', 'datasets: { a: { hr: { train: x| } } }', 'value datasets.a.hr.train "x"'],
    ['after braces', 'ema: { decay: 0 }\n|', 'empty (root)'],
    ['after a list of several lines', 'training:\n  g_sched_steps: [\n    1,\n  ]\n  |', 'empty training'],
    ['JSON: a key', '{ "ema": { "de|cay": 0 } }', 'key ema.decay ""decay""'],
    ['JSON: a value', '{ "engine": "au|to" }', 'value engine ""auto""'],
    ['JSON: an empty value', '{\n  "engine": |\n  "seed": 1\n}', 'value engine ""'],
    ['JSON: after an empty value', '{\n  "engine":\n  "seed": 1|\n}', 'value seed "1"'],
    ['JSON: an unclosed quote', '{\n  "seed": 1,\n  "bat|\n  "ema": {}\n}', 'key bat ""bat"'],
    ['JSON: after an unclosed quote', '{\n  "bat\n  "ema": { "decay": 0| }\n}', 'value ema.decay "0"'],
    ['JSON: a missing comma', '{\n  "seed": 1\n  "ema": { "decay": 0| }\n}', 'value ema.decay "0"'],
    ['JSON: an empty line', '{\n  "seed": 1,\n  |\n}', 'empty (root)'],
    ['after an unclosed quote', 'name: "x\nema:\n  decay: 0|', 'value ema.decay "0"'],
    ['after a tab', 'ema:\n\tdecay: 0\nseed: 1|', 'value seed "1"'],
    ['a Windows line ending', 'ema:\r\n  |\r\nseed: 1\r\n', 'empty ema'],
  ])('%s', (_, marked, expected) => expect(placeAt(marked)).toBe(expected));
});

describe('broken text does not affect the rest', () => {
  test.each<[string, string, unknown]>([
    ['a half-typed key', 'pretraining:\n  num\n  lr: 1\nseed: 1', { pretraining: { lr: 1 }, seed: 1 }],
    ['a half-typed key of the root', 'seed: 1\nba\nema:\n  decay: 0', { seed: 1, ema: { decay: 0 } }],
    ['an unclosed quote', 'name: "x\nema:\n  decay: 0', { name: null, ema: { decay: 0 } }],
    [
      'an unclosed bracket',
      'training:\n  val_datasets: [a,\n  init: b',
      { training: { val_datasets: ['a'], init: 'b' } },
    ],
    [
      'a key with too much indentation',
      'ema:\n  decay: 0\n    x: 1\nseed: 1',
      { ema: { decay: 0 }, seed: 1 },
    ],
    [
      'a key with too little indentation',
      'ema:\n    decay: 0\n  x: 1\nseed: 1',
      { ema: { decay: 0 }, seed: 1 },
    ],
    ['a tab', 'ema:\n\tdecay: 0\nseed: 1', { ema: null, seed: 1 }],
    ['a second colon', 'name: a: b\nseed: 1', { name: null, seed: 1 }],
    ['a reserved character', 'name: @x\nseed: 1', { name: null, seed: 1 }],
    ['a dash among keys', 'ema:\n  decay: 0\n  - a\nseed: 1', { ema: { decay: 0 }, seed: 1 }],
    ['a closing brace', 'seed: 1\n}\nname: a', { seed: 1, name: 'a' }],
    ['JSON: a key without value', '{\n  "bat"\n  "seed": 1\n}', { bat: null, seed: 1 }],
    ['JSON: an unclosed quote', '{\n  "bat\n  "seed": 1\n}', { seed: 1 }],
    ['JSON: a missing comma', '{\n  "a": 1\n  "seed": 1\n}', { a: 1, seed: 1 }],
    ['JSON: a missing value', '{\n  "a":\n  "seed": 1\n}', { a: null, seed: 1 }],
    ['JSON: an unclosed brace', '{\n  "ema": { "decay": 1\n', { ema: { decay: 1 } }],
  ])('%s', (_, text, expected) => {
    const document = openDocument(text, '/p/run.esrgan.yaml');
    expect(document.data).toEqual(expected);
    expect(document.repairedText).toHaveLength(text.length);
  });

  test('a text without errors is unchanged', () => {
    const text = 'name: >-\n  two\n  lines\nseed: 1 # one\n';
    const document = openDocument(text, '/p/run.esrgan.yaml');
    expect(document.repairedText).toBe(text);
    expect(document.data).toEqual({ name: 'two lines', seed: 1 });
  });
});

describe('the node at a path', () => {
  test.each<[string, string, (string | number)[], string | undefined, string | undefined]>([
    ['a section', 'ema:\n  decay: 0\n\nseed: 1', ['ema'], 'ema', 'decay: 0'],
    ['a value', 'ema:\n  decay: 0.9 # high\n', ['ema', 'decay'], 'decay', '0.9'],
    ['an empty value', 'ema:\n', ['ema'], 'ema', undefined],
    ['an item', 'training: { val_datasets: [a, b] }', ['training', 'val_datasets', 1], undefined, 'b'],
    ['through an alias', 'a: &a { b: 1 }\nc: *a', ['c', 'b'], 'b', '1'],
  ])('%s', (_, text, path, key, value) => {
    const document = openDocument(text, '/p/run.esrgan.yaml');
    const found = document.nodeAt(path);
    const shown = [found?.keySpan, found?.valueSpan].map((span) => span && text.slice(span.start, span.end));
    expect(shown).toEqual([key, value]);
  });

  test('an empty file', () => {
    expect(openDocument('seed: 1', '/p/run.esrgan.yaml').nodeAt(['ema', 'decay'])).toBeUndefined();
  });
});

test('positions start at line 0 and exclude Windows line endings', () => {
  const document = openDocument('a: 1\r\nb: 2', '/p/run.esrgan.yaml');
  expect(document.positionAt(8)).toEqual({ line: 1, character: 2 });
  expect(document.offsetAt({ line: 1, character: 2 })).toBe(8);
  expect(document.offsetAt({ line: 0, character: 99 })).toBe(4);
  expect(document.offsetAt({ line: 9, character: 0 })).toBe(10);
});
