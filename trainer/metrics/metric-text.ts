import { formatScore } from '../format/format.ts';
import { type Metric, metrics } from './metrics.ts';

/** The value of a metric; infinite if equal images were measured. */
export interface MetricValue {
  readonly metric: Metric;
  readonly value: number | 'Infinity';
}

/** `PSNR 25.40`, with its unit `PSNR 25.40 dB`; `LPIPS 0.1234`. */
export function metricText(measured: MetricValue, withUnit: 'with unit' | 'without unit'): string {
  const text = withUnit === 'with unit' ? scoreText(measured) : numberText(measured);
  return `${metrics[measured.metric].title} ${text}`;
}

/** `25.40 dB`, `0.1234` */
export function scoreText(measured: MetricValue): string {
  const { unit } = metrics[measured.metric];
  return unit === '' ? numberText(measured) : `${numberText(measured)} ${unit}`;
}

function numberText({ metric, value }: MetricValue): string {
  return formatScore(value, metric.startsWith('psnr') ? 2 : metrics[metric].digits);
}
