import type { WeightsReport } from '../../server/protocol/upscaling.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';

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

export function metricFacts(metrics: Readonly<Record<string, number | null>>): Fact[] {
  return Object.entries(metrics).map(([key, value]) => {
    const name = metricNames[key] ?? key;
    if (value === null) return [name, '∞'];
    return [name, key.startsWith('psnr') ? `${value.toFixed(2)} dB` : value.toFixed(4)];
  });
}

/** Display names of validation metrics. */
const metricNames: Readonly<Record<string, string>> = {
  psnr: 'PSNR (RGB)',
  ssim: 'SSIM (RGB)',
  psnr_y: 'PSNR (Y)',
};

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
