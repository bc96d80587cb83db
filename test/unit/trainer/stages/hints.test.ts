import { expect, test } from 'vitest';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { createHints, type LearningSettings } from '../../../../trainer/stages/hints.ts';

/** The defaults of a run file. */
const defaults: LearningSettings = {
  batch_size: 16,
  pretraining: {
    lr: 2e-4,
    cr_patch_size: [128, 128],
    optimizer: { type: 'adam', betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0 },
  },
  augmentation: { compression: { p: 0.25, quality: [65, 100] } },
};

interface Scalars {
  readonly losses?: readonly number[];
  readonly psnrs?: readonly number[];
  readonly bicubic?: number;
}

/** The hints for a sequence of discriminator losses and PSNRs, with their indices. */
function check(
  stage: Stage,
  startPsnr: number | null,
  { losses = [], psnrs = [], bicubic = 0 }: Scalars,
): string[] {
  const hints = createHints(stage, startPsnr, defaults);
  const texts = [
    ...losses.map((loss) => hints.step({ g_total_loss: 1, d_adversarial_loss: loss })),
    ...psnrs.map((psnr) => hints.validation(psnr, bicubic)),
  ];
  return texts.flatMap((hint, index) => (hint === undefined ? [] : [`${index}: ${hint.text}`]));
}

const times = (count: number, value: number) => Array<number>(count).fill(value);

test.each<[string, Parameters<typeof check>, RegExp[]]>([
  [
    'a discriminator that is too strong, once',
    ['training', null, { losses: times(2000, 0.005) }],
    [/^499: .*d_lr/],
  ],
  ['a discriminator of usual strength', ['training', null, { losses: times(2000, 0.07) }], []],
  [
    'a discriminator that is too strong only for a while',
    ['training', null, { losses: times(10, 0).flatMap(() => [...times(499, 0.001), 0.1]) }],
    [],
  ],
  [
    'a drop of PSNR, once',
    ['training', 28, { psnrs: [25.5, 25.4] }],
    [/^0: .*28\.00 to 25\.50.*not a fault/],
  ],
  ['a late drop', ['training', 28, { psnrs: [27.9, 26] }], [/^1: .*28\.00 to 26\.00/]],
  ['no drop', ['training', 28, { psnrs: [27.9, 28.1] }], []],
  ['a drop from an unknown PSNR', ['training', null, { psnrs: [25.5, 25.4] }], []],
  ['a drop in pretraining', ['pretraining', 28, { psnrs: [25.5, 25.4] }], []],
  [
    'a plateau of pretraining, once',
    ['pretraining', null, { psnrs: times(30, 27.5) }],
    [/^9: .*flat.*learning rate/],
  ],
  ['a plateau of training', ['training', null, { psnrs: times(30, 25.5) }], [/^9: .*flat.*samples/]],
  [
    'a plateau after a rise',
    ['pretraining', null, { psnrs: [20, 23, 25, 26, ...times(12, 27)] }],
    [/^13: .*flat/],
  ],
  [
    'below bicubic after three validations, once',
    ['pretraining', null, { psnrs: [20, 23, 25, 26], bicubic: 28.42 }],
    [/^2: Hint: PSNR 25\.00 dB is below the 28\.42 dB of bicubic.*`pretraining\.lr`/],
  ],
  ['below bicubic at first', ['pretraining', null, { psnrs: [20, 27, 28.5, 28.6], bicubic: 28.42 }], []],
  ['below bicubic in training', ['training', null, { psnrs: [27, 27.5, 27, 27], bicubic: 28.42 }], []],
  ['a slow rise', ['pretraining', null, { psnrs: Array.from({ length: 30 }, (_, i) => 25 + i * 0.005) }], []],
])('%s', (_, input, expected) => {
  const given = check(...input);
  expect(given).toHaveLength(expected.length);
  for (const [index, text] of given.entries()) expect(text).toMatch(expected[index]!);
});

test('no hint without a discriminator', () => {
  const hints = createHints('pretraining', null, defaults);
  for (let step = 0; step < 1000; step++) expect(hints.step({ content_loss: 0 })).toBeUndefined();
});

test.each<[string, LearningSettings, string]>([
  [
    'the defaults',
    defaults,
    'In a short training, these reach more: `pretraining.lr` 1e-3 instead of 2e-4, `batch_size` 8 instead of 16, `pretraining.cr_patch_size` [64, 64] instead of [128, 128], `augmentation.compression: false`.',
  ],
  [
    'one slow key',
    {
      batch_size: 16,
      pretraining: { ...defaults.pretraining, lr: 1e-3, cr_patch_size: [64, 64] },
      augmentation: { compression: false },
    },
    'In a short training, these reach more: `batch_size` 8 instead of 16.',
  ],
  [
    'the low rate of Lion',
    {
      batch_size: 16,
      pretraining: {
        ...defaults.pretraining,
        lr: 1e-4,
        cr_patch_size: [64, 64],
        optimizer: { ...defaults.pretraining.optimizer, type: 'lion' },
      },
      augmentation: { compression: false },
    },
    'In a short training, these reach more: `batch_size` 8 instead of 16.',
  ],
  [
    'settings of a short training',
    {
      batch_size: 8,
      pretraining: { ...defaults.pretraining, lr: 1e-3, cr_patch_size: [64, 64] },
      augmentation: { compression: false },
    },
    'Train longer (`pretraining.num_step`), or a smaller network (`generator.num_basic_blocks`), whose steps are faster.',
  ],
])('below bicubic with %s: the keys to change', (_, settings, remedy) => {
  const hints = createHints('pretraining', null, settings);
  const given = [20, 21, 22].map((psnr) => hints.validation(psnr, 28));
  expect(given.at(-1)?.text).toBe(
    `Hint: PSNR 22.00 dB is below the 28.00 dB of bicubic upscaling. ${remedy}`,
  );
});

test('an expected drop of PSNR is no problem, and a plateau is', () => {
  const drop = createHints('training', 30, defaults).validation(27, 20);
  expect(drop).toMatchObject({ isProblem: false, text: expect.stringContaining('expected, not a fault') });
  const hints = createHints('training', null, defaults);
  const flat = times(10, 27).map((psnr) => hints.validation(psnr, 20));
  expect(flat.at(-1)).toMatchObject({ isProblem: true, text: expect.stringContaining('flat') });
});
