import { describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CodeAction } from 'vscode-languageserver-types';
import { codeActions, fixAllKind } from '../../../../server/language/code-actions.ts';
import { diagnose, findProblems } from '../../../../server/language/diagnose.ts';
import { openDocument, type RunDocument } from '../../../../server/language/document.ts';

const file = '/p/run.esrgan.yaml';

function apply(document: RunDocument, action: CodeAction): string {
  const edits = Object.values(action.edit?.changes ?? {}).flat();
  return TextDocument.applyEdits(TextDocument.create('file:///p', 'yaml', 0, document.text), edits);
}

function wholeRange(document: RunDocument) {
  return document.rangeOf({ start: 0, end: document.text.length });
}

/** The titles of all quick fixes, and the text after the one with a title. */
function check(text: string, title: string, after: string) {
  const document = openDocument(text, file);
  const actions = codeActions(document, wholeRange(document)).filter(({ kind }) => kind === 'quickfix');
  expect(actions.map((action) => action.title)).toContain(title);
  const action = actions.find((candidate) => candidate.title === title);
  expect(action && apply(document, action)).toBe(after);
  expect(action?.diagnostics).toHaveLength(1);
  const [solved] = action?.diagnostics ?? [];
  const left = diagnose(openDocument(after, file)).map(({ message }) => message);
  expect(left).not.toContain(solved?.message);
}

