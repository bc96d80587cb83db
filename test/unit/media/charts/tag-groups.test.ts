import { expect, test } from 'vitest';
import { bicubicTag, planCharts } from '../../../../media/charts/tag-groups.ts';

/** The plan in short: `Group: chart (curve, curve)`. */
function plan(...tags: string[]): string[] {
  return planCharts(tags).flatMap(({ title, charts }) =>
    charts.map((chart) => `${title}: ${chart.title} (${chart.curves.map(({ label }) => label).join(', ')})`),
  );
}

test.each([
  {
    name: 'a pretraining of ours, in any order',
    tags: [
      'machine/memory_bytes',
      'validation/psnr_y',
      'validation/psnr_rgb',
      'bicubic/psnr_rgb',
      'bicubic/psnr_y',
      'train/learning_rate',
      'train/content_loss',
    ],
    expected: [
      'Losses: Content loss (train)',
      'Validation: PSNR (RGB, Y)',
      'Optimizer: Learning rate (pretraining)',
      'Machine: Memory (resident)',
    ],
  },
  {
    name: 'perceptual metrics have charts of their own, with a line of bicubic upscaling',
    tags: ['validation/niqe', 'bicubic/niqe', 'validation/lpips', 'bicubic/lpips', 'validation/psnr_rgb'],
    expected: ['Validation: PSNR (RGB)', 'Validation: LPIPS (lpips-vgg)', 'Validation: NIQE (niqe)'],
  },
  {
    name: 'a validation on several data sets',
    tags: [
      'validation/psnr_rgb',
      'validation/psnr_y',
      'validation/lpips',
      'bicubic/psnr_y',
      'validation/set5/psnr_rgb',
      'validation/set5/psnr_y',
      'bicubic/set5/psnr_y',
      'validation/set5/lpips',
      'bicubic/set5/lpips',
    ],
    expected: [
      'Validation: PSNR (RGB, Y)',
      'Validation: LPIPS (lpips-vgg)',
      'Validation: LPIPS, set5 (lpips-vgg)',
      'Validation: PSNR, set5 (RGB, Y)',
    ],
  },
  {
    name: 'the adversaries share charts',
    tags: ['train/d_adversarial_loss', 'train/g_adversarial_loss', 'train/d_fake', 'train/d_real'],
    expected: [
      'Losses: Adversarial loss (generator, discriminator)',
      'Losses: Discriminator output (D(real), D(fake))',
    ],
  },
  {
    name: 'training and validation of one quantity stand together',
    tags: ['val/loss', 'train/loss'],
    expected: ['Losses: loss (train, validation)'],
  },
  {
    name: 'BasicSR',
    tags: [
      'losses/l_g_pix',
      'losses/l_g_gan',
      'metrics/Set5/psnr',
      'metrics/Set14/psnr',
      'losses/out_d_real',
    ],
    expected: [
      'Losses: l_g_gan (l_g_gan)',
      'Losses: l_g_pix (l_g_pix)',
      'Losses: out_d_real (out_d_real)',
      'Validation: psnr (Set5, Set14)',
    ],
  },
  {
    name: 'others are grouped by their prefix',
    tags: ['my_group/temperature', 'color'],
    expected: ['My group: temperature (temperature)', 'Other: color (color)'],
  },
  {
    name: 'names of object properties are ordinary names',
    tags: ['constructor', '__proto__/toString'],
    expected: ['Other: constructor (constructor)', 'Proto: toString (toString)'],
  },
  { name: 'nothing', tags: [], expected: [] },
])('$name', ({ tags, expected }) => {
  expect(plan(...tags).toSorted()).toEqual(expected.toSorted());
  expect(plan(...tags.toReversed())).toEqual(plan(...tags));
});

test.each([
  ['validation/psnr_y', 'bicubic/psnr_y'],
  ['validation/set5/psnr_y', 'bicubic/set5/psnr_y'],
  ['validation/set5/loss', undefined],
  ['validation/ssim_rgb', 'bicubic/ssim_rgb'],
  ['validation/other', undefined],
  ['train/psnr_y', undefined],
])('bicubic upscaling of %s: %s', (tag, expected) => {
  expect(bicubicTag(tag)).toBe(expected);
});

test('losses and norms are smoothed, all else is not', () => {
  const tags = ['train/content_loss', 'train/g_gradient_norm', 'train/learning_rate', 'validation/psnr_y'];
  const charts = planCharts([...tags, 'losses/l_g_pix', 'machine/steps_per_second']).flatMap(
    ({ charts: inGroup }) => inGroup,
  );
  const noisy = charts.filter(({ isNoisy }) => isNoisy).map(({ title }) => title);
  expect(noisy).toEqual(['Content loss', 'l_g_pix', 'Gradient norm']);
});

test('no two curves of a chart have one name', () => {
  const [group] = planCharts(['val/loss', 'eval/loss', 'train/loss']);
  expect(group?.charts[0]?.curves.map(({ label }) => label)).toEqual(['eval/loss', 'train', 'val/loss']);
});

test('groups keep their order', () => {
  const titles = planCharts([
    'zeta/x',
    'machine/memory_bytes',
    'alpha/x',
    'validation/psnr_y',
    'train/content_loss',
  ]);
  expect(titles.map(({ title }) => title)).toEqual(['Losses', 'Validation', 'Machine', 'Alpha', 'Zeta']);
});
