interface MetricTraits {
  readonly title: string;
  /** Empty for a number without unit. */
  readonly unit: string;
  /** Decimals in tables. */
  readonly digits: number;
  readonly isLowerBetter: boolean;
}

/** Metrics of pixels; `protocols.ts` computes them. */
const pixelMetrics = {
  psnr: { title: 'PSNR', unit: 'dB', digits: 3, isLowerBetter: false },
  ssim: { title: 'SSIM', unit: '', digits: 4, isLowerBetter: false },
} as const satisfies Record<string, MetricTraits>;

/** Metrics of what people see, by networks or a model of natural images; `trainer/measures` computes them. */
const perceptualMetrics = {
  lpips: { title: 'LPIPS', unit: '', digits: 4, isLowerBetter: true },
  dists: { title: 'DISTS', unit: '', digits: 4, isLowerBetter: true },
  niqe: { title: 'NIQE', unit: '', digits: 3, isLowerBetter: true },
} as const satisfies Record<string, MetricTraits>;

/** All metrics; tables, reports, charts and evaluation files derive from this table. */
export const metrics: Readonly<Record<Metric, MetricTraits>> = {
  ...pixelMetrics,
  ...perceptualMetrics,
  /** Between the features that a network computes from the two images. The protocol names the network. */
  distance: { title: 'distance', unit: '', digits: 4, isLowerBetter: true },
};

export type PixelMetric = keyof typeof pixelMetrics;
export type PerceptualMetric = keyof typeof perceptualMetrics;
export type Metric = PixelMetric | PerceptualMetric | 'distance';

export const pixelMetricNames = Object.keys(pixelMetrics).filter(isPixelMetric);
export const perceptualMetricNames = Object.keys(perceptualMetrics).filter(isPerceptualMetric);
export const metricNames = Object.keys(metrics).filter(isMetric);

/** Metrics of a validation: of pixels in RGB and, with `_y`, of luma, and the perceptual ones. */
export type ValidationMetric = PixelMetric | `${PixelMetric}_y` | PerceptualMetric;

/** The metric without its color space; undefined if a validation has no such metric. */
export function metricOfValidation(name: string): PixelMetric | PerceptualMetric | undefined {
  const base = name.replace(/_y$/, '');
  if (isPixelMetric(base)) return base;
  return isPerceptualMetric(name) ? name : undefined;
}

/** Values by metric. PSNR in dB, Infinity for equal images. */
export type Values = Readonly<Partial<Record<Metric, number>>>;

/** A value for each metric of pixels. */
export type Score = Readonly<Record<PixelMetric, number>>;

/** Builds a score from a function that gives the value of a metric. */
export function scoreOf(value: (metric: PixelMetric) => number): Score {
  return { psnr: value('psnr'), ssim: value('ssim') };
}

/** The title with its unit, as in the head of a table. */
export function metricHeading(metric: Metric): string {
  const { title, unit } = metrics[metric];
  return unit === '' ? title : `${title} ${unit}`;
}

/** Whether a value of a metric is better than another one. */
export function isBetter(metric: Metric, value: number, other: number): boolean {
  return metrics[metric].isLowerBetter ? value < other : value > other;
}

function isPixelMetric(name: string): name is PixelMetric {
  return Object.hasOwn(pixelMetrics, name);
}

export function isPerceptualMetric(name: string): name is PerceptualMetric {
  return Object.hasOwn(perceptualMetrics, name);
}

function isMetric(name: string): name is Metric {
  return Object.hasOwn(metrics, name);
}
