import { describe, expect, test } from 'vitest';
import {
  type DatasetFiles,
  type Problem,
  problemsForStage,
  readRunFile,
} from '../../../../trainer/config/index.ts';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { asOnUnix } from '../../../unix.ts';
import { fakeFiles, images } from './fake-files.ts';

/** `line:column-line:column code [warning] [(stage)] message`, and each related place indented below. */
function shown({ code, severity, message, start, end, stage, related = [] }: Problem): string {
  const place = (at: Pick<Problem, 'start' | 'end'>) =>
    `${at.start.line}:${at.start.column}-${at.end.line}:${at.end.column}`;
  const marks = [
    place({ start, end }),
    code,
    ...(severity === 'warning' ? [severity] : []),
    ...(stage ? [`(${stage})`] : []),
  ];
  return [
    `${marks.join(' ')} ${message}`,
    ...related.map((other) => `  ${place(other)} ${other.message}`),
  ].join('\n');
}

function check(text: string, expected: string[], files?: DatasetFiles) {
  const { config, problems } = readRunFile(text, { file: '/p/run.esrgan.yaml', ...(files && { files }) });
  expect(asOnUnix(problems.map(shown))).toEqual(expected);
  const stopped = problems.some(({ severity, stage }) => severity === 'error' && stage === undefined);
  expect(config === undefined).toBe(stopped);
}

describe('syntax', () => {
  test.each<[string, string, string[]]>([
    ['an empty file', '', []],
    ['only a comment', '# later\n', []],
    ['YAML', 'seed: 1\npretraining:\n  lr: 2e-4\n', []],
    ['JSON with tabs', '{\n\t"seed": 1,\n\t"pretraining": {\n\t\t"lr": 2e-4\n\t}\n}\n', []],
    ['a byte order mark', '\ufeffsead: 1', ['1:1-1:5 unknown-key unknown key `sead`; did you mean `seed`?']],
    [
      'a Windows line ending',
      'seed: 1\r\nlr: 2\r\n',
      ['2:1-2:3 unknown-key unknown key `lr`; it belongs to `pretraining`'],
    ],
    ['a tab', 'training:\n\tg_lr: 1', ['2:1-2:2 syntax tab in the indentation: YAML allows only spaces']],
    [
      'no space after the colon',
      'seed: 1\nbatch_size:4\n',
      ['2:1-2:13 syntax key without a value: write `key: value`, with a space after the colon'],
    ],
    ['an unclosed quote', 'name: "x', ['1:7-1:8 syntax this quote is not closed']],
    [
      'an unclosed bracket',
      'training: [1,',
      ['1:11-1:12 syntax this bracket is not closed, or its content is not indented further than its key'],
    ],
    [
      'a key with too much indentation',
      'seed: 1\n batch_size: 2',
      ['1:7-1:8 syntax key inside a value: put it on its own line, aligned with its neighbors'],
    ],
    [
      'lines above that are missing',
      '  lr: 1.0e-3\n  num_epoch: 2\ntraining:\n  g_lr: 1.0e-3\n',
      ['3:1-3:9 syntax indented less than the first key: does the line of its section miss above?'],
    ],
    [
      'no space after two colons',
      'seed:1\nbatch_size:4\nname: a\n',
      ['1:1-3:5 syntax key on several lines: is a space missing after a colon?'],
    ],
    [
      'two documents',
      'seed: 1\n---\nseed: 2',
      ['2:1-3:8 syntax second document: a run file is a single document'],
    ],
    [
      'a duplicate key',
      'ema:\n  decay: 0\n  decay: 0.9',
      ['3:3-3:8 duplicate-key `decay` is a duplicate key: remove one of them\n  2:3-2:8 first defined here'],
    ],
    [
      'a duplicate key in JSON',
      '{"seed": 1, "seed": 2}',
      ['1:13-1:19 duplicate-key `seed` is a duplicate key: remove one of them\n  1:2-1:8 first defined here'],
    ],
    [
      'a duplicate key and other problems; the first value is checked',
      'ema:\n  decay: 2\n  decay: 0.9\nseed: x',
      [
        '2:10-2:11 range `ema.decay` must be a number from 0 to below 1, not 2',
        '3:3-3:8 duplicate-key `decay` is a duplicate key: remove one of them\n  2:3-2:8 first defined here',
        '4:7-4:8 type `seed` must be an integer from 0 to 4294967295, not "x"',
      ],
    ],
    [
      'a duplicate section with a problem in the first',
      'ema: { decay: 2 }\nema: { decay: 3 }\n',
      [
        '1:15-1:16 range `ema.decay` must be a number from 0 to below 1, not 2',
        '2:1-2:4 duplicate-key `ema` is a duplicate key: remove one of them\n  1:1-1:4 first defined here',
      ],
    ],
    [
      'a key that is a list',
      '? [a]\n: 1',
      ['1:3-1:4 syntax a key must be a plain string, not a list, map, alias or tag'],
    ],
    ['a key that is a number', 'datasets: { 1: { hr: a } }\ntraining: { val_datasets: ["1"] }', []],
    ['an unknown tag', 'name: !x a', ['1:7-1:9 syntax warning Unresolved tag: !x']],
    ['an alias', 'pretraining:\n  train_datasets: &d [set5]\n  val_datasets: *d', []],
    ['an alias without anchor', 'name: *n', ['1:7-1:9 syntax alias `*n` has no anchor `&n` before it']],
    ['an alias of itself', 'training: &t [*t]', ['1:15-1:17 syntax alias `*t` is inside its own anchor']],
    [
      'aliases that expand to too much data',
      [
        'a: &a [1, 1]',
        ...['b', 'c', 'd', 'e'].map((k, i) => `${k}: &${k} [${`*${'abcd'[i]}, `.repeat(9)}]`),
      ].join('\n'),
      ['1:1-1:1 syntax the aliases (`*name`) expand to too much data: write the values out'],
    ],
    ['very many brackets', '['.repeat(9000), ['1:51-1:52 syntax nested more than 50 levels deep']],
    ['very many dashes', '- '.repeat(9000), ['1:101-1:102 syntax nested more than 50 levels deep']],
  ])('%s', (_, text, expected) => check(text, expected));
});

