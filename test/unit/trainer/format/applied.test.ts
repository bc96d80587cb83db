import { expect, test } from 'vitest';
import { describeApplied } from '../../../../trainer/format/applied.ts';

test.each<[string, Record<string, number | string>, string]>([
  ['blur', { kernel: 'iso', size: 13, sigma: 1.23456 }, 'blur: iso, 13 px, sigma 1.23'],
  [
    'blur',
    { kernel: 'plateau_aniso', size: 7, sigma_x: 2.5, sigma_y: 0.4, angle: Math.PI / 6, beta: 1.2 },
    'blur: plateau_aniso, 7 px, sigma 2.5 x 0.4, 30°, beta 1.2',
  ],
  ['resize', { factor: 0.6234, mode: 'bicubic', width: 80, height: 64 }, 'resize: x0.623, bicubic, to 80x64'],
  ['noise', { kind: 'gaussian', sigma: 12, channels: 'gray' }, 'noise: gaussian, sigma 12, gray'],
  ['jpeg', { quality: 43, chroma: '4:2:0' }, 'jpeg: quality 43, 4:2:0'],
  ['flip', { direction: 'both' }, 'flip: both directions'],
  ['dropout', { holes: 8, size: 2 }, 'dropout: 8 holes, 2 px'],
  ['downscale', { mode: 'bicubic', width: 32, height: 32 }, 'downscale: bicubic, to 32x32 with surroundings'],
  ['downscale', { mode: 'bicubic', width: 16, height: 16 }, 'downscale: bicubic, to 16x16'],
  ['transpose', {}, 'transpose'],
])('%s', (op, drawn, expected) =>
  expect(describeApplied({ op, drawn }, { width: 16, height: 16 })).toBe(expected),
);