test.each<[string, string, string, string]>([
  ['a key with a typo', 'sead: 1 # s\n', 'Change to “seed”', 'seed: 1 # s\n'],
  [
    'a metric that is not measured',
    'checkpoints: { best: lpips }\nvalidation:\n  every_steps: 5\n',
    'Add “lpips” to “validation.metrics”',
    'checkpoints: { best: lpips }\nvalidation:\n  every_steps: 5\n  metrics: [lpips]\n',
  ],
  [
    'a metric that is not measured, with others that are',
    'training: { stop_at: { metric: dists, value: 0.1 } }\nvalidation: { metrics: [niqe] }\n',
    'Add “dists” to “validation.metrics”',
    'training: { stop_at: { metric: dists, value: 0.1 } }\nvalidation: { metrics: [niqe, dists] }\n',
  ],
  ['a key with a typo in JSON', '{ "sead": 1 }', 'Change to “seed”', '{ "seed": 1 }'],
  ['an unknown key', 'seed: 1\nfoo: 2 # x\nname: a\n', 'Remove “foo”', 'seed: 1\nname: a\n'],
  ['an unknown section', 'foo:\n  a: 1\n  b: 2\n\nname: a\n', 'Remove “foo”', '\nname: a\n'],
  ['an unknown key alone in its section', 'ema:\n  fp16: 1\nseed: 1\n', 'Remove “fp16”', 'seed: 1\n'],
  ['an unknown key in braces', '{ seed: 1, foo: 2, name: a }', 'Remove “foo”', '{ seed: 1, name: a }'],
  ['an unknown key at the end of braces', '{ seed: 1, foo: 2 }', 'Remove “foo”', '{ seed: 1 }'],
  [
    'a key of another type',
    'generator:\n  num_conv: 8\n',
    'Change the type to “compact”',
    'generator:\n  num_conv: 8\n  type: compact\n',
  ],
  [
    'a key of another type than the one that is set',
    'generator: { type: span, num_conv: 8 }\n',
    'Change the type to “compact”',
    'generator: { type: compact, num_conv: 8 }\n',
  ],
  [
    'keys of another type, after a change of the type',
    'generator:\n  type: span # fast\n  num_feat: 8\n  num_blocks: 2\n  num_conv: 8 # few\nseed: 1\n',
    'Remove the 2 keys of other types',
    'generator:\n  type: span # fast\n  num_blocks: 2\nseed: 1\n',
  ],
  [
    'keys of another type in braces',
    '{ "generator": { "num_feat": 8, "type": "span", "num_conv": 8 } }',
    'Remove the 2 keys of other types',
    '{ "generator": { "type": "span" } }',
  ],
  [
    'a key of two other types',
    '{ "discriminator": { "num_feat": 8 } }',
    'Change the type to “patchgan”',
    '{ "discriminator": { "num_feat": 8, "type": "patchgan" } }',
  ],
  [
    'a key of a section at the top level',
    'num_basic_blocks: 16 # few\ngenerator:\n  growth_channels: 16\nseed: 1\n',
    'Move to “generator”',
    'generator:\n  growth_channels: 16\n  num_basic_blocks: 16 # few\nseed: 1\n',
  ],
  [
    'a key above its section',
    'generator:\n    growth_channels: 16 # few\n\nnum_basic_blocks: 16',
    'Move to “generator”',
    'generator:\n    growth_channels: 16 # few\n    num_basic_blocks: 16\n\n',
  ],
  [
    'a key whose section is missing',
    'num_basic_blocks: 16\nseed: 1\n',
    'Move to “generator”',
    'seed: 1\ngenerator:\n  num_basic_blocks: 16\n',
  ],
  [
    'a single key whose section is missing',
    'num_basic_blocks: 16',
    'Move to “generator”',
    'generator:\n  num_basic_blocks: 16\n',
  ],
  [
    'a key whose section is empty',
    'generator:\nnum_basic_blocks: 16\n',
    'Move to “generator”',
    'generator:\n  num_basic_blocks: 16\n',
  ],
  [
    'a key whose section is in braces',
    'generator: { growth_channels: 16 }\nnum_basic_blocks: 16 # few\n',
    'Move to “generator”',
    'generator: { growth_channels: 16, num_basic_blocks: 16 }\n',
  ],
  [
    'a top-level key in a section',
    'training:\n  scale_factor: 2\n  g_lr: 1.0e-4\n',
    'Move to the top level',
    'training:\n  g_lr: 1.0e-4\nscale_factor: 2\n',
  ],
  [
    'a top-level key alone in a section',
    'seed: 1\ntraining:\n  scale_factor: 2\n',
    'Move to the top level',
    'seed: 1\nscale_factor: 2\n',
  ],
  [
    'a key that two sections know',
    'num_epoch: 5\ntraining: {}\n',
    'Move to “training”',
    'training: { num_epoch: 5 }\n',
  ],
  [
    'a nested section at the top level',
    'dropout:\n  size: 4\n  # half\n  p: 0.5\naugmentation:\n  spatial: false\nseed: 1\n',
    'Move to “augmentation”',
    'augmentation:\n  spatial: false\n  dropout:\n    size: 4\n    # half\n    p: 0.5\nseed: 1\n',
  ],
  [
    'a key of a section in JSON',
    '{\n  "num_basic_blocks": 16,\n  "generator": {\n    "growth_channels": 16\n  }\n}\n',
    'Move to “generator”',
    '{\n  "generator": {\n    "growth_channels": 16,\n    "num_basic_blocks": 16\n  }\n}\n',
  ],
  [
    'a key whose section is missing, in JSON',
    '{ "seed": 1, "num_basic_blocks": 16 }',
    'Move to “generator”',
    '{ "seed": 1, "generator": { "num_basic_blocks": 16 } }',
  ],
  [
    'a key of a section with Windows line endings',
    'num_basic_blocks: 16\r\ngenerator:\r\n  growth_channels: 16\r\n',
    'Move to “generator”',
    'generator:\r\n  growth_channels: 16\r\n  num_basic_blocks: 16\r\n',
  ],
  ['a choice with a typo', 'engine: cdua\n', 'Change to “cuda”', 'engine: cuda\n'],
  ['a choice in quotes', "engine: 'cdua'\n", "Change to “'cuda'”", "engine: 'cuda'\n"],
  [
    'a data set with a typo',
    'training: { val_datasets: [set55] }',
    'Change to “set5”',
    'training: { val_datasets: [set5] }',
  ],
  ['a number too large', 'batch_size: 2000\n', 'Change to “1024”', 'batch_size: 1024\n'],
  [
    'a learning rate too large: no one means the largest',
    'pretraining:\n  lr: 10\n',
    'Change to “2e-4”, its default',
    'pretraining:\n  lr: 2e-4\n',
  ],
  ['a number between two choices, the lower one', 'scale_factor: 6\n', 'Change to “4”', 'scale_factor: 4\n'],
  ['a number between two choices, the higher one', 'scale_factor: 6\n', 'Change to “8”', 'scale_factor: 8\n'],
  ['a number beyond the choices', 'scale_factor: 16\n', 'Change to “8”', 'scale_factor: 8\n'],
  ['a number too small', 'batch_size: 0\n', 'Change to “1”', 'batch_size: 1\n'],
  [
    'a number at an exclusive bound',
    'pretraining:\n  lr: 0\n',
    'Change to “2e-4”, its default',
    'pretraining:\n  lr: 2e-4\n',
  ],
  [
    'an item too small',
    'training: { g_sched_steps: [0, 5] }',
    'Change to “1”',
    'training: { g_sched_steps: [1, 5] }',
  ],
  ['a number in quotes', "batch_size: '8'\n", 'Change to “8”', 'batch_size: 8\n'],
  ['a fraction instead of an integer', 'batch_size: 8.2\n', 'Change to “8”', 'batch_size: 8\n'],
  [
    'a boolean in words',
    'generator: { use_subpixel_conv: yes }',
    'Change to “true”',
    'generator: { use_subpixel_conv: true }',
  ],
  [
    'a string instead of a list',
    'training:\n  val_datasets: set5\n',
    'Change to “[set5]”',
    'training:\n  val_datasets: [set5]\n',
  ],
  [
    'the type of a section instead of the section',
    'pretraining:\n  optimizer: adamw\n',
    'Change to “{ type: adamw }”',
    'pretraining:\n  optimizer: { type: adamw }\n',
  ],
  [
    'the type of a section in JSON',
    '{ "generator": "compact" }',
    'Change to “{ "type": "compact" }”',
    '{ "generator": { "type": "compact" } }',
  ],
  [
    'a number instead of a pair',
    'samples:\n  crop_size: 64\n',
    'Change to “[64, 64]”',
    'samples:\n  crop_size: [64, 64]\n',
  ],
  [
    'a pair with one value',
    'samples:\n  crop_size: [64]\n',
    'Change to “[64, 64]”',
    'samples:\n  crop_size: [64, 64]\n',
  ],
  ['a number instead of a string', 'name: 7\n', "Change to “'7'”", "name: '7'\n"],
  [
    'null instead of a value',
    'training:\n  cr_patch_size: null\n  init: best\n',
    'Remove “cr_patch_size” to use its default',
    'training:\n  init: best\n',
  ],
  ['a duplicate key', 'seed: 1\nname: a\nseed: 2\n', 'Remove the second “seed”', 'seed: 1\nname: a\n'],
  [
    'a duplicate item',
    'training: { val_datasets: [set5, set5] }',
    'Remove the second “set5”',
    'training: { val_datasets: [set5] }',
  ],
  [
    'a patch that is not a multiple of the scale',
    'training:\n  cr_patch_size: [130, 129]\n',
    'Change to “[132, 128]”',
    'training:\n  cr_patch_size: [132, 128]\n',
  ],
  [
    'a crop that is not a multiple of the scale',
    'samples: { crop_size: [65, 65] }',
    'Change to “[64, 64]”',
    'samples: { crop_size: [64, 64] }',
  ],
  [
    'qualities in the wrong order',
    'augmentation: { compression: { quality: [90, 40] } }',
    'Change to “[40, 90]”',
    'augmentation: { compression: { quality: [40, 90] } }',
  ],
  [
    'a layer that the network lacks',
    'perceptual_loss: { vgg_type: vgg16, layer_weights: { conv5_4: 1 } }',
    'Change to “conv5_3”',
    'perceptual_loss: { vgg_type: vgg16, layer_weights: { conv5_3: 1 } }',
  ],
  [
    'a patch that is too small',
    'training:\n  cr_patch_size: [16, 64]\n',
    'Change to “[32, 64]”',
    'training:\n  cr_patch_size: [32, 64]\n',
  ],
  [
    'steps out of order',
    'training:\n  g_sched_steps: [5, 9, 7, 9] # four\n',
    'Change to “[5, 7, 9]”',
    'training:\n  g_sched_steps: [5, 7, 9] # four\n',
  ],
  [
    'a step after the end',
    'training:\n  num_step: 10\n  g_sched_steps: [5, 50]\n',
    'Remove “50”',
    'training:\n  num_step: 10\n  g_sched_steps: [5]\n',
  ],
  [
    'an unknown data set',
    'seed: 1\ntraining: { val_datasets: [my photos] }\n',
    'Add “my photos” to “datasets”',
    'seed: 1\ntraining: { val_datasets: [my photos] }\ndatasets:\n  my photos:\n    hr: { train: my photos/train, val: my photos/val }\n',
  ],
  [
    'an unknown data set, next to another',
    'datasets:\n  a:\n    hr: x\n\ntraining:\n  val_datasets: [b]\n',
    'Add “b” to “datasets”',
    'datasets:\n  a:\n    hr: x\n  b:\n    hr: { train: b/train, val: b/val }\n\ntraining:\n  val_datasets: [b]\n',
  ],
  [
    'an unknown data set in JSON',
    '{ "training": { "val_datasets": ["b"] } }',
    'Add “b” to “datasets”',
    '{ "training": { "val_datasets": ["b"] }, "datasets": { "b": { "hr": { "train": "b/train", "val": "b/val" } } } }',
  ],
  [
    'images for one split only',
    'datasets:\n  a:\n    hr:\n      train: x\ntraining:\n  val_datasets: [a]\n',
    'Add “val” to “a”, with the images of “train”',
    'datasets:\n  a:\n    hr:\n      train: x\n      val: x\ntraining:\n  val_datasets: [a]\n',
  ],
  [
    'no space after a colon',
    'seed: 1\nbatch_size:4\n',
    'Insert a space after the colon',
    'seed: 1\nbatch_size: 4\n',
  ],
  ['a tab', 'ema:\n\tdecay: 0\n', 'Indent with spaces', 'ema:\n  decay: 0\n'],
])('%s', (_, text, title, after) => check(text, title, after));