describe('schema', () => {
  test.each<[string, string, string[]]>([
    ['a list', '- seed', ['1:1-1:1 type the run file must be a map of keys such as `name: …`, not a list']],
    [
      'a string',
      'seed:1',
      ['1:1-1:1 type the run file must be a map of keys such as `name: …`, not "seed:1"'],
    ],
    [
      'an abbreviated key',
      'generator:\n  num_block: 3',
      ['2:3-2:12 unknown-key unknown key `num_block` in `generator`; did you mean `num_basic_blocks`?'],
    ],
    [
      'a key in the wrong section',
      'num_epoch: 3',
      ['1:1-1:10 unknown-key unknown key `num_epoch`; it belongs to `pretraining` or `training`'],
    ],
    [
      'a key in the wrong section that resembles one of this section',
      'g_sched_steps: [1]',
      ['1:1-1:14 unknown-key unknown key `g_sched_steps`; it belongs to `training`'],
    ],
    [
      'a key from elsewhere',
      'ema:\n  fp16: true',
      ['2:3-2:7 unknown-key unknown key `fp16` in `ema`; allowed: `decay`'],
    ],
    [
      'the name of a prototype',
      '__proto__: 1\nema: { constructor: 1 }',
      [
        expect.stringMatching(/^1:1-1:10 unknown-key unknown key `__proto__`; allowed: `name`, `seed`/),
        '2:8-2:19 unknown-key unknown key `constructor` in `ema`; allowed: `decay`',
      ],
    ],
    [
      'numbers out of range',
      'seed: -1\npretraining:\n  lr: 2\n  sched_gamma: 0\nema: { decay: 1 }',
      [
        '1:7-1:9 range `seed` must be an integer from 0 to 4294967295, not -1',
        '3:7-3:8 range `pretraining.lr` must be a number above 0 and up to 1, not 2',
        '4:16-4:17 range `pretraining.sched_gamma` must be a number above 0 and up to 1, not 0',
        '5:15-5:16 range `ema.decay` must be a number from 0 to below 1, not 1',
      ],
    ],
    [
      'an item out of range',
      'training:\n  g_sched_steps: [5, 0]',
      ['2:22-2:23 range `training.g_sched_steps[1]` must be an integer of at least 1, not 0'],
    ],
    [
      'other types',
      'batch_size: many\nworkers: 1.5\nruns_dir: 3\nema: 0.9\ntraining:\n  g_lr: .inf\n  val_datasets: set5',
      [
        '1:13-1:17 type `batch_size` must be an integer from 1 to 1024, not "many"',
        '2:10-2:13 type `workers` must be an integer from 1 to 64, or `null`, not 1.5',
        '3:11-3:12 type `runs_dir` must be a string, not 3',
        '4:6-4:9 type `ema` must be a map with decay, not 0.9',
        '6:9-6:13 type `training.g_lr` must be a number above 0 and up to 1, not Infinity',
        '7:17-7:21 type `training.val_datasets` must be a list of strings, not "set5"; write [set5]',
      ],
    ],
    [
      'an empty section',
      'seed: 1\ntraining:\n# g_lr: 1',
      ['2:1-2:9 type `training` must be a map of keys such as `num_epoch: …`, not empty'],
    ],
    [
      'a long string',
      `workers: ${'x'.repeat(99)}`,
      [`1:10-1:109 type \`workers\` must be an integer from 1 to 64, or \`null\`, not "${'x'.repeat(60)}…"`],
    ],
    [
      'choices',
      'scale_factor: 3\nengine: gpu\nimg_channels: "3"',
      [
        '1:15-1:16 choice `scale_factor` must be 1, 2, 4 or 8, not 3',
        '2:9-2:12 choice `engine` must be auto, cuda, tensorflow, webgpu or cpu, not "gpu"; did you mean `webgpu`?',
        '3:15-3:18 type `img_channels` must be 3, not "3"',
      ],
    ],
    [
      'lengths',
      'pretraining:\n  cr_patch_size: [64]\n  train_datasets: []\ndiscriminator:\n  vgg_blk_ch:\n    []',
      [
        '2:18-2:22 length `pretraining.cr_patch_size` must be a list of exactly 2 integers from 8 to 4096, but has 1',
        '3:19-3:21 length `pretraining.train_datasets` must be a list of at least 1 string, but has none',
        '6:5-6:7 length `discriminator.vgg_blk_ch` must be a list of at least 1 integer from 1 to 2048, but has none',
      ],
    ],
    [
      'a block list',
      'validation:\n  crop_size:\n    - 64\n    - 64\n    - 32',
      [
        '2:3-2:12 length `validation.crop_size` must be a list of exactly 2 integers from 16 to 8192, or `null`, but has 3',
      ],
    ],
    [
      'a duplicate item',
      'training:\n  val_datasets:\n    - set5\n    - set5',
      ['4:7-4:11 repeated `training.val_datasets` contains "set5" twice: remove one of them'],
    ],
    [
      'an invalid folder name',
      'name: a/b',
      [
        '1:7-1:10 pattern `name` must be a valid folder name (without \\ / : * ? " < > |, no dot or space at either end, no hyphen at the start, no device of Windows such as con or nul), not "a/b"',
      ],
    ],
    [
      'an invalid layer name',
      'perceptual_loss:\n  layer_weights: { relu5_4: 1 }',
      [
        '2:20-2:27 unknown-key unknown key `relu5_4` in `perceptual_loss.layer_weights`; allowed: a VGG convolution such as `conv5_4`',
      ],
    ],
    [
      'a long name',
      `name: ${'x'.repeat(101)}`,
      ['1:7-1:108 length `name` must have at most 100 characters, but has 101'],
    ],
    [
      'empty strings and maps',
      'datasets:\n  a: { hr: "" }\n  b: { hr: {} }\nperceptual_loss: { layer_weights: {} }',
      [
        '2:12-2:14 empty `datasets.a.hr` must not be empty',
        '3:12-3:14 empty `datasets.b.hr` must not be empty',
        '4:35-4:37 empty `perceptual_loss.layer_weights` must not be empty',
      ],
    ],
    [
      'an invalid switch',
      'augmentation: { spatial: on, dropout: { p: 2 } }',
      [
        '1:26-1:28 type `augmentation.spatial` must be a map with p, flip, transpose, or `true` or `false`, not "on"',
        '1:44-1:45 range `augmentation.dropout.p` must be a number from 0 to 1, not 2',
      ],
    ],
  ])('%s', (_, text, expected) => check(text, expected));
});

