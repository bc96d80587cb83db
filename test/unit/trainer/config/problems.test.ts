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
    [
      'an option file of BasicSR, once',
      'name: a\nscale: 4\nnetwork_g: { type: compact }\ntrain: { total_iter: 10 }\n',
      [
        '3:1-3:10 option-file this is an option file of BasicSR or a program based on it, not a run file; `esrgan import`, or `ESRGAN: Import Option File…` in VS Code, makes a run file of it',
      ],
    ],
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
      'a key of another type',
      'generator:\n  num_feat: 32',
      [
        '2:3-2:11 unknown-key `num_feat` is a key of `generator.type` `compact`, and here `generator.type` is `rrdb`: change the type, or remove `num_feat`',
      ],
    ],
    [
      'keys of the default type, with another one',
      'generator: { type: compact, num_basic_blocks: 3, nun_conv: 4 }',
      [
        '1:29-1:45 unknown-key `num_basic_blocks` is a key of `generator.type` `rrdb`, and here `generator.type` is `compact`: change the type, or remove `num_basic_blocks`',
        '1:50-1:58 unknown-key unknown key `nun_conv` in `generator`; did you mean `num_conv`?',
      ],
    ],
    [
      'a misspelled type, but not its keys',
      'generator: { type: compct, num_conv: 4 }',
      [
        '1:20-1:26 choice `generator.type` must be rrdb, compact, span or realplksr, not "compct"; did you mean `compact`?',
      ],
    ],
    [
      'a key of a type in the wrong section',
      'num_conv: 4',
      ['1:1-1:9 unknown-key unknown key `num_conv`; it belongs to `generator`'],
    ],
    ['the keys of a type', 'generator: { type: compact, num_conv: 4, act: relu }', []],
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
      ['2:3-2:7 unknown-key unknown key `fp16` in `ema`; allowed: `decay`, `start_step`'],
    ],
    [
      'the name of a prototype',
      '__proto__: 1\nema: { constructor: 1 }',
      [
        expect.stringMatching(/^1:1-1:10 unknown-key unknown key `__proto__`; allowed: `name`, `seed`/),
        '2:8-2:19 unknown-key unknown key `constructor` in `ema`; allowed: `decay`, `start_step`',
      ],
    ],
    [
      'numbers out of range',
      'seed: -1\npretraining:\n  lr: 2\n  sched_gamma: 0\nema: { decay: 1 }\nnon_finite: { lr_factor: 1 }',
      [
        '1:7-1:9 range `seed` must be an integer from 0 to 4294967295, not -1',
        '3:7-3:8 range `pretraining.lr` must be a number above 0 and up to 1, not 2',
        '4:16-4:17 range `pretraining.sched_gamma` must be a number above 0 and up to 1, not 0',
        '5:15-5:16 range `ema.decay` must be a number from 0 to below 1, not 1',
        '6:26-6:27 range `non_finite.lr_factor` must be a number above 0 and below 1, not 1',
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
        '4:6-4:9 type `ema` must be a map with decay, start_step, not 0.9',
        '6:9-6:13 type `training.g_lr` must be a number above 0 and up to 1, not Infinity',
        '7:17-7:21 type `training.val_datasets` must be a list of strings, not "set5"; write [set5]',
      ],
    ],
    [
      'the type of a section instead of the section',
      'generator: compact\npretraining: { optimizer: adamw }\ntraining: { g_optimizer: sgd }',
      [
        '1:12-1:19 type `generator` must be a map of keys such as `type: …`, not "compact"; write { type: compact }',
        '2:27-2:32 type `pretraining.optimizer` must be a map with type, betas, eps, weight_decay, not "adamw"; write { type: adamw }',
        '3:26-3:29 type `training.g_optimizer` must be a map with type, betas, eps, weight_decay, not "sgd"',
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
      'scale_factor: 5\nengine: gpu\nimg_channels: "3"',
      [
        '1:15-1:16 choice `scale_factor` must be 1, 2, 3, 4 or 8, not 5',
        '2:9-2:12 choice `engine` must be auto, cuda, tensorflow, webgpu or cpu, not "gpu"; did you mean `webgpu`?',
        '3:15-3:18 type `img_channels` must be 1, 3 or 4, not "3"',
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
        '1:26-1:28 type `augmentation.spatial` must be a map with p, flip, transpose, rotate, or `true` or `false`, not "on"',
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
        '2:20-2:21 weights-zero `flip`, `transpose` and `rotate` are all 0: set one of them, or turn them off with `spatial: false`\n  2:34-2:35 also 0',
        '3:27-3:35 quality-order (pretraining) `quality` is [90, 70]: put the lower value first',
      ],
    ],
    [
      'a scale that is no power of two, with RRDB',
      'scale_factor: 3\npretraining: { cr_patch_size: [192, 192] }\ntraining: { cr_patch_size: [192, 192] }\nvalidation: { crop_size: [96, 96] }\nsamples: { crop_size: [96, 96] }',
      [
        '1:15-1:16 generator-sizes an RRDB generator doubles the image: for `scale_factor` 3, choose another `generator.type`',
      ],
    ],
    [
      'groups that do not divide the channels',
      'generator: { type: realplksr, dim: 30 }',
      [
        '1:1-1:10 generator-sizes the 30 channels (`dim`) cannot be divided into 4 groups: choose a divisor of 30',
      ],
    ],
    [
      'no channel for the large convolution',
      'generator: { type: realplksr, dim: 4, split_ratio: 0.2 }',
      [
        '1:52-1:55 generator-sizes `split_ratio` 0.2 of 4 channels is less than one channel: raise it, or `dim`',
      ],
    ],
    [
      'a degradation with ranges and weights that contradict themselves',
      'degradation:\n  - { op: blur, sigma: [3, 1], kernels: {}, order: attached }\n  - { op: sinc, size: [8, 8] }\n  - { op: resize, up: 0, down: 0, keep: 0 }\n  - { op: noise, gaussian: 0, poisson: 0 }\n  - op: downscale',
      [
        '2:24-2:30 range-order `degradation[0].sigma` is [3, 1]: put the lower value first',
        '2:41-2:43 weights-zero the weights in `kernels` of `degradation[0]` are all 0: set one of them, or remove the operation',
        '2:52-2:60 attached-to-nothing `degradation[0].order` is attached, but there is no operation before it',
        '3:23-3:29 kernel-size `degradation[1].size` contains no odd number, but a kernel has a pixel in its center: use [7, 9]',
        '4:23-4:24 weights-zero `up`, `down` and `keep` of `degradation[2]` are all 0: set one of them, or remove the operation',
        '5:28-5:29 weights-zero `gaussian` and `poisson` of `degradation[3]` are all 0: set one of them, or remove the operation',
      ],
    ],
    [
      'a degradation that does not make the size of LR',
      'degradation: [{ op: blur }]',
      [
        '1:14-1:28 degradation-size `degradation` never makes the size of the LR patch, 1/4 of the HR patch: add `- op: downscale` after the last `resize`; operations after it act on the LR patch',
      ],
    ],
    ['one at scale 1, without a resize', 'scale_factor: 1\ndegradation: [{ op: blur }]', []],
    [
      'a degradation that changes the size of LR',
      'degradation: [{ op: downscale }, { op: resize }]',
      [
        '1:34-1:48 degradation-size `degradation[1]` changes the size after `downscale`, which makes the size of the LR patch: move it up\n  1:15-1:32 `downscale`',
      ],
    ],
    [
      'two last resizes',
      'degradation: [{ op: downscale }, { op: downscale }]',
      [
        '1:34-1:51 degradation-size `degradation[1]` is a second `downscale`, but the patch has the size of the LR patch already: remove it',
      ],
    ],
    [
      'given LR images that a degradation takes the place of, in both stages',
      'degradation: bsrgan\ndatasets: { a: { hr: h, lr: l }, b: { hr: h, lr: { val: l } } }\npretraining: { train_datasets: [a, b] }\ntraining: { train_datasets: [a] }',
      [
        '2:29-2:30 lr-unused warning training does not use `datasets.a.lr`, because `degradation` makes the LR patches from HR: remove one of them, or set `degradation_probability` below 1\n  1:14-1:20 the degradation',
      ],
    ],
    [
      'operations and presets that do not exist',
      'degradation: [{ op: blurr }, { p: 1 }, { op: jpeg, sigma: [1, 2] }]',
      [
        '1:21-1:26 choice `degradation[0].op` must be blur, resize, noise, jpeg, webp, sinc, sharpen or downscale, not "blurr"; did you mean `blur`?',
        '1:30-1:38 missing-key `degradation[1]` lacks the key `op`',
        '1:52-1:57 unknown-key `sigma` is a key of `degradation[2].op` `blur` and `noise`, and here `degradation[2].op` is `jpeg`: change the op, or remove `sigma`',
      ],
    ],
    [
      'a preset that does not exist',
      'degradation: realesrgan',
      [
        '1:14-1:24 pattern `degradation` must be a list of operations, or one of the presets real-esrgan, real-esrgan-light, bsrgan and compression-only, not "realesrgan"; did you mean `real-esrgan`?',
      ],
    ],
    [
      'a GPU for an engine that cannot choose one',
      'engine: webgpu\ndevice: 2',
      [
        '2:9-2:10 device-unused warning `device: 2` has no effect: the engine webgpu always takes the first GPU of the system\n  1:9-1:15 `engine` is webgpu',
      ],
    ],
    ['a GPU for an engine that can', 'engine: cuda\ndevice: 2', []],
    [
      'a stop by a data set that the stage does not validate on',
      'pretraining: { val_datasets: [set5], early_stopping: { dataset: set14 } }\ntraining: { val_datasets: [set14] }',
      [
        '1:65-1:70 best-dataset (pretraining) `dataset` is set14, which is not in `pretraining.val_datasets`: use one of set5, or add it there',
      ],
    ],
    [
      'the best of a data set that no stage validates on',
      'checkpoints: { best_dataset: set5 }\npretraining: { val_datasets: [set14] }',
      [
        '1:30-1:34 best-dataset `best_dataset` is set5, which is not in `val_datasets` of any stage: use one of set14, div2k, or add it there',
      ],
    ],
    [
      'the best of a data set of one stage',
      'checkpoints: { best_dataset: set14 }\npretraining: { val_datasets: [set14] }',
      [],
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
      'a loss of an unknown type, and without one',
      'training:\n  losses: [{ type: l1 }, { type: charbonier }, { weight: 2 }]',
      [
        '2:34-2:44 choice `training.losses[1].type` must be l1, l2, charbonnier, huber, ms_ssim, perceptual, fft, focal_frequency, ldl, color, gradient_variance, lpips or dists, not "charbonier"; did you mean `charbonnier`?',
        '2:48-2:61 missing-key `training.losses[2]` lacks the key `type`',
      ],
    ],
    [
      'a key of a loss of another type',
      'training:\n  losses:\n    - { type: l1, eps: 1 }\n    - { type: perceptual, layer_weights: { conv6_1: 1 } }',
      [
        '3:19-3:22 unknown-key `eps` is a key of `training.losses[0].type` `charbonnier`, and here `training.losses[0].type` is `l1`: change the type, or remove `eps`',
        '4:44-4:51 unknown-key unknown key `conv6_1` in `training.losses[1].layer_weights`; allowed: a VGG convolution such as `conv5_4`',
      ],
    ],
    [
      'a layer that the network of a list lacks',
      'training: { losses: [{ type: perceptual, vgg_type: vgg11, layer_weights: { conv3_4: 1 } }] }',
      [
        '1:76-1:83 unknown-layer (training) vgg11 has no layer `conv3_4`: the last layer of that block is `conv3_2`\n  1:52-1:57 `vgg_type` is vgg11',
      ],
    ],
    [
      'losses of RGB images with other numbers of channels',
      'img_channels: 4\npretraining:\n  losses: [{ type: lpips }, { type: l1 }]\ntraining:\n  losses: [{ type: color }]',
      [
        '3:12-3:27 loss-channels (pretraining) the loss `lpips` cannot be used with `img_channels: 4`: it takes RGB images, without alpha; remove it from the list\n  1:15-1:16 `img_channels` is 4',
        '5:12-5:27 loss-channels (training) the loss `color` cannot be used with `img_channels: 4`: it takes RGB images, without alpha; remove it from the list\n  1:15-1:16 `img_channels` is 4',
      ],
    ],
    [
      'a loss of chroma with gray images',
      'img_channels: 1\npretraining:\n  losses: [{ type: gradient_variance }, { type: color }]',
      [
        '3:41-3:56 loss-channels (pretraining) the loss `color` cannot be used with `img_channels: 1`: gray images have no chroma; remove it from the list\n  1:15-1:16 `img_channels` is 1',
      ],
    ],
    [
      'losses that the patch is too small for',
      'training:\n  cr_patch_size: [72, 72]\n  losses:\n    - type: ms_ssim\n    - { type: focal_frequency, patch_factor: 5 }\n    - { type: gradient_variance, patch_size: 100 }\ndiscriminator: { type: patchgan }',
      [
        '4:13-4:20 loss-patch (training) `ms_ssim` with 5 scales needs a patch of at least 176 pixels, but the patch is 72x72: set `scales: 3`, or use a larger patch\n  2:18-2:26 the patch is 72x72',
        '5:46-5:47 loss-patch (training) `patch_factor` is 5, but the patch of 72x72 cannot be divided into that many parts: use a factor of both sides\n  2:18-2:26 the patch is 72x72',
        '6:46-6:49 loss-patch (training) `patch_size` is 100, but the patch is only 72x72: use a smaller value\n  2:18-2:26 the patch is 72x72',
      ],
    ],
    [
      'losses without effect',
      'pretraining: { losses: [{ type: l2, weight: 0 }] }\ntraining: { losses: [{ type: l1 }], g_content_loss_scaling: 1 }\nperceptual_loss: { vgg_type: vgg16 }\ncontent_loss: { loss_f: l2 }',
      [
        '1:45-1:46 loss-weight-zero warning (pretraining) the loss `l2` has the weight 0: it costs time and has a curve, but trains nothing',
        '2:37-2:59 loss-unused warning (training) `training.g_content_loss_scaling` has no effect, because `training.losses` lists the losses: remove it, or add it to the list\n  2:21-2:35 the list',
        '3:1-3:16 loss-unused warning (training) `perceptual_loss` has no effect, because `training.losses` lists the losses: remove it, or add it to the list\n  2:21-2:35 the list',
        '4:1-4:13 loss-unused warning (training) `content_loss` has no effect, because `training.losses` lists the losses: remove it, or add it to the list\n  2:21-2:35 the list',
      ],
    ],
    [
      'LDL without an EMA, and a name twice',
      'training: { losses: [{ type: ldl, name: d_real }, { type: l1, name: a }, { type: l2, name: a }] }',
      [
        '1:30-1:33 ldl-without-ema (training) `ldl` compares with the image of the EMA generator, but the run tracks no EMA: set `ema: { decay: 0.999 }`, or remove the loss',
        '1:41-1:47 loss-name (training) `d_real` is reserved for another curve or value of a step: choose another one',
        '1:92-1:93 loss-name (training) `a` is the name of another loss of the list: choose another one',
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
      'a patch that a U-Net cannot halve three times',
      'scale_factor: 2\ntraining: { cr_patch_size: [66, 64] }\ndiscriminator: { type: unet }',
      [
        '2:28-2:36 discriminator-patch (training) the discriminator halves the patch three times and adds maps of the same size, so height and width must be multiples of 8: the patch is 66x64\n  3:24-3:28 `type` is unet',
      ],
    ],
    [
      'a patch of which a PatchGAN leaves nothing',
      'training: { cr_patch_size: [16, 16] }\ndiscriminator: { type: patchgan, padding: 1 }',
      [
        '1:28-1:36 patch-too-small warning (training) `training.cr_patch_size` is [16, 16], which is only 4 pixels in the LR image: use at least 32',
        '1:28-1:36 discriminator-patch (training) the patch of 16x16 is too small for the convolutions of the discriminator: use a larger patch, or `padding: 2`',
      ],
    ],
    [
      'a perceptual loss that is off, next to a list',
      'training: { losses: [{ type: l1 }] }\nperceptual_loss: false',
      [],
    ],
    [
      'a scale that the default patch of a training is no multiple of, which the file does not have',
      'scale_factor: 3\ngenerator: { type: compact }\npretraining: { cr_patch_size: [96, 96] }\nvalidation: { crop_size: [255, 255] }\nsamples: { crop_size: [255, 255] }',
      [],
    ],
    [
      'a scale that the default sizes are no multiples of, once',
      'scale_factor: 3\ngenerator: { type: compact }\nsamples: { crop_size: [254, 254] }',
      [
        '1:15-1:16 default-size-not-divisible `scale_factor` is 3, but the default sizes are no multiples of it: set `pretraining: { cr_patch_size: [129, 129] }`, `training: { cr_patch_size: [129, 129] }`, `validation: { crop_size: [255, 255] }`',
        '3:23-3:33 crop-not-divisible `samples.crop_size` is [254, 254], not a multiple of `scale_factor` 3: use [255, 255]\n  1:15-1:16 `scale_factor` is 3',
      ],
    ],
    [
      'features that a discriminator does not have',
      'training: { feature_matching: { weight: 1, layers: [9, 10] } }\ndiscriminator: { type: unet }',
      [
        '1:56-1:58 feature-layer (training) the discriminator has 9 layers with features, numbered from 1: there is no 10\n  2:24-2:28 the discriminator',
      ],
    ],
    [
      'the same patch without skip connections',
      'scale_factor: 2\ntraining: { cr_patch_size: [66, 64] }\ndiscriminator: { type: unet, skip_connection: false }',
      [],
    ],
    [
      'a key of another discriminator',
      'discriminator: { type: patchgan, fc_features: [8] }',
      [
        '1:34-1:45 unknown-key `fc_features` is a key of `discriminator.type` `vgg`, and here `discriminator.type` is `patchgan`: change the type, or remove `fc_features`',
      ],
    ],
    [
      'two schedules of one learning rate',
      'pretraining: { sched_step: 9, schedule: { type: cosine, periods: [9] } }\ntraining: { g_sched_gamma: 0.5, g_schedule: { warmup_steps: 8 } }',
      [
        '1:31-1:39 schedule-twice (pretraining) `pretraining.schedule` takes the place of `sched_step`: remove one of them\n  1:28-1:29 also a schedule',
      ],
    ],
    [
      'a cosine without periods, and with too few weights',
      'pretraining: { schedule: { type: cosine } }\ntraining: { d_schedule: { type: cosine, periods: [5, 6], restart_weights: [1] } }',
      [
        '1:26-1:42 periods-missing (pretraining) `pretraining.schedule` has no `periods`: set the length of each period in steps, such as `periods: [100000]`',
        '2:75-2:78 periods-missing (training) `training.d_schedule.restart_weights` has 1 value, but there are 2 periods: set one for each\n  2:50-2:56 periods',
      ],
    ],
    [
      'keys of another schedule',
      'pretraining: { schedule: { type: constant, gamma: 0.5, step_size: 9 } }',
      [
        '1:44-1:49 schedule-key-unused warning (pretraining) `pretraining.schedule.gamma` has no effect with the type constant',
        '1:56-1:65 schedule-key-unused warning (pretraining) `pretraining.schedule.step_size` has no effect with the type constant',
      ],
    ],
    [
      'minima above the learning rate, and not above it',
      'pretraining: { lr: 2e-4, schedule: { type: cosine, periods: [5], eta_min: 1e-3 } }\ntraining: { d_lr: 1e-3, d_schedule: { type: cosine, periods: [5], eta_min: 1e-3 } }',
      [
        '1:75-1:79 eta-min-above-rate warning (pretraining) `pretraining.schedule.eta_min` is 0.001, but `pretraining.lr` is 0.0002: the learning rate rises; use a smaller minimum\n  1:20-1:24 the full learning rate',
      ],
    ],
    [
      'milestones of the pretraining out of order',
      'pretraining: { schedule: { type: multi_step, milestones: [8, 4] } }',
      [
        '1:62-1:63 milestones-not-increasing (pretraining) `pretraining.schedule.milestones[1]` is 4, but the step before it is 8: sort the steps in increasing order\n  1:59-1:60 previous step',
      ],
    ],
    [
      'milestones of a schedule out of order, and after the end',
      'training:\n  num_step: 100\n  g_schedule: { milestones: [20, 10] }\n  d_schedule: { milestones: [20, 100] }',
      [
        '3:34-3:36 milestones-not-increasing (training) `training.g_schedule.milestones[1]` is 10, but the step before it is 20: sort the steps in increasing order\n  3:30-3:32 previous step',
        '4:34-4:37 decay-after-end warning (training) `training.d_schedule.milestones[1]` is 100, but the stage ends at step 100: this decay has no effect\n  2:13-2:16 the stage ends here',
      ],
    ],
    [
      'decays of a schedule-free optimizer',
      'pretraining: { optimizer: { type: adamw_schedule_free }, sched_step: 9 }\ntraining: { d_optimizer: { type: adamw_schedule_free }, d_schedule: { warmup_steps: 8 } }',
      [
        '1:58-1:68 schedule-of-schedule-free warning (pretraining) `pretraining.sched_step` has no effect: with the schedule-free optimizer the learning rate stays constant, because an average of the weights replaces its decay\n  1:35-1:54 the optimizer',
        '2:34-2:53 schedule-of-schedule-free (training) `training.d_schedule.type` is multi_step, but with the schedule-free optimizer the learning rate stays constant, because an average of the weights replaces its decay: use `constant`',
      ],
    ],
    [
      'stops that never come',
      'pretraining: { early_stopping: {}, val_datasets: [] }\ntraining: { stop_at: { metric: ssim, value: 30 } }',
      [
        '1:16-1:30 stop-without-validation (pretraining) `pretraining.early_stopping` needs a validation, but `val_datasets` is empty\n  1:50-1:52 no validation',
        '2:45-2:47 ssim-out-of-range (training) `training.stop_at.value` is 30, but SSIM is at most 1\n  2:32-2:36 the metric',
      ],
    ],
    [
      'a target without a value',
      'training: { stop_at: { metric: ssim } }',
      ['1:22-1:38 missing-key `training.stop_at` lacks the key `value`'],
    ],
    [
      'betas for another optimizer',
      'pretraining: { optimizer: { type: adan, betas: [0.9, 0.99] } }',
      [
        '1:48-1:59 betas-count (pretraining) `pretraining.optimizer.betas` has 2 values, but adan needs 3\n  1:35-1:39 the optimizer',
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
    [
      'an average that starts after the end of one stage',
      'pretraining: { num_step: 100 }\ntraining: { num_step: 9 }\nema: { decay: 0.9, start_step: 9 }',
      [
        '3:32-3:33 average-after-end warning (training) `ema.start_step` is 9, but the stage ends at step 9: the average never starts\n  2:23-2:24 the stage ends here',
      ],
    ],
    ['no average', 'training: { num_step: 9 }\nema: { decay: 0, start_step: 9 }', []],
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
  const listed = text('{ hr: a, meta_info: l.txt }');
  const usedList = '  2:6-2:33 defined here\n  4:33-4:34 used here';

  const onWindows = process.platform === 'win32' ? ' (skipped: this is Windows)' : '';

  test.skipIf(onWindows)(`a run file of Windows on another system${onWindows}`, () => {
    const windows = text("{ hr: 'C:\\kr\\*.png' }", "runs_dir: 'C:\\kr\\runs'\ndata_dir: 'D:/'").replace(
      'pretraining: {',
      "pretraining: { init: '\\\\server\\x.pth',",
    );
    const expected = [
      '2:12-2:25 dataset-missing (pretraining) data set `a`: C:\\kr\\*.png does not exist: it is a path of Windows; correct its location in `datasets`\n  2:6-2:27 defined here\n  4:57-4:58 used here',
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
        '2:12-2:13 dataset-missing (pretraining) data set `a`: /p/a does not exist; correct its location in `datasets`\n  2:6-2:15 defined here\n  4:33-4:34 used here',
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
        `2:19-2:22 pairs-size (pretraining) data set \`a\`: HR images must be 4 times as large as LR images: 0002.png (HR 128x128, LR 32x31)${used}`,
      ],
    ],
    [
      'a list of images',
      listed,
      [disk, [], {}, true, { '/p/l.txt': `0001.png (128,128,3)\n${'0002.png\n'.repeat(15)}` }],
      [],
    ],
    [
      'a list of images that does not exist',
      listed,
      [disk],
      [
        `2:26-2:31 dataset-missing (pretraining) data set \`a\`: /p/l.txt does not exist; correct its location in \`datasets\`\n${usedList}`,
      ],
    ],
    [
      'a list of images that are not there',
      listed,
      [disk, [], {}, true, { '/p/l.txt': `${'0001.png\n'.repeat(16)}x.png\n../b/0001.png` }],
      [
        `2:26-2:31 meta-info (pretraining) data set \`a\`: /p/l.txt:17: x.png is not in /p/a; /p/l.txt:18: ../b/0001.png is not in /p/a\n${usedList}`,
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
      'more patches in a step than images',
      text('{ hr: a }', 'batch_size: 6\naccumulate: 3'),
      [{ ...disk, [b]: images(18, [128, 128]) }],
      [
        '6:13-6:14 batch-larger-than-data (pretraining) `batch_size` times `accumulate` is 18, but `pretraining` has only 16 training images: an epoch needs at least one full step; lower one of them\n  4:32-4:35 training images',
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
      'weights in a map that do not exist',
      text('{ hr: a }', 'perceptual_loss: false').replace(
        'pretraining: {',
        'pretraining: { init: { from: start.pth, strict: false },',
      ),
      [disk],
      ['4:30-4:39 weights-missing (pretraining) `pretraining.init.from`: /p/start.pth does not exist'],
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
        '1:22-1:23 dataset-missing data set `a`: /p/a does not exist; correct its location in `datasets`\n  1:16-1:25 defined here\n  2:36-2:37 used here',
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
        '3:21-3:28 dataset-missing (pretraining) data set `c`: /p/c/train and /p/c/val do not exist; correct its location in `datasets`\n  3:6-3:44 defined here\n  4:33-4:34 used here\n  4:52-4:53 used here',
      ],
    ],
  ])('%s', (_, runFile, disk, expected) => check(runFile, expected, fakeFiles(...disk)));
});

// Problems of the schema, and those of independent keys.
const patch = 'cr_patch_size: [127, 128]';
test.each<[string, string, string[]]>([
  ['a typo elsewhere', `sead: 1\ntraining: { ${patch} }`, ['unknown-key', 'patch-not-divisible']],
  ['a typo in the same section', `training: { ${patch}, g_lrr: 1 }`, ['patch-not-divisible', 'unknown-key']],
  [
    'a wrong value elsewhere',
    `seed: x\nscale_factor: 4\ntraining: { ${patch} }`,
    ['type', 'patch-not-divisible'],
  ],
  ['a misspelled input', `scale_facto: 1\ntraining: { ${patch} }`, ['unknown-key']],
  ['a misplaced input', `training: { ${patch}, scale_factor: 1 }`, ['unknown-key']],
  ['a wrong input', `scale_factor: 5\ntraining: { ${patch} }`, ['choice']],
  ['a wrong item of the value itself', 'training: { cr_patch_size: [127, x] }', ['type']],
  [
    'a misspelled `datasets`',
    'dataset: { a: { hr: a } }\ntraining: { train_datasets: [a] }',
    ['unknown-key'],
  ],
  ['a wrong data set', 'datasets: { a: 5 }\ntraining: { train_datasets: [a] }', ['type']],
  [
    'another wrong data set',
    'datasets: { b: 5 }\ntraining: { train_datasets: [a] }',
    ['type', 'unknown-dataset'],
  ],
  [
    'images under a wrong key',
    'datasets: { a: { hrr: a } }\ntraining: { train_datasets: [a] }',
    ['unknown-key'],
  ],
  ['an end under a wrong key', 'training: { num_stepp: 9, g_sched_steps: [5, 100000000] }', ['unknown-key']],
  ['a wrong end', 'training: { num_step: x, g_sched_steps: [5, 100000000] }', ['type']],
  [
    'two typos',
    `sead: 1\ntrainin: 2\npretraining: { ${patch} }`,
    ['unknown-key', 'unknown-key', 'patch-not-divisible'],
  ],
])('with %s, %j has the problems %j', (_, text, expected) => {
  const { config, problems } = readRunFile(text, { file: '/p/run.esrgan.yaml' });
  expect(problems.map(({ code }) => code)).toEqual(expected);
  expect(config).toBeUndefined();
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
  expect(missing('training: { losses: [{ type: l1 }, { type: colour }] }')).toEqual([]);
  expect(missing('training: { losses: [{ type: lpips, vgg_weights: vgg.pth }] }')).toEqual([
    '1:22 training the loss `lpips` needs the weights of lpips, which are not downloaded: run `esrgan weights download lpips`, or remove it',
  ]);
});

test.each<[string, string[]]>([
  ['validation: { metrics: [niqe] }', ['1:25 niqe']],
  ['validation: { metrics: [niqe, lpips] }', ['1:25 niqe', '1:31 lpips', '1:31 vgg16']],
  ['validation: { metrics: [dists] }', ['1:25 dists', '1:25 vgg16']],
  ['validation: { metrics: [] }', []],
])('the metrics of %j need weights that are downloaded', (text, expected) => {
  const files = fakeFiles({}, [], {}, false);
  const { problems } = readRunFile(text, { file: '/p/run.esrgan.yaml', files });
  const missing = problems.filter(({ code }) => code === 'metric-weights-missing');
  expect(missing.map(({ start, path }) => `${start.line}:${start.column} ${path.at(-1)}`)).toEqual(expected);
  for (const { message, path } of missing)
    expect(message).toContain(`run \`esrgan weights download ${path.at(-1)}\`, or remove it`);
});

test.each<[string, string[]]>([
  ['checkpoints: { best: ssim }', []],
  ['checkpoints: { best: lpips }\nvalidation: { metrics: [lpips] }', []],
  [
    'checkpoints: { best: lpips }\nvalidation: { metrics: [dists] }',
    [
      '1:22-1:27 metric-not-measured `checkpoints.best` is lpips, which no validation measures: add it to `validation.metrics`\n  2:24-2:31 the measured metrics, besides PSNR and SSIM',
    ],
  ],
  [
    'training: { stop_at: { metric: niqe, value: 4 }, early_stopping: { metric: psnr_y } }',
    [
      '1:32-1:36 metric-not-measured (training) `training.stop_at.metric` is niqe, which no validation measures: add it to `validation.metrics`',
    ],
  ],
  ['validation: { metrics: [niqe], crop_size: [200, 200] }', []],
  ['validation: { metrics: [niqe], crop_size: null }', []],
  [
    'validation: { metrics: [lpips, niqe], crop_size: [200, 192] }',
    [
      '1:50-1:60 metric-crop NIQE needs crops of at least 200x200 pixels, but `crop_size` is [200, 192]: use a larger crop, or `null` for whole images\n  1:32-1:36 the metric',
    ],
  ],
])('metrics of the validation: %j', (text, expected) => check(text, expected));

test('a stage has its own errors and those of the whole run', () => {
  const { problems } = readRunFile(
    'augmentation: { spatial: { flip: 0, transpose: 0 } }\ntraining: { cr_patch_size: [127, 128] }',
    { file: 'run.esrgan.yaml' },
  );
  const codes = (stage: Stage) => problemsForStage(problems, stage).map(({ code }) => code);
  expect(codes('pretraining')).toEqual(['weights-zero']);
  expect(codes('training')).toEqual(['weights-zero', 'patch-not-divisible']);
});
