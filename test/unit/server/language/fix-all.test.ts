import { describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { codeActions, fixAllKind } from '../../../../server/language/code-actions.ts';
import { findProblems } from '../../../../server/language/diagnose.ts';
import type { RunDocument } from '../../../../server/language/document.ts';
import { createRandom, type Random } from '../../../../trainer/data/random.ts';
import { runDocument } from './marked.ts';

/** The text after "fix all", and again until nothing is left to fix. */
function fixed(text: string, times = 5): string {
  const document = runDocument(text);
  const action = actionsOf(document).find(({ kind }) => kind === fixAllKind);
  if (!action || times === 0) return text;
  const edits = Object.values(action.edit?.changes ?? {}).flat();
  return fixed(TextDocument.applyEdits(TextDocument.create('file:///p', 'yaml', 0, text), edits), times - 1);
}

function actionsOf(document: RunDocument) {
  return codeActions(document, document.rangeOf({ start: 0, end: document.text.length }));
}

describe('fix all retains sections whose entries have', () => {
  test.each<[string, string, string]>([
    [
      'tabs',
      'name: a\npretraining:\n\tlr: 1e-4\n\tnum_epoch: 5\n',
      'name: a\npretraining:\n  lr: 1e-4\n  num_epoch: 5\n',
    ],
    [
      'no-break spaces',
      'name: a\npretraining:\n\u00a0\u00a0lr: 1e-4\n',
      'name: a\npretraining:\n  lr: 1e-4\n',
    ],
    ['an em space', 'ema:\n\u2003decay: 0\n', 'ema:\n decay: 0\n'],
    [
      'no indentation',
      'name: a\npretraining:\nlr: 1e-4\nnum_epoch: 5\n',
      'name: a\npretraining:\n  lr: 1e-4\nnum_epoch: 5\n',
    ],
    [
      'tabs in two sections',
      'pretraining:\n\tlr: 1e-4\nema:\n\tdecay: 0\n',
      'pretraining:\n  lr: 1e-4\nema:\n  decay: 0\n',
    ],
  ])('%s', (_, text, after) => expect(fixed(text)).toBe(after));
});

test.each<[string, string]>([
  [
    "pretraining: { lr: &l '1e-4' }\ntraining: { g_lr: *l }\n",
    'pretraining: { lr: &l 1e-4 }\ntraining: { g_lr: *l }\n',
  ],
  [
    'pretraining: { cr_patch_size: &s [64] }\ntraining: { cr_patch_size: *s }\n',
    'pretraining: { cr_patch_size: &s [64, 64] }\ntraining: { cr_patch_size: *s }\n',
  ],
])('fix all changes an anchor, and not its aliases: %j', (text, after) => expect(fixed(text)).toBe(after));

describe('fix all never writes a key twice:', () => {
  test.each<[string, string, string]>([
    ['two typos of one key', 'sead: 1\nseedd: 2\n', 'seed: 1\nseedd: 2\n'],
    [
      'two typos of one section',
      'pretraning:\n  lr: 1\npretrainin:\n  num_epoch: 4\n',
      'pretraining:\n  lr: 1\npretrainin:\n  num_epoch: 4\n',
    ],
    ['a typo and a missing space', 'sede: 1\nseed:2\n', 'sede: 1\nseed: 2\n'],
    ['a missing space twice', 'seed:1\nseed:2\n', 'seed:1\nseed:2\n'],
  ])('%s', (_, text, after) => expect(fixed(text, 1)).toBe(after));
});

test('fix all writes the line breaks of the file', () => {
  const text = 'lr: 1e-4\r\npretraining:\r\n  num_epoch: 5\r\n';
  expect(fixed(text)).toBe('pretraining:\r\n  num_epoch: 5\r\n  lr: 1e-4\r\n');
});

describe('fix all leaves to the author', () => {
  test.each<[string, string]>([
    ['an empty section', 'name: a\npretraining:\n'],
    ['which of two equal keys is meant', 'seed: 1\nname: a\nseed: 2\n'],
    ['a value hidden by a syntax error', "seed:\n  'a\nname: b\n"],
    ['a value with a tag', 'seed: !!str 1\n'],
    ['a key without a value but with a comment', 'seed: # 1 or 2?\nname: a\n'],
    ['a key without a value whose anchor is needed', 'seed: &s\nworkers: *s\n'],
    [
      'a key whose alias needs the anchor above it',
      'pretraining:\n  num_epoch: 5\ntraining:\n  g_lr: &l 1e-4\nlr: *l\n',
    ],
    [
      'a key whose anchor is needed below it',
      'lr: &l 1e-4\ntraining:\n  g_lr: *l\npretraining:\n  num_epoch: 5\n',
    ],
    ['an alias of a wrong value that has a tag', 'seed: !!str &s 1\nworkers: *s\n'],
    ['a list that is too long', 'samples:\n  crop_size: [64, 96, 128]\n'],
    [
      'a key of a section that has it already',
      'cr_patch_size: [64, 64]\npretraining:\n  cr_patch_size: [32, 32]\ntraining:\n  cr_patch_size: [96, 96]\n',
    ],
  ])('%s', (_, text) => expect(fixed(text)).toBe(text));
});

test.each<[string, string, string]>([
  ['a block scalar', 'foo: |\n  abc\nname: a\n', 'name: a\n'],
  ['a folded scalar', 'seed: 1\nfoo: >-\n  abc\n\nname: a\n', 'seed: 1\n\nname: a\n'],
])('the removal of %s ends with it', (_, text, after) => {
  const document = runDocument(text);
  const action = actionsOf(document).find(({ title }) => title === 'Remove “foo”');
  const edits = Object.values(action?.edit?.changes ?? {}).flat();
  expect(TextDocument.applyEdits(TextDocument.create('file:///p', 'yaml', 0, text), edits)).toBe(after);
});

/** Valid run files; no word is in another one. */
const valid = [
  'name: a\nscale_factor: 4\npretraining:\n  lr: 1e-4\n  num_epoch: 5\n  cr_patch_size: [128, 96]\ntraining:\n  g_lr: 2e-4\n  d_lr: 3e-4\n  g_sched_steps:\n    - 7\n    - 9\nema:\n  decay: 0.99\n',
  'datasets:\n  birds:\n    hr:\n      train: x/one\n      val: y/two\n    lr: z/three\ntraining:\n  train_datasets: [birds]\n  val_datasets:\n  - birds\n  num_step: 12\ngenerator:\n  num_basic_blocks: 6\n  growth_channels: 16\n',
  'training:\n  num_epoch: 3\n  cr_patch_size: [64, 64]\npretraining:\n  num_epoch: 11\n  cr_patch_size:\n    - 32\n    - 32\nperceptual_loss:\n  vgg_type: vgg19\n  layer_weights:\n    conv5_4: 0.5\n    conv3_4: 0.25\nseed: 1\n',
  'training: {\n  g_lr: 2e-4, d_lr: 3e-4,\n  g_sched_steps: [7, 9],\n  cr_patch_size: [128, 96],\n}\nema: { decay: 0.99 }\nscale_factor: 4\n',
  '{\n  "name": "a",\n  "training": {\n    "g_lr": 2e-4,\n    "val_datasets": ["set5", "set14"]\n  },\n  "scale_factor": 4\n}\n',
  'pretraining: &p\n  cr_patch_size: &size [128, 96]\n  lr: &rate 1e-4\ntraining:\n  cr_patch_size: *size\n  g_lr: *rate\n  num_epoch: 7 # enough\nscale_factor: 4\n',
  'name: a\r\npretraining:\r\n  lr: 1e-4\r\n  num_epoch: 5\r\ntraining:\r\n  g_sched_steps:\r\n    - 7\r\n    - 9\r\nema:\r\n  decay: 0.99\r\n',
];

const spaces = ['', ' ', '   ', '\t', '\u00a0', '\u00a0\u00a0', '\u2003', '\u3000'];

/** Damages of white space and punctuation, each of one line. */
const damages: readonly ((line: string, random: Random) => string)[] = [
  (line, random) => line.replace(/^ */, pick(spaces, random)),
  (line) => line.trimStart(),
  (line) => line.replace(/^ */, (indent) => '\t'.repeat(indent.length / 2)),
  (line) => line.replace(/^ */, (indent) => '\u00a0'.repeat(indent.length)),
  (line) => line.replace(': ', ':'),
  (line) => line.replace(':', ''),
  (line) => line.replace(/: (?=\S)/, ':\n'),
  (line) => line.replace('[', ''),
  (line) => line.replace('{', ''),
  (line) => line.replace(/[}\]],?/, ''),
  (line) => line.replace(',', ''),
  (line) => line.replace(/_(?=[a-z])/, ''),
  (line) => line.replace(/[a-z](?=[a-z_]*"?:)/, ''),
  (line) => line.replace(/: (?=\S)/, ': !!str '),
  (line) => line.replace(']', ''),
  (line) => line.replace(/(: )(\S+)$/, "$1'$2"),
  (line) => `${line}\n`,
  (line) => `  ${line}`,
];

function pick<T>(list: readonly T[], random: Random): T {
  const item = list[random.integer(list.length)];
  if (item === undefined) throw new Error('empty list');
  return item;
}

/** The values of a text: words that are no misspelled key. */
function valuesIn(text: string): string[] {
  return text
    .split(/[\s:,'"[\]{}]+/)
    .filter((word) => /^[&*#\d]|^(?:x|y|z|birds|set\d+|vgg19|enough)\b/.test(word));
}

/** All keys, values, anchors and aliases of a text. */
function wordsIn(text: string): string[] {
  return text.split(/[\s:,'"[\]{}-]+/).filter(Boolean);
}

/** Syntax errors and duplicate keys. */
function invalidParts(text: string): number {
  return findProblems(runDocument(text)).filter(({ code }) => code === 'syntax' || code === 'duplicate-key')
    .length;
}

test.each(valid.map((text, i) => [i, text] as const))(
  'fix all retains every key and value of damaged file %i',
  (i, text) => {
    const random = createRandom(i);
    for (let round = 0; round < 40; round++) {
      const lines = text.split('\n');
      const count = 1 + random.integer(4);
      for (let n = 0; n < count; n++) {
        const at = random.integer(lines.length);
        lines[at] = pick(damages, random)(lines[at] ?? '', random);
      }
      const damaged = (random.next() < 0.3 ? lines.map((line) => line.replaceAll('  ', '\t')) : lines).join(
        '\n',
      );
      const after = fixed(damaged);
      const seen = `${damaged}\n=>\n${after}`;
      expect(missing(valuesIn(damaged), valuesIn(after)), seen).toEqual([]);
      expect(wordsIn(after).length, seen).toBeGreaterThanOrEqual(wordsIn(damaged).length);
      expect(invalidParts(after), seen).toBeLessThanOrEqual(invalidParts(damaged));
    }
  },
);

/** The words of a list that another one lacks, as often as they are in it. */
function missing(words: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return words.filter((word) => {
    const at = rest.indexOf(word);
    if (at < 0) return true;
    rest.splice(at, 1);
    return false;
  });
}
