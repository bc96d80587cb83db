import type { WeightsReport } from '../../server/protocol/upscaling.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';
import { metricNames, metrics } from '../../trainer/metrics/metrics.ts';

/** A name and its value. */
export type Fact = readonly [string, string];

/** The facts of a report under their headings. */
export function facts(report: WeightsReport): readonly (readonly [string, readonly Fact[]])[] {
  const { options, checkpoint } = report;
  const file: Fact[] = [
    ['Format', report.format],
    ...(report.layout === null
      ? []
      : [['Tensor naming', layoutNames[report.layout] ?? report.layout] as const]),
    ...(report.wrapper.length === 0 ? [] : [['Wrapped in', report.wrapper.join(' › ')] as const]),
    ...report.others.map((prefix) => ['Also contains', `another generator: ${prefix}`] as const),
    ['Types', [...new Set(report.tensors.map(({ dtype }) => dtype))].join(', ')],
    ['Parameters', formatCount(report.parameters)],
    ['Size', formatBytes(report.bytes)],
    ['SHA-256', report.sha256],
    ['Path', report.path],
  ];
  return [
    ['File', file],
    ...(options === null
      ? []
      : [['Generator', Object.entries(options).map(([key, value]): Fact => [key, String(value)])] as const]),
    ...(checkpoint === null
      ? []
      : [
          [
            'Checkpoint',
            [
              ['Run', checkpoint.run],
              ['Stage', checkpoint.stage],
              ['Step', formatCount(checkpoint.step)],
            ],
          ] as const,
        ]),
  ];
}

/** What is wrong with weights of which some values are infinite or NaN. */
export function notFiniteText({ notFinite }: WeightsReport): string {
  const values = notFinite.reduce((sum, { count }) => sum + count, 0);
  const others = notFinite.length > 1 ? ` and ${formatCount(notFinite.length - 1)} other tensors` : '';
  return `${formatCount(values)} values of ${notFinite[0]?.name}${others} are infinite or NaN: training diverged, or the file is damaged. The model cannot be used.`;
}

/** Display names of tensor namings. */
const layoutNames: Readonly<Record<string, string>> = {
  basicsr: 'BasicSR, Real-ESRGAN',
  'esrgan-old': 'ESRGAN (first version)',
  'esrgan-new': 'ESRGAN (later version)',
  seed: 'Original program',
  'seed-old': 'Original program (first version)',
};

/**
 * The metrics of a validation: of R, G and B by their names, of luma with the suffix `_y`, of bicubic upscaling with the
 * prefix `bicubic_`.
 */
export function metricFacts(values: Readonly<Record<string, number | null>>): Fact[] {
  return Object.entries(values).map(([fullKey, value]) => {
    const key = fullKey.replace(/^bicubic_/, '');
    const suffix = key === fullKey ? '' : ', bicubic';
    const metric = metricNames.find((name) => key === name || key === `${name}_y`);
    const { title, unit, digits } = metric ? metrics[metric] : { title: fullKey, unit: '', digits: 4 };
    const label = metric ? `${title} (${key === metric ? 'RGB' : 'Y'})${suffix}` : title;
    return [label, value === null ? '∞' : `${value.toFixed(digits)} ${unit}`.trimEnd()];
  });
}

/** A row of the tensor table. */
export interface TensorRow {
  readonly name: string;
  readonly shape: string;
  readonly dtype: string;
}

/** The tensors whose names contain all words of the search. */
export function tensorTable(
  tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype?: string }[],
  search: string,
): TensorRow[] {
  const words = search.toLowerCase().split(/\s+/);
  return tensors
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .map(({ name, shape, dtype = '' }) => ({
      name,
      shape: shape.length === 0 ? 'scalar' : shape.join(' × '),
      dtype,
    }));
}
