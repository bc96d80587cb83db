import { describe, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type CompletionItem, TextEdit } from 'vscode-languageserver-types';
import { complete } from '../../../../server/language/complete.ts';
import type { CompletionSources, FolderEntry } from '../../../../server/language/completion-sources.ts';
import { asOnUnix } from '../../../unix.ts';
import { withCursor } from './cursor.ts';

const folders: Record<string, FolderEntry[]> = {
  '/p': [
    { name: 'tiles', isFolder: true },
    { name: '.git', isFolder: true },
    { name: 'x4.pth', isFolder: false },
    { name: 'notes.txt', isFolder: false },
  ],
  '/p/tiles': [
    { name: 'train 1', isFolder: true },
    { name: 'val', isFolder: true },
    { name: 'a.png', isFolder: false },
    { name: 'b.PNG', isFolder: false },
  ],
  '/p/odd': [{ name: 'x{scale}', isFolder: true }],
  '/p/lr_x4': [{ name: 'train', isFolder: true }],
};

const sources: CompletionSources = {
  listFolder: (folder) => folders[asOnUnix(folder)] ?? [],
  listCheckpoints: (runsDir) =>
    asOnUnix(runsDir) === '/p/runs'
      ? [
          {
            path: '/p/runs/a/checkpoints/pretraining-00020000',
            run: 'a',
            stage: 'pretraining',
            step: 20000,
            psnr: 28.4,
          },
        ]
      : [],
};

function itemsAt(marked: string, file?: string): CompletionItem[] {
  const { document, offset } = withCursor(marked, file);
  const items = complete(document, document.positionAt(offset), sources);
  return items.toSorted((a, b) => (a.sortText ?? '').localeCompare(b.sortText ?? ''));
}

/** The labels at the cursor: the first of them, or all that are expected and none that is not. */
function offers(marked: string, expected: string[], file?: string) {
  expect(itemsAt(marked, file).map(({ label }) => label)).toEqual(expected);
}

/** The text after the item of this label is taken; stops of snippets as `<1:default>` or `<1|choices>`. */
function taking(label: string, marked: string, file?: string): string {
  const { document } = withCursor(marked, file);
  const item = itemsAt(marked, file).find((candidate) => candidate.label === label);
  if (!item?.textEdit || !TextEdit.is(item.textEdit)) throw new Error(`No ${label} at ${marked}`);
  const edited = TextDocument.create('file:///p', 'yaml', 0, document.text);
  const text = TextDocument.applyEdits(edited, [item.textEdit, ...(item.additionalTextEdits ?? [])]);
  return text.replaceAll(/\$\{(\d+[^}|]*(?:\|[^}|]*)?)\|?\}/g, '<$1>');
}