test.each([
  ['the default type', 'generator:\n  rrdb_channels: 32\n  num_feat: 8\n  num_conv: 8\n'],
  ['a single key', 'generator:\n  type: span\n  num_conv: 8\n'],
  ['edits that would overlap', 'generator: { type: span, num_feat: 8, num_conv: 8 }\n'],
])('keys of other types are not removed together: %s', (_, text) => {
  const document = openDocument(text, file);
  const titles = codeActions(document, wholeRange(document)).map(({ title }) => title);
  expect(titles.filter((title) => title.includes('other types'))).toEqual([]);
});

describe('fix all', () => {
  test('applies clear fixes only', () => {
    const document = openDocument('sead: 1\nfoo: 2\nengine: cdua\nema:\n  decay: -1\n', file);
    const action = codeActions(document, wholeRange(document)).find(({ kind }) => kind === fixAllKind);
    const after = action ? apply(document, action) : '';
    expect(after).toBe('seed: 1\nfoo: 2\nengine: cuda\nema:\n  decay: 0\n');
    expect(findProblems(openDocument(after, file)).map(({ code }) => code)).toEqual(['unknown-key']);
  });

  test('applies one of two fixes that would add the same section', () => {
    const document = openDocument('num_basic_blocks: 8\ngrowth_channels: 16\n', file);
    const action = codeActions(document, wholeRange(document)).find(({ kind }) => kind === fixAllKind);
    expect(action && apply(document, action)).toBe(
      'growth_channels: 16\ngenerator:\n  num_basic_blocks: 8\n',
    );
  });

  test('does not fix warnings', () => {
    const document = openDocument('training:\n  cr_patch_size: [16, 16]\n', file);
    const actions = codeActions(document, wholeRange(document));
    expect(actions.map(({ title, isPreferred }) => [title, isPreferred])).toEqual([
      ['Change to “[32, 32]”', undefined],
    ]);
  });

  test('is offered only if there is a clear fix', () => {
    const document = openDocument('seed: 1\n', file);
    expect(codeActions(document, wholeRange(document))).toEqual([]);
  });
});

