import { expect, test } from 'vitest';
import { repair } from '../../../../server/language/repair.ts';
import { parseTree, syntaxProblems, type Tree } from '../../../../trainer/config/index.ts';

const sets = (count: number) =>
  Array.from(
    { length: count },
    (_, i) => `  set_${i}:\n    hr:\n      train: sets/${i}\n    lr: { val: a }\n`,
  );
const long = `name: long\ndatasets:\n${sets(9).join('')}pretraining:\n  lr: 1\n  train_datasets: [set_1,\n    set_2]\n`;
const json = `${JSON.stringify({ seed: 1, name: 'a', ema: { decay: 0 }, training: { init: 'x', val_datasets: ['a', 'b'] } }, null, 2)}\n`;

/** The line (from 0) of the first problem of syntax. */
function firstLine(text: string, tree: Tree): number | undefined {
  const lines = syntaxProblems(text, tree).map(({ start }) => start.line - 1);
  return lines.length === 0 ? undefined : Math.min(...lines);
}

test.each<[string, string]>([
  ['a key without a colon', '  num\n'],
  ['a key without a colon, indented further', '      num\n'],
  ['a key without a colon at the top level', 'num\n'],
  ['an unclosed quote', '  name: "x\n'],
  ['an invalid value', '  lr: @x\n'],
  ['a map on one line', '  lr: a: b\n'],
  ['an unclosed bracket', '  a: [1,\n'],
])('reports an error on its line, or where the parser of the whole text reports it: %s', (_, line) => {
  const lines = long.split(/(?<=\n)/);
  for (const at of lines.keys()) {
    const text = lines.toSpliced(at, 0, line).join('');
    const found = repair(text);
    expect([at, firstLine(text, parseTree(text))]).toContain(firstLine(text, found.syntax));
    expect(found.text.length).toBe(text.length);
  }
});

test.each<[string, RegExp]>([
  ['a missing comma', /,(?=\n)/g],
  ['an unclosed quote', /"(?=,?\n)/g],
])('reports an error in JSON on its line or the next: %s', (_, signs) => {
  for (const { index } of json.matchAll(signs)) {
    const text = json.slice(0, index) + json.slice(index + 1);
    const line = json.slice(0, index).split('\n').length - 1;
    const found = firstLine(text, repair(text).syntax);
    expect([line, line + 1], text).toContain(found);
  }
});

test.each([
  'name: >\n  no keys\n  at all\nseed: 1\n',
  'name: "several\n  lines: of\n  text"\nseed: 1\n',
  'name: several\n  lines\nseed: 1\n',
  'a: [1,\n\n 2]\n',
  '{ "a": 1,\n  "b": "c\n  d" }\n',
])('a valid text that looks broken is unchanged: %j', (text) => {
  const { syntax, lines } = repair(text);
  expect([syntax.document.errors, [...lines]]).toEqual([[], []]);
});

test.each<[string, string]>([
  ['an anchor', 'ema: &e\n  decay: 0\n'],
  ['a tag and an anchor', 'ema: !!map &e\n  decay: 0\n'],
  ['a tagged list', 'ema: !!seq\n  - decay\n'],
])('a section with %s remains beside an error', (_, section) => {
  expect(repair(`${section}name: @x\n`).text).toBe(`${section}name:   \n`);
});
