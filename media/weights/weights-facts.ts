import type { WeightsReport } from '../../server/protocol/upscaling.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';

/** A line of facts: what, and its value. */
export type Fact = readonly [string, string];

/** What stands in a report, under headings. */
export function facts(report: WeightsReport): readonly (readonly [string, readonly Fact[]])[] {
  const { options, checkpoint } = report;
  const file: Fact[] = [
    ['format', report.format],
    ...(report.layout === null
      ? []
      : [['names of tensors', layoutNames[report.layout] ?? report.layout] as const]),
    ...(report.wrapper.length === 0 ? [] : [['wrapped in', report.wrapper.join(' › ')] as const]),
    ['types', [...new Set(report.tensors.map(({ dtype }) => dtype))].join(', ')],
    ['parameters', formatCount(report.parameters)],
    ['size', formatBytes(report.bytes)],
    ['SHA-256', report.sha256],
    ['path', report.path],
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
              ['run', checkpoint.run],
              ['stage', checkpoint.stage],
              ['step', formatCount(checkpoint.step)],
            ],
          ] as const,
        ]),
  ];
}

/** Whose names tensors have, for people. */
const layoutNames: Readonly<Record<string, string>> = {
  basicsr: 'BasicSR, Real-ESRGAN',
  'esrgan-old': 'ESRGAN, first version',
  'esrgan-new': 'ESRGAN, later version',
  seed: 'the original program',
  'seed-old': 'the original program, first version',
};

/** The results of a validation. */
export function metricFacts(metrics: Readonly<Record<string, number | null>>): Fact[] {
  return Object.entries(metrics).map(([key, value]) => {
    const name = metricNames[key] ?? key;
    if (value === null) return [name, '∞'];
    return [name, key.startsWith('psnr') ? `${value.toFixed(2)} dB` : value.toFixed(4)];
  });
}

/** What the trainer validates by, for people. */
const metricNames: Readonly<Record<string, string>> = {
  psnr: 'PSNR on RGB',
  ssim: 'SSIM on RGB',
  psnr_y: 'PSNR on Y',
};

/** A line of the table of tensors. */
export interface TensorRow {
  readonly name: string;
  readonly shape: string;
  readonly dtype: string;
}

/** The tensors whose names have all words of the search in them. */
export function tensorTable(
  tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype?: string }[],
  search: string,
): TensorRow[] {
  const words = search.toLowerCase().split(/\s+/);
  return tensors
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .map(({ name, shape, dtype = '' }) => ({
      name,
      shape: shape.length === 0 ? 'number' : shape.join(' × '),
      dtype,
    }));
}
