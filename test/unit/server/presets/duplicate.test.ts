import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Change, duplicateWithChanges } from '../../../../server/presets/duplicate.ts';
import { diffConfigs } from '../../../../trainer/config/diff.ts';
import { readRunFile, serializeResolved } from '../../../../trainer/config/index.ts';

function check(text: string, changes: Change[], expected: string) {
  expect(duplicateWithChanges(text, 'a', changes, ['b'])).toEqual({ text: expected, name: 'a-2' });
}

describe('changes', () => {
  test.each<[string, string, Change[], string]>([
    ['only the name', 'name: a\nseed: 1\n', [], 'name: a-2\nseed: 1\n'],
    ['a missing name', '# A run.\n\nseed: 1\n', [], '# A run.\n\nname: a-2\nseed: 1\n'],
    ['an empty file', '', [], 'name: a-2\n'],
    [
      'a value, with its comment',
      'name: a # mine\nseed: 1 # one\n\n# Small.\nbatch_size: 4\n',
      [{ path: ['seed'], value: 2 }],
      'name: a-2 # mine\nseed: 2 # one\n\n# Small.\nbatch_size: 4\n',
    ],
    [
      'one number, without changing the format of others',
      'name: a\npretraining:\n  lr: 1.0e-3\n  sched_gamma: 0.50\nseed: 0x10\nbatch_size: 16\ndata_dir: "5e1"\n',
      [{ path: ['batch_size'], value: 8 }],
      'name: a-2\npretraining:\n  lr: 1.0e-3\n  sched_gamma: 0.50\nseed: 0x10\nbatch_size: 8\ndata_dir: "5e1"\n',
    ],
    [
      'one item, without changing the format of the rest',
      'name: a\ntraining:\n  cr_patch_size: [64, 64] # px\n  g_sched_steps: [ 1,2 ]\n',
      [{ path: ['training', 'cr_patch_size'], value: [96, 96] }],
      'name: a-2\ntraining:\n  cr_patch_size: [96, 96] # px\n  g_sched_steps: [ 1,2 ]\n',
    ],
    [
      'a key in brackets',
      'name: a\ndatasets: { x: {hr: p} , y: {hr: q} }\n',
      [{ path: ['datasets', 'y', 'hr'], value: 'r' }],
      'name: a-2\ndatasets: { x: {hr: p}, y: { hr: r } }\n',
    ],
    [
      'a key of a missing section',
      'name: a\n',
      [{ path: ['pretraining', 'lr'], value: 0.001 }],
      'name: a-2\npretraining:\n  lr: 0.001\n',
    ],
    [
      'a key of a section that is turned off',
      'name: a\nperceptual_loss: false\n',
      [{ path: ['perceptual_loss', 'criterion'], value: 'l2' }],
      'name: a-2\nperceptual_loss:\n  criterion: l2\n',
    ],
    [
      'a key back to its default',
      'name: a\nseed: 1\nema: { decay: 0.9 }\n',
      [
        { path: ['seed'], value: undefined },
        { path: ['batch_size'], value: undefined },
      ],
      'name: a-2\nema: { decay: 0.9 }\n',
    ],
    [
      'one use of a shared value',
      'name: a\npretraining: &both\n  num_epoch: 3\ntraining: *both\n',
      [{ path: ['training', 'num_epoch'], value: 4 }],
      'name: a-2\npretraining: &both\n  num_epoch: 3\ntraining:\n  num_epoch: 4\n',
    ],
    [
      'JSON',
      '{"name": "a", "ema": {"decay": 0}}',
      [{ path: ['seed'], value: 3 }],
      '{\n  "name": "a-2",\n  "ema": {\n    "decay": 0\n  },\n  "seed": 3\n}\n',
    ],
  ])('%s', (_, text, changes, expected) => check(text, changes, expected));
});

describe('a copy has the same config except for the changes', () => {
  const file = 'examples/seed-runs/128_cr_23_rrdb_div2k.esrgan.yaml';
  const text = readFileSync(file, 'utf8');
  const read = (from: string) => {
    const { config, problems } = readRunFile(from, { file });
    expect(problems).toEqual([]);
    if (!config) throw new Error('no config');
    return config;
  };
  const original = read(text);

  test.each([
    ['a run file', text],
    ['a resolved run file', serializeResolved(original)],
  ])('%s', (_, from) => {
    const changes = [{ path: ['generator', 'num_basic_blocks'], value: 16 }];
    const copy = duplicateWithChanges(from, original.name, changes, []);
    expect(diffConfigs([original, read(copy.text)])).toEqual([
      { key: 'generator.num_basic_blocks', values: [23, 16] },
      { key: 'name', values: [original.name, `${original.name}-2`] },
    ]);
    expect(copy.text.match(/#/g)).toEqual(from.match(/#/g));
  });

  test('a copy has the same lines except for the changes', () => {
    const lines = (of: string) => new Set(of.split('\n'));
    const copy = duplicateWithChanges(text, original.name, [{ path: ['seed'], value: 7 }], []).text;
    expect([...lines(copy)].filter((line) => !lines(text).has(line))).toEqual([
      `name: ${original.name}-2 # the original named its files by the time of their start`,
      'seed: 7 # the original set none: two runs of it never gave the same numbers',
    ]);
  });
});

test.each<[string, string, RegExp]>([
  ['a syntax error', 'seed: 1\nname: "a\n', /its line 2 is invalid: this quote is not closed/],
  ['two documents', 'seed: 1\n---\nseed: 2\n', /its line 2 is invalid: second document/],
  ['more than 0.2 MB', `#${' '.repeat(2e5)}`, /its line 1 is invalid: larger than 0.2 MB/],
])('a run file with %s is not copied', (_, text, message) => {
  expect(() => duplicateWithChanges(text, 'a', [], [])).toThrow(message);
});