describe('keys', () => {
  test.each<[string, string, string[]]>([
    [
      'of the root, common ones first',
      '|',
      ['name', 'scale_factor', 'batch_size', 'datasets', 'pretraining'],
    ],
    [
      'of a section',
      'pretraining:\n  |',
      ['num_epoch', 'cr_patch_size', 'lr', 'sched_step', 'train_datasets'],
    ],
    ['that the section lacks', 'pretraining:\n  lr: 1\n  |\n  num_epoch: 2', ['cr_patch_size', 'sched_step']],
    [
      'that match a half-typed key, and the others',
      'pretraining:\n  num|\n  lr: 1',
      ['num_epoch', 'cr_patch_size', 'sched_step'],
    ],
    [
      'of the default type',
      'generator:\n  |',
      ['num_basic_blocks', 'rrdb_channels', 'growth_channels', 'type'],
    ],
    ['of the type', 'generator:\n  |\n  type: compact', ['num_conv', 'num_feat', 'act']],
    ['of a loss', 'training:\n  losses:\n    - |', ['type', 'weight', 'name']],
    [
      'of a loss of a type',
      'training:\n  losses:\n    - type: color\n      |',
      ['weight', 'criterion', 'scale', 'name'],
    ],
    ['of an existing key', 'ema:\n  de|cay: 0', ['decay']],
    ['in braces', 'ema: {|}', ['decay']],
    ['of the root in JSON', '{\n  |\n}', ['name', 'scale_factor', 'batch_size']],
    ['of a data set', 'datasets:\n  mine:\n    |', ['hr', 'lr', 'meta_info', 'downscale']],
    ['of images', 'datasets:\n  mine:\n    hr:\n      |', ['train', 'val']],
    ['of `datasets`', 'datasets:\n  |', ['new data set', 'div2k', 'bsds500', 'set5', 'set14']],
    ['after a broken line', 'name: "x\nema:\n  |', ['decay']],
  ])('%s', (_, marked, expected) => {
    const labels = itemsAt(marked).map(({ label }) => label);
    expect(labels.slice(0, expected.length)).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    [
      'of VGG19',
      'perceptual_loss:\n  layer_weights:\n    |',
      ['conv5_4', 'conv5_3', 'conv5_2', 'conv5_1', 'conv4_4'],
    ],
    [
      'of the chosen VGG',
      'perceptual_loss:\n  vgg_type: vgg11\n  layer_weights: { conv5_2: 1, | }',
      ['conv5_1', 'conv4_2', 'conv4_1', 'conv3_2', 'conv3_1'],
    ],
    [
      'of the VGG of a list',
      'training:\n  losses:\n    - type: perceptual\n      vgg_type: vgg11\n      layer_weights: { conv5_2: 1, | }',
      ['conv5_1', 'conv4_2', 'conv4_1', 'conv3_2', 'conv3_1'],
    ],
  ])('the layers %s', (_, marked, expected) => {
    expect(
      itemsAt(marked)
        .map(({ label }) => label)
        .slice(0, 5),
    ).toEqual(expected);
  });

  test.each<[string, string]>([
    ['in a comment', '# na|me'],
    ['below a value', 'seed: 1\n    |'],
    ['of an unknown section', 'nothing:\n  |'],
  ])('none %s', (_, marked) => offers(marked, []));

  test.each<[string, string, string, string]>([
    ['with its default', 'batch_size', 'ba|', 'batch_size: <1:16>'],
    ['with choices', 'engine', 'en|', 'engine: <1|auto,cuda,tensorflow,webgpu,cpu>'],
    [
      'with a boolean',
      'use_subpixel_conv',
      'generator:\n  |',
      'generator:\n  use_subpixel_conv: <1|false,true>',
    ],
    [
      'with a fixed list',
      'cr_patch_size',
      'training:\n  |',
      'training:\n  cr_patch_size: [<1:128>, <2:128>]',
    ],
    ['with a free list', 'fc_features', 'discriminator:\n  |', 'discriminator:\n  fc_features: [<1:100>]'],
    ['in scientific notation', 'g_lr', 'training:\n  |', 'training:\n  g_lr: <1:1e-4>'],
    ['without a default', 'num_step', 'training:\n  |', 'training:\n  num_step: <1>'],
    ['only the key before a colon', 'decay', 'ema:\n  d|: 0', 'ema:\n  decay: 0'],
    ['a section', 'content_loss', 'con|', 'content_loss:\n  loss_f: <1|l1,l2,mse>'],
    [
      'a section of booleans',
      'augmentation',
      'au|',
      'augmentation:\n  spatial: <1|true,false>\n  compression: <2|true,false>\n  dropout: <3|true,false>',
    ],
    [
      'a section in a file indented by four spaces',
      'ema',
      'a:\n    b: 1\n|',
      'a:\n    b: 1\nema:\n    decay: <1:0>',
    ],
    [
      'a section of layers',
      'layer_weights',
      'perceptual_loss:\n  |',
      'perceptual_loss:\n  layer_weights:\n  conv5_4: <1:1>',
    ],
    [
      'a layer',
      'conv5_4',
      'perceptual_loss: { layer_weights: {|} }',
      'perceptual_loss: { layer_weights: {conv5_4: <1:1>} }',
    ],
    ['a data set', 'new data set', 'datasets:\n  |', 'datasets:\n  <1:photos>:\n  hr: <2>'],
    ['a section in braces', 'ema', '{ | }', '{ "ema": {\n  "decay": <1:0>\n} }'],
    ['JSON', 'engine', '{ | }', '{ "engine": <1|"auto","cuda","tensorflow","webgpu","cpu"> }'],
    [
      'JSON with a comma after it',
      'seed',
      '{\n  "se|\n  "name": "a"\n}',
      '{\n  "seed": <1:0>,\n  "name": "a"\n}',
    ],
    [
      'JSON with a comma before it',
      'seed',
      '{\n  "name": "a"\n  |\n}',
      '{\n  "name": "a",\n  "seed": <1:0>\n}',
    ],
    ['a string in JSON', 'name', '{ | }', '{ "name": "<1>" }'],
  ])('inserted %s', (_, label, marked, expected) => expect(taking(label, marked)).toBe(expected));
});

