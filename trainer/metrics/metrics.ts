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

/** Of luma (Y), which a validation measures besides those of RGB. Evaluations have a protocol of Y instead. */
const lumaMetrics = {
  psnr_y: { ...pixelMetrics.psnr, title: 'PSNR of Y' },
  ssim_y: { ...pixelMetrics.ssim, title: 'SSIM of Y' },
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
  ...lumaMetrics,
  ...perceptualMetrics,
  /** Between the features that a network computes from the two images. The protocol names the network. */
  distance: { title: 'distance', unit: '', digits: 4, isLowerBetter: true },
};

export type PixelMetric = keyof typeof pixelMetrics;
export type PerceptualMetric = keyof typeof perceptualMetrics;
export type Metric = ValidationMetric | 'distance';

export const pixelMetricNames = Object.keys(pixelMetrics).filter(isPixelMetric);
export const perceptualMetricNames = Object.keys(perceptualMetrics).filter(isPerceptualMetric);
/** All but those of luma. */
export const metricNames = Object.keys(metrics).filter(isMetric);

/** Metrics of a validation: of pixels in RGB and of luma, and the perceptual ones. */
export type ValidationMetric = PixelMetric | keyof typeof lumaMetrics | PerceptualMetric;

export const validationMetricNames = Object.keys(metrics).filter(isValidationMetric);

export function isValidationMetric(name: string): name is ValidationMetric {
  return isPixelMetric(name) || Object.hasOwn(lumaMetrics, name) || isPerceptualMetric(name);
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
  return Object.hasOwn(metrics, name) && !Object.hasOwn(lumaMetrics, name);
}