describe('semantic checks of the text', () => {
  test.each<[string, string, string[]]>([
    [
      'a patch that is not a multiple of the scale',
      'scale_factor: 8\npretraining: { cr_patch_size: [100, 128] }',
      [
        '2:31-2:41 patch-not-divisible (pretraining) `pretraining.cr_patch_size` is [100, 128], not a multiple of `scale_factor` 8: use [104, 128]\n  1:15-1:16 `scale_factor` is 8',
      ],
    ],
    [
      'a crop that is not a multiple of the scale',
      'validation: { crop_size: [66, 64] }\nsamples: { crop_size: [65, 65] }',
      [
        '1:26-1:34 crop-not-divisible `validation.crop_size` is [66, 64], not a multiple of `scale_factor` 4: use [68, 64]',
        '2:23-2:31 crop-not-divisible `samples.crop_size` is [65, 65], not a multiple of `scale_factor` 4: use [64, 64]',
      ],
    ],
    ['a crop of samples that are turned off', 'samples: { count: 0, crop_size: [65, 65] }', []],
    [
      'a small patch',
      'training:\n  cr_patch_size: [128, 16]\ndiscriminator: { vgg_blk_ch: [64] }',
      [
        '2:18-2:27 patch-too-small warning (training) `training.cr_patch_size` is [128, 16], which is only 4 pixels in the LR image: use at least 32',
      ],
    ],
    [
      'holes larger than the patch',
      'pretraining:\n  cr_patch_size: [32, 64]\naugmentation: { dropout: { size: 9 } }',
      [
        '3:34-3:35 hole-larger-than-patch (pretraining) `augmentation.dropout.size` is 9, but the LR patch is only 8 pixels wide or high\n  2:18-2:26 patch size',
      ],
    ],
    [
      'contradictory augmentation',
      'augmentation:\n  spatial: { flip: 0, transpose: 0 }\n  compression: { quality: [90, 70] }',
      [
        '2:20-2:21 weights-zero `flip` and `transpose` are both 0: set one of them, or turn both off with `spatial: false`\n  2:34-2:35 also 0',
        '3:27-3:35 quality-order (pretraining) `quality` is [90, 70]: put the lower value first',
      ],
    ],
    [
      'contradictory augmentation with probability 0',
      'augmentation: { spatial: { p: 0, flip: 0, transpose: 0 } }',
      [],
    ],
    [
      'a layer that the network lacks',
      'perceptual_loss:\n  vgg_type: vgg11\n  layer_weights: { conv1_1: 1, conv3_4: 1 }',
      [
        '3:32-3:39 unknown-layer (training) vgg11 has no layer `conv3_4`: the last layer of that block is `conv3_2`\n  2:13-2:18 `vgg_type` is vgg11',
      ],
    ],
    [
      'the default layer in another network',
      'perceptual_loss:\n  vgg_type: vgg16',
      [
        '2:13-2:18 unknown-layer (training) vgg16 has no layer `conv5_4`: the last layer of that block is `conv5_3`',
      ],
    ],
    [
      'a discriminator too deep and too wide',
      'training: { cr_patch_size: [64, 64] }\ndiscriminator: { fc_features: [8, 12500001, 2] }',
      [
        '1:28-1:36 discriminator-too-deep warning (training) the discriminator halves the patch 4 times, to 4x4 pixels, but then pools to 7x7: use a larger patch or fewer repeated channels',
        '2:35-2:43 discriminator-too-wide warning (training) `fc_features` creates a layer with 100 million parameters from 8 inputs: use fewer features',
      ],
    ],
    [
      'steps out of order',
      'training:\n  g_sched_steps: [10, 30, 20]\n  d_sched_steps:\n    - 5\n    - 5',
      [
        '2:27-2:29 milestones-not-increasing (training) `training.g_sched_steps[2]` is 20, but the step before it is 30: sort the steps in increasing order\n  2:23-2:25 previous step',
        '5:7-5:8 milestones-not-increasing (training) `training.d_sched_steps[1]` is 5, but the step before it is 5: sort the steps in increasing order\n  4:7-4:8 previous step',
      ],
    ],
    [
      'a decay after the end',
      'pretraining: { num_step: 100, sched_step: 100 }\ntraining: { num_step: 9, d_sched_steps: [8, 10] }',
      [
        '1:43-1:46 decay-after-end warning (pretraining) `pretraining.sched_step` is 100, but the stage ends at step 100: this decay has no effect\n  1:26-1:29 the stage ends here',
        '2:45-2:47 decay-after-end warning (training) `training.d_sched_steps[1]` is 10, but the stage ends at step 9: this decay has no effect\n  2:23-2:24 the stage ends here',
      ],
    ],
    ['default decays after the end', 'pretraining: { num_step: 100 }\ntraining: { num_step: 9 }', []],
    ['no steps at all', 'training: { g_sched_steps: [], d_sched_steps: [] }', []],
    [
      'a misspelled data set',
      'training: { train_datasets: [div2k, dvi2k] }',
      ['1:37-1:42 unknown-dataset (training) unknown data set `dvi2k`; did you mean `div2k`?'],
    ],
    [
      'an unknown data set',
      'datasets: { mine: { hr: x } }\npretraining: { val_datasets: [constructor] }',
      [
        '2:31-2:42 unknown-dataset (pretraining) unknown data set `constructor`; known: div2k, bsds500, set5, set14, mine. Add others to `datasets`',
      ],
    ],
    [
      'a data set without images for a split',
      'datasets:\n  a: { hr: { train: x } }\n  b: { lr: y }\npretraining:\n  train_datasets: [b]\n  val_datasets: [a]',
      [
        '5:20-5:21 no-images (pretraining) data set `b` has no `train` images: add `hr: { train: FOLDER }`\n  3:6-3:15 defined here',
        '6:18-6:19 no-images (pretraining) data set `a` has no `val` images: add `hr: { val: FOLDER }`\n  2:6-2:26 defined here',
      ],
    ],
    ['a scale of 8', 'scale_factor: 8\nbatch_size: 1', []],
  ])('%s', (_, text, expected) => check(text, expected));
});

