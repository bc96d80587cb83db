import { expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { DiagnosticData } from '../../../../server/language/diagnose.ts';
import { openDocument } from '../../../../server/language/document.ts';
import { missingFileActions } from '../../../../server/language/missing-files.ts';
import { nameWeights } from '../../../../server/language/name-weights.ts';

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };

function titles(data: DiagnosticData | undefined, uri = 'file:///p/run.esrgan.yaml') {
  const document = openDocument('seed: 1\n', '/p/run.esrgan.yaml', uri);
  const actions = missingFileActions(document, [{ range, message: '', data }]);
  return actions.map(({ title, command }) => `${title} ${command?.command ?? 'edit'}`);
}

test.each<[string, DiagnosticData | undefined, string[]]>([
  ['a predefined data set', { missingDataset: 'set5', scale: 4 }, ['Download “set5”… esrgan.get']],
  [
    'VGG',
    { missingWeights: 'vgg19', isListed: false },
    [
      'Download vgg19 (575 MB) esrgan.get',
      'Choose File… esrgan.useWeights',
      'Set “perceptual_loss” to false edit',
    ],
  ],
  [
    'a network of a list of losses',
    { missingWeights: 'lpips', isListed: true },
    ['Download lpips esrgan.get'],
  ],
  ['a metric', { missingWeights: 'niqe', isListed: true }, ['Download niqe esrgan.get']],
  [
    'an own folder',
    { missingImages: 'a', folders: ['/p/a'] },
    [
      'Choose Folder… esrgan.useImages',
      'Create Folder esrgan.useImages',
      'Use the Sample Images esrgan.useImages',
    ],
  ],
  [
    'an empty folder',
    { missingImages: 'a', folders: [] },
    ['Choose Folder… esrgan.useImages', 'Use the Sample Images esrgan.useImages'],
  ],
  ['LR images', { hr: '/p/hr', missingLr: '/p/lr', scale: 4 }, ['Make LR Images… esrgan.makeLrImages']],
  ['nothing', undefined, []],
])('fixes for %s', (_, data, expected) => expect(titles(data)).toEqual(expected));

test('an untitled document has no folder for images', () =>
  expect(titles({ missingImages: 'a', folders: ['/p/a'] }, 'untitled:Untitled-1')).toEqual([]));

test.each<[string, string, string | undefined]>([
  ['a file without the key', 'seed: 1\n', 'seed: 1\nperceptual_loss: false\n'],
  [
    'lines',
    'perceptual_loss:\n  vgg_type: vgg19 # x\n\nseed: 1\n',
    'perceptual_loss: false # x\n\nseed: 1\n',
  ],
  ['braces', 'perceptual_loss: { vgg_type: vgg19 } # x\nseed: 1\n', 'perceptual_loss: false # x\nseed: 1\n'],
  ['no value', 'perceptual_loss:\nseed: 1\n', 'perceptual_loss: false\nseed: 1\n'],
  [
    'Windows line breaks',
    'training:\r\n  num_step: 1\r\n',
    'training:\r\n  num_step: 1\r\nperceptual_loss: false\r\n',
  ],
  ['JSON', '{ "seed": 1 }', '{ "seed": 1, "perceptual_loss": false }'],
  ['JSON with the key', '{ "perceptual_loss": { "vgg_type": "vgg19" } }', '{ "perceptual_loss": false }'],
  [
    'settings that an alias repeats',
    'perceptual_loss:\n  layer_weights: { conv1_1: &w 1 }\nseed: *w\n',
    undefined,
  ],
])('training without VGG: %s', (_, text, expected) => {
  const document = openDocument(text, '/p/run.esrgan.yaml');
  const data: DiagnosticData = { missingWeights: 'vgg19', isListed: false };
  const found = missingFileActions(document, [{ range, message: '', data }]).find(({ edit }) => edit);
  expect(found?.isPreferred).toBeUndefined();
  const edits = found?.edit?.changes?.[document.uri];
  expect(edits && TextDocument.applyEdits(TextDocument.create('', 'yaml', 0, text), edits)).toBe(expected);
});

test.each([
  ['a file without the section', 'seed: 1\n', 'seed: 1\nperceptual_loss:\n  weights: vgg.pth\n'],
  [
    'lines',
    'perceptual_loss:\n    vgg_type: vgg19\nseed: 1\n',
    'perceptual_loss:\n    vgg_type: vgg19\n    weights: vgg.pth\nseed: 1\n',
  ],
  [
    'braces',
    'perceptual_loss: { vgg_type: vgg19 }\n',
    'perceptual_loss: { vgg_type: vgg19, weights: vgg.pth }\n',
  ],
  [
    'JSON',
    '{ "perceptual_loss": { "vgg_type": "vgg19" } }',
    '{ "perceptual_loss": { "vgg_type": "vgg19", "weights": "vgg.pth" } }',
  ],
])('a chosen file of weights: %s', (_, text, expected) => {
  const edits = nameWeights(openDocument(text, '/p/run.esrgan.yaml'), '/p/vgg.pth');
  expect(TextDocument.applyEdits(TextDocument.create('', 'yaml', 0, text), edits)).toBe(expected);
});
