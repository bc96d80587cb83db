import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose } from '../../../../server/language/diagnose.ts';
import { openDocument } from '../../../../server/language/document.ts';
import { fakeFiles } from '../../trainer/config/fake-files.ts';

/** `line:character code message`, lines and characters from 0 as editors count. */
function check(text: string, expected: string[]) {
  const found = diagnose(openDocument(text, '/p/run.esrgan.yaml'));
  expect(
    found.map(({ range: { start }, code, message }) => `${start.line}:${start.character} ${code} ${message}`),
  ).toEqual(expected.map((line) => expect.stringContaining(line)));
}

test.each<[string, string, string[]]>([
  ['no problems', 'seed: 1\n', []],
  ['a typo', 'sead: 1\n', ['0:0 unknown-key unknown key “sead”; did you mean “seed”?']],
  [
    'one of two stages',
    'training:\n  cr_patch_size: [130, 130]\n',
    [
      '“training.cr_patch_size” is [130, 130], not a multiple of “scale_factor” 4: use [132, 132] (training only)',
    ],
  ],
  [
    'a half-typed line and what is wrong elsewhere',
    'pretraining:\n  num\n  lr: 2\n',
    ['1:2 syntax', '2:6 range'],
  ],
  [
    'an unclosed quote and another problem',
    'name: "x\nema:\n  decay: 2\n',
    ['0:6 syntax this quote is not closed', '2:9 range'],
  ],
  [
    'an unclosed bracket and another problem',
    'training:\n  val_datasets: [a,\n  g_lr: 2\n',
    ['1:16 syntax this bracket is not closed', '2:8 range'],
  ],
  [
    'an unclosed bracket above valid lines',
    'training:\n  cr_patch_size: [64, 64\n  g_lr: 1e-4\n  d_lr: 1e-4\n',
    ['1:17 syntax this bracket is not closed'],
  ],
  ['JSON without a comma', '{\n  "seed": 1\n  "batch_size": 0\n}', ['1:10 syntax', '2:16 range'].slice(0, 1)],
  [
    'a duplicate key next to a broken line',
    'seed: 1\nema:\n  decay: 0\n  dec\nseed: 2\nbatch_size: 0\n',
    ['3:2 syntax', '4:0 duplicate-key', '5:12 range'],
  ],
  [
    'an alias far from its anchor',
    'name: &n a\nseed: 1\nema:\n  decay: 0\nruns\ndata_dir: *n\n',
    ['4:0 syntax'],
  ],
  [
    'two documents around a broken line',
    'seed: 1\nba\nema: {}\n---\nseed: 2\n',
    ['1:0 syntax', '3:0 syntax', '4:0 duplicate-key'],
  ],
  ['a byte order mark', '\ufeffsead: 1\nseed: x\n', ['0:0 unknown-key', '1:6 type']],
  ['only the problem of a broken line', 'ema:\n  decay: 0: 1\n', ['1:9 syntax']],
])('%s', (_, text, expected) => check(text, expected));

test('includes the code, related locations and the range', () => {
  const document = openDocument(
    'scale_factor: 2\ntraining:\n  cr_patch_size: [131, 131]\n',
    '/p/run.esrgan.yaml',
  );
  expect(diagnose(document)).toEqual([
    {
      range: { start: { line: 2, character: 17 }, end: { line: 2, character: 27 } },
      severity: 1,
      code: 'patch-not-divisible',
      source: 'esrgan',
      message: expect.any(String),
      relatedInformation: [
        {
          location: {
            uri: 'file:///p/run.esrgan.yaml',
            range: { start: { line: 0, character: 14 }, end: { line: 0, character: 15 } },
          },
          message: '“scale_factor” is 2',
        },
      ],
    },
  ]);
});

test('checks the disk only if `files` is given', () => {
  const document = openDocument('pretraining: { init: x.pth }\n', '/p/run.esrgan.yaml');
  expect(diagnose(document)).toEqual([]);
  const codes = diagnose(document, fakeFiles({})).map(({ code }) => code);
  expect(codes).toContain('weights-missing');
});

test('includes the data set that can be downloaded', () => {
  const missing = (text: string) =>
    diagnose(openDocument(text, '/p/run.esrgan.yaml'), fakeFiles({})).map(({ data }) => data);
  const found = { missingDataset: 'set5', scale: 4 };
  expect(missing('training: { train_datasets: [set5], val_datasets: [] }\n')).toContainEqual(found);
  expect(
    missing('datasets: { set5: { hr: x } }\ntraining: { train_datasets: [set5], val_datasets: [] }\n'),
  ).not.toContainEqual(found);
});

test('includes the missing LR images of an own data set', () => {
  const dataOf = (datasets: string) =>
    diagnose(
      openDocument(
        `datasets: { a: ${datasets} }\npretraining: { train_datasets: [a], val_datasets: [a] }\n`,
        '/p/run.esrgan.yaml',
      ),
      fakeFiles({ '/p/hr': { 'a.png': [128, 128], 'b.png': [128, 128] }, '/p/lr': { 'a.png': [32, 32] } }),
    ).flatMap(({ data }) => data ?? []);
  const found = (lr: string) => ({ hr: resolve('/p/hr'), missingLr: resolve(lr), scale: 4 });
  // A folder that is missing, and one that lacks images.
  expect(dataOf("{ hr: hr, lr: 'x{scale}' }")).toContainEqual(found('/p/x4'));
  expect(dataOf('{ hr: hr, lr: lr }')).toContainEqual(found('/p/lr'));
  expect(dataOf('{ hr: { train: hr, val: hr }, lr: { train: x } }')).toContainEqual(found('/p/x'));
  // Not clear: of which HR images, or in which folder.
  expect(dataOf('{ hr: { train: hr, val: hr }, lr: x }')).not.toContainEqual(found('/p/x'));
  expect(dataOf("{ hr: hr, lr: 'x/*.png' }").filter((data) => 'missingLr' in data)).toEqual([]);
});

test('includes the own data set whose images are missing, and the weights', () => {
  const dataOf = (text: string, hasVgg = true) =>
    diagnose(openDocument(text, '/p/run.esrgan.yaml'), fakeFiles({ '/p/none': {} }, [], {}, hasVgg)).flatMap(
      ({ data }) => data ?? [],
    );
  const stage = 'pretraining: { train_datasets: [a], val_datasets: [a] }\n';
  const missing = `datasets: { a: { hr: { train: x, val: 'y/*.png' } } }\n${stage}`;
  expect(dataOf(missing)).toContainEqual({ missingImages: 'a', folders: [resolve('/p/x')] });
  expect(dataOf(`datasets: { a: { hr: none } }\n${stage}`)).toContainEqual({
    missingImages: 'a',
    folders: [],
  });
  expect(
    dataOf('perceptual_loss: { vgg_type: vgg13, layer_weights: { conv1_1: 1 } }\n', false),
  ).toContainEqual({
    missingWeights: 'vgg13',
    isListed: false,
  });
});

test('the defaults of a stage that the file lacks are no problems', () => {
  const pretraining = 'pretraining: { train_datasets: [set5], val_datasets: [set5] }\n';
  const severities = (text: string) =>
    diagnose(openDocument(text, '/p/run.esrgan.yaml'), fakeFiles({}))
      .filter(({ message }) => String(message).includes('(training only)'))
      .map(({ severity }) => severity);
  expect(severities(pretraining)).toEqual([]);
  expect(severities(`perceptual_loss: { vgg_type: vgg19 }\n${pretraining}`)).toEqual([]);
  expect(severities(`${pretraining}training: { num_step: 9 }\n`)).toContain(1);
});
