import { expect, test } from 'vitest';
import { type MetricValue, metricText } from '../../../../trainer/metrics/metric-text.ts';

test.each<[MetricValue, string, string]>([
  [{ metric: 'psnr', value: 25.404 }, 'PSNR 25.40', 'PSNR 25.40 dB'],
  [{ metric: 'psnr', value: 'Infinity' }, 'PSNR ∞', 'PSNR ∞ dB'],
  [{ metric: 'ssim', value: 0.71239 }, 'SSIM 0.7124', 'SSIM 0.7124'],
  [{ metric: 'lpips', value: 0.12345 }, 'LPIPS 0.1235', 'LPIPS 0.1235'],
  [{ metric: 'niqe', value: 4.5 }, 'NIQE 4.500', 'NIQE 4.500'],
])('%j', (measured, without, withUnit) =>
  expect([metricText(measured, 'without unit'), metricText(measured, 'with unit')]).toEqual([
    without,
    withUnit,
  ]),
);
