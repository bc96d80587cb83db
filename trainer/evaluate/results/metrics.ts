/** What is measured of an image, and how it is shown. */
export const metrics = {
  psnr: { title: 'PSNR dB', digits: 3, isLowerBetter: false },
  ssim: { title: 'SSIM', digits: 4, isLowerBetter: false },
  /** Between what a net sees in the two images; which net, the protocol says. */
  distance: { title: 'distance', digits: 4, isLowerBetter: true },
} as const;

export type Metric = keyof typeof metrics;

export const metricNames = ['psnr', 'ssim', 'distance'] as const satisfies readonly Metric[];

/** Values by metric. */
export type Values = Readonly<Partial<Record<Metric, number>>>;