test.each<[string, string]>([
  ['the lines after it are broken', 'generator:\n    rrdb_channels 8\n  growth_channels 4\nname: a\n'],
  ['an error elsewhere hides its entries', 'training:\n    lr:1\n  g_lr:1\nname: "a\n'],
])('a section without a value is not removed where %s', (_, text) => {
  const document = openDocument(text, file);
  const titles = codeActions(document, wholeRange(document)).map(({ title }) => title);
  expect(titles.filter((title) => title.endsWith('to use its default'))).toEqual([]);
});

test('only problems in the range have quick fixes', () => {
  const document = openDocument('sead: 1\nengine: cdua\n', file);
  const actions = codeActions(document, document.rangeOf({ start: 17, end: 17 }));
  expect(actions.filter(({ kind }) => kind === 'quickfix').map(({ title }) => title)).toEqual([
    'Change to “cuda”',
  ]);
});

describe('conversion of JSON to YAML', () => {
  const text = '{ "name": "a", "ema": { "decay": 0.999 }, "training": { "g_sched_steps": [5, 9] } }';
  const yaml =
    "name: a\n\n# Exponential moving average of the generator's weights, validated and saved in addition to the weights themselves.\nema:\n  decay: 0.999\n\n# Second stage, GAN training.\ntraining:\n  g_sched_steps: [ 5, 9 ]\n";

  test('in place if the file has a YAML name', () => {
    const document = openDocument(text, file);
    const action = codeActions(document, wholeRange(document)).find(
      ({ title }) => title === 'Convert to YAML',
    );
    expect(action && apply(document, action)).toBe(yaml);
    expect(findProblems(openDocument(yaml, file))).toEqual([]);
  });

  test('to a new file if the file has a JSON name', () => {
    const document = openDocument(text, '/p/run.esrgan.json');
    const action = codeActions(document, wholeRange(document)).find(
      ({ title }) => title === 'Convert to YAML',
    );
    expect(action?.edit?.documentChanges).toEqual([
      { kind: 'create', uri: 'file:///p/run.esrgan.yaml', options: { overwrite: false } },
      expect.objectContaining({ edits: [expect.objectContaining({ newText: yaml })] }),
    ]);
  });

  test.each<[string, string]>([
    ['a duplicate key', '{"seed": 1, "seed": 2}'],
    ['a comment', '{ # mine\n  seed: 1\n}\n'],
    ['a comment after a value', '{ seed: 1 # mine\n}\n'],
    ['a comment of JSON', '{\n  // mine\n  "seed": 1\n}\n'],
    ['a comment of C', '{\n  /* mine */ "seed": 1\n}\n'],
    ['a second document', '{"seed": 1}\n---\n{"seed": 2}\n'],
    ['a syntax error', '{"seed": 1, "name": "a}'],
    ['an alias without an anchor', '{"seed": *a}'],
  ])('is not offered where it would lose %s', (_, lossy) => {
    const document = openDocument(lossy, file, 'untitled:Untitled-1');
    const titles = codeActions(document, wholeRange(document)).map(({ title }) => title);
    expect(titles).not.toContain('Convert to YAML');
  });

  test('is not offered for YAML', () => {
    const document = openDocument('seed: 1\n', file);
    expect(codeActions(document, wholeRange(document))).toEqual([]);
  });
});