describe('semantic checks of the disk', () => {
  const a = '/p/a';
  const b = '/p/b';
  const low = '/p/low';
  const some = images(16, [128, 128]);
  const disk = { [a]: some, [b]: some };
  /** Pretraining on `a`, training on `b`, whose folders lie beside the run file. */
  const text = (datasetA: string, more = '') =>
    `datasets:
  a: ${datasetA}
  b: { hr: b }
pretraining: { train_datasets: [a], val_datasets: [] }
training: { train_datasets: [b], val_datasets: [b] }
${more}`;
  const used = '\n  2:6-2:24 defined here\n  4:33-4:34 used here';
  const plain = text('{ hr: a }');
  const paired = text('{ hr: a, lr: low }');

  const onWindows = process.platform === 'win32' ? ' (skipped: this is Windows)' : '';

  test.skipIf(onWindows)(`a run file of Windows on another system${onWindows}`, () => {
    const windows = text("{ hr: 'C:\\kr\\*.png' }", "runs_dir: 'C:\\kr\\runs'\ndata_dir: 'D:/'").replace(
      'pretraining: {',
      "pretraining: { init: '\\\\server\\x.pth',",
    );
    const expected = [
      '2:12-2:25 dataset-missing (pretraining) data set `a`: C:\\kr\\*.png does not exist: it is a path of Windows; set its location in `data_dir` or `datasets`\n  2:6-2:27 defined here\n  4:57-4:58 used here',
      '4:22-4:38 weights-missing (pretraining) `pretraining.init`: \\\\server\\x.pth does not exist: it is a path of Windows',
      '6:11-6:23 runs-dir-of-windows `runs_dir` is C:\\kr\\runs, a path of Windows: set it to a folder of this system',
    ];
    check(windows, expected, fakeFiles(disk));
    // To show such a run, its file is read without the disk.
    check(windows, []);
  });

  test.each<[string, string, Parameters<typeof fakeFiles>, string[]]>([
    ['valid data', plain, [disk], []],
    ['valid pairs', paired, [{ ...disk, [low]: images(16, [32, 32]) }], []],
    ['valid pairs named like DIV2K', paired, [{ ...disk, [low]: images(16, [32, 32], 'x4.jpg') }], []],
    [
      'a missing folder',
      plain,
      [{ [b]: some }],
      [
        '2:12-2:13 dataset-missing (pretraining) data set `a`: /p/a does not exist; set its location in `data_dir` or `datasets`\n  2:6-2:15 defined here\n  4:33-4:34 used here',
      ],
    ],
    [
      'missing folders of a predefined data set',
      'pretraining: { train_datasets: [set5], val_datasets: [] }\ntraining: { train_datasets: [b], val_datasets: [] }\ndatasets: { b: { hr: b } }',
      [disk],
      [
        '1:33-1:37 dataset-missing (pretraining) data set `set5`: /p/data/Set5/GTmod12 and /p/data/Set5/LRbicx4 do not exist; set its location in `data_dir` or `datasets`',
      ],
    ],
    [
      'no images',
      paired,
      [{ ...disk, [low]: {} }],
      [`2:19-2:22 dataset-empty (pretraining) data set \`a\`: no images in /p/low${used}`],
    ],
    [
      'a folder that cannot be read',
      paired,
      [{ ...disk, [low]: {} }, [], { [low]: ['/p/low cannot be read (EACCES: permission denied)'] }],
      [
        `2:19-2:22 dataset-empty (pretraining) data set \`a\`: no images in /p/low: /p/low cannot be read (EACCES: permission denied)${used}`,
      ],
    ],
    [
      'subfolders that cannot be read',
      paired,
      [
        { ...disk, [low]: images(16, [32, 32]) },
        [],
        { [low]: ['1', '2', '3', '4'].map((name) => `/p/low/${name} leads to nothing`) },
      ],
      [
        `2:19-2:22 dataset-incomplete warning (pretraining) data set \`a\`: skipped, because /p/low/1 leads to nothing; /p/low/2 leads to nothing; /p/low/3 leads to nothing and 1 more${used}`,
      ],
    ],
    [
      'different numbers of HR and LR images',
      paired,
      [{ ...disk, [low]: { ...images(12, [32, 32]), 'odd.png': [32, 32] } }],
      [
        `2:19-2:22 pairs-count (pretraining) data set \`a\`: 16 HR and 13 LR images; no counterpart of the same name (LR may end in x4 or _x4) for HR 0013.png, HR 0014.png, HR 0015.png and 2 more${used}`,
      ],
    ],
    [
      'different names of HR and LR images',
      paired,
      [{ ...disk, [low]: { ...images(15, [32, 32]), '0016x2.png': [32, 32] } }],
      [
        `2:19-2:22 pairs-names (pretraining) data set \`a\`: 16 HR and 16 LR images; no counterpart of the same name (LR may end in x4 or _x4) for HR 0016.png, LR 0016x2.png${used}`,
      ],
    ],
    [
      'sizes that do not match the scale',
      paired,
      [{ ...disk, [low]: { ...images(16, [32, 32]), '0002.png': [32, 31], '0003.png': null } }],
      [
        `2:19-2:22 pairs-size (pretraining) data set \`a\`: HR images must be exactly 4 times as large as LR images: 0002.png (HR 128x128, LR 32x31)${used}`,
      ],
    ],
    [
      'images smaller than the patch',
      plain,
      [{ ...disk, [a]: { ...some, ...images(4, [128, 127]), '0002.png': [60, 300], 'broken.png': null } }],
      [
        '2:12-2:13 images-smaller-than-patch (pretraining) data set `a`: images smaller than the patch (128x128): 0001.png (128x127), 0002.png (60x300), 0003.png (128x127) and 1 more; reduce `cr_patch_size` or remove them\n  2:6-2:15 defined here\n  4:33-4:34 used here',
      ],
    ],
    [
      'small images for validation',
      plain.replace('val_datasets: []', 'val_datasets: [c]').replace('b: {', 'c: { hr: c }\n  b: {'),
      [{ ...disk, '/p/c': images(1, [20, 20]) }],
      [],
    ],
    [
      'a batch larger than the data',
      text('{ hr: a }', 'batch_size: 17'),
      [{ ...disk, [b]: images(17, [128, 128]) }],
      [
        '6:13-6:15 batch-larger-than-data (pretraining) `batch_size` is 17, but `pretraining` has only 16 training images: an epoch needs at least one full batch; set it to at most 16\n  4:32-4:35 training images',
      ],
    ],
    [
      'a default batch larger than the default data',
      plain,
      [{ ...disk, [a]: images(1, [128, 128]) }],
      [
        '4:32-4:35 batch-larger-than-data (pretraining) `batch_size` is 16, but `pretraining` has only 1 training image: an epoch needs at least one full batch; set it to at most 1',
      ],
    ],
    [
      'a decay after the epochs end',
      plain.replace('\ntraining: {', '\ntraining: { num_epoch: 9, g_sched_steps: [7, 8, 9],'),
      [disk],
      [
        '5:49-5:50 decay-after-end warning (training) `training.g_sched_steps[2]` is 9, but the stage ends at step 9 (9 epochs of 1 step): this decay has no effect\n  5:24-5:25 the stage ends here',
      ],
    ],
    [
      'weights that do not exist',
      text('{ hr: a }', 'perceptual_loss: { weights: vgg.pth }')
        .replace('pretraining: {', 'pretraining: { init: start.pth,')
        .replace('\ntraining: {', '\ntraining: { init: /w/gan.pth,'),
      [disk],
      [
        '4:22-4:31 weights-missing (pretraining) `pretraining.init`: /p/start.pth does not exist',
        '5:19-5:29 weights-missing (training) `training.init`: /w/gan.pth does not exist',
        '6:29-6:36 weights-missing (training) `perceptual_loss.weights`: /p/vgg.pth does not exist',
      ],
    ],
    [
      'weights that exist',
      text('{ hr: a }', 'perceptual_loss: { weights: vgg.pth }').replace(
        'pretraining: {',
        'pretraining: { init: start.pth,',
      ),
      [disk, ['/p/start.pth', '/p/vgg.pth']],
      [],
    ],
    [
      'the same problem in both stages',
      'datasets: { a: { hr: a } }\npretraining: &s { train_datasets: [a], val_datasets: [] }\ntraining: *s',
      [{}],
      [
        '1:22-1:23 dataset-missing data set `a`: /p/a does not exist; set its location in `data_dir` or `datasets`\n  1:16-1:25 defined here\n  2:36-2:37 used here',
      ],
    ],
    [
      'the defaults without their data',
      '',
      [{}],
      [
        '1:1-1:1 dataset-missing data set `div2k`: /p/data/DIV2K_train_HR and 3 other folders do not exist; set its location in `data_dir` or `datasets`',
      ],
    ],
    [
      'missing folders of both splits: one problem, at the first path',
      'datasets:\n  b: { hr: b }\n  c: { hr: { train: c/train, val: c/val } }\npretraining: { train_datasets: [c], val_datasets: [c] }\ntraining: { train_datasets: [b], val_datasets: [b] }',
      [disk],
      [
        '3:21-3:28 dataset-missing (pretraining) data set `c`: /p/c/train and /p/c/val do not exist; set its location in `data_dir` or `datasets`\n  3:6-3:44 defined here\n  4:33-4:34 used here\n  4:52-4:53 used here',
      ],
    ],
  ])('%s', (_, runFile, disk, expected) => check(runFile, expected, fakeFiles(...disk)));
});