describe('values', () => {
  test.each<[string, string, string[]]>([
    ['choices', 'engine: |', ['auto', 'cuda', 'tensorflow', 'webgpu', 'cpu']],
    ['booleans', 'generator:\n  use_subpixel_conv: |', ['true', 'false']],
    ['a section that is also a boolean', 'augmentation: |', ['true', 'false']],
    ['known numbers', 'training:\n  g_lr: |', ['1e-4']],
    ['known lists', 'samples:\n  crop_size: |', ['[256, 256]']],
    ['null', 'workers: |', ['null']],
    [
      'data sets',
      'datasets: { mine: { hr: a } }\ntraining:\n  val_datasets: [|]',
      ['mine', 'div2k', 'bsds500', 'set5', 'set14'],
    ],
    ['data sets that the list lacks', 'training:\n  val_datasets: [set5, |]', ['div2k', 'bsds500', 'set14']],
    ['lists of data sets', 'training:\n  val_datasets: |', ['[div2k]', '[bsds500]', '[set5]', '[set14]']],
    [
      'data sets in block style',
      'training:\n  val_datasets:\n    - set5\n    - |',
      ['div2k', 'bsds500', 'set14'],
    ],
    ['data sets without a dash', 'training:\n  val_datasets:\n    |', ['div2k', 'bsds500', 'set5', 'set14']],
    ['folders', 'runs_dir: |', ['tiles']],
    ['subfolders', 'data_dir: tiles/|', ['tiles/train 1', 'tiles/val']],
    ['hidden folders after a dot', 'data_dir: .|', ['.git', 'tiles'].slice(0, 2)],
    ['images', 'datasets: { a: { hr: tiles/| } }', ['tiles/train 1', 'tiles/val', 'tiles/*.png']],
    ['images with `{scale}` in the path', "datasets: { a: { lr: 'lr_x{scale}/|' } }", ['lr_x{scale}/train']],
    ['a folder with `{scale}` in its name', 'datasets: { a: { lr: odd/| } }', ['odd/x{{scale}}']],
    ['such a folder for another key', 'data_dir: odd/|', ['odd/x{scale}']],
    ['weights', 'pretraining:\n  init: |', ['a · pretraining 20,000', 'tiles', 'x4.pth']],
    [
      'weights of which only a part is taken',
      'pretraining:\n  init: { from: | }',
      ['a · pretraining 20,000', 'tiles', 'x4.pth'],
    ],
    [
      'initial weights of training',
      'training:\n  init: |',
      ['last', 'best', 'a · pretraining 20,000', 'tiles', 'x4.pth'],
    ],
    ['none for a name', 'name: |', []],
    ['none for an unknown key', 'nothing: |', []],
    ['choices in JSON', '{ "content_loss": { "loss_f": | } }', ['l1', 'l2', 'mse']],
  ])('%s', (_, marked, expected) => offers(marked, expected));

  test.each<[string, string, string, string]>([
    ['a choice', 'cuda', 'engine: a|uto # any', 'engine: cuda # any'],
    ['after a colon without a space', 'cuda', 'engine:|', 'engine: cuda'],
    ['a number', '2e-4', 'pretraining:\n  lr: |', 'pretraining:\n  lr: 2e-4'],
    ['in its quotes', 'cuda', "engine: '|'", "engine: 'cuda'"],
    ['a path with a space', 'tiles/train 1', 'data_dir: tiles/|', 'data_dir: tiles/train 1'],
    ['a glob', 'tiles/*.png', 'datasets: { a: { hr: tiles/| } }', 'datasets: { a: { hr: tiles/*.png } }'],
    [
      'a path with braces in braces',
      'lr_x{scale}/train',
      'datasets: { a: { lr: "lr_x{scale}/|" } }',
      'datasets: { a: { lr: "lr_x{scale}/train" } }',
    ],
    [
      'a checkpoint',
      'a · pretraining 20,000',
      'training:\n  init: |',
      'training:\n  init: runs/a/checkpoints/pretraining-00020000',
    ],
    ['a list of a data set', '[set5]', 'training:\n  val_datasets: |', 'training:\n  val_datasets: [set5]'],
    [
      'an item in block style',
      'set5',
      'training:\n  val_datasets:\n    |',
      'training:\n  val_datasets:\n    - set5',
    ],
    ['JSON', 'cuda', '{ "engine": | }', '{ "engine": "cuda" }'],
    ['JSON half typed', 'cuda', '{ "engine": "c| }', '{ "engine": "cuda" }'],
    [
      'JSON with a comma',
      'cuda',
      '{\n  "engine": "|"\n  "seed": 1\n}',
      '{\n  "engine": "cuda",\n  "seed": 1\n}',
    ],
  ])('inserted %s', (_, label, marked, expected) => expect(taking(label, marked)).toBe(expected));

  test('have details and documentation', () => {
    const [first] = itemsAt('engine: |');
    expect(first).toMatchObject({
      labelDetails: { description: 'default' },
      documentation: { value: 'the first available of cuda, tensorflow, webgpu, cpu' },
    });
    expect(itemsAt('pretraining:\n  lr: |')[0]?.labelDetails?.description).toBe('default, original, paper');
  });
});