test('a perceptual loss needs weights that are downloaded', () => {
  const missing = (text: string) => {
    const files = fakeFiles({}, [], {}, false);
    const { problems } = readRunFile(text, { file: '/p/run.esrgan.yaml', files });
    return problems
      .filter(({ code }) => code === 'vgg-missing')
      .map(({ start, stage, message }) => `${start.line}:${start.column} ${stage} ${message}`);
  };
  const remedy =
    'the perceptual loss needs the weights of vgg16, which are not downloaded: run `esrgan weights download vgg16`, or set `perceptual_loss: false`';
  expect(missing('seed: 1\nperceptual_loss: { vgg_type: vgg16, layer_weights: { conv5_3: 1 } }')).toEqual([
    `2:30 training ${remedy}`,
  ]);
  expect(missing('seed: 1\ntraining: { num_step: 5 }')).toEqual([
    `2:11 training ${remedy.replaceAll('vgg16', 'vgg19')}`,
  ]);
  expect(missing('perceptual_loss: false')).toEqual([]);
  expect(missing('perceptual_loss: { weights: vgg.pth }')).toEqual([]);
});

test('a stage has its own errors and those of the whole run', () => {
  const { problems } = readRunFile(
    'augmentation: { spatial: { flip: 0, transpose: 0 } }\ntraining: { cr_patch_size: [127, 128] }',
    { file: 'run.esrgan.yaml' },
  );
  const codes = (stage: Stage) => problemsForStage(problems, stage).map(({ code }) => code);
  expect(codes('pretraining')).toEqual(['weights-zero']);
  expect(codes('training')).toEqual(['weights-zero', 'patch-not-divisible']);
});
