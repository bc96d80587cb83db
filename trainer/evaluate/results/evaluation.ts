import type { Metric, Values } from '../../metrics/metrics.ts';

/** What one model reaches on one test set under one protocol: the means of its metrics, and the values of each image. */
export interface Evaluation extends Values {
  readonly model: string;
  readonly data: string;
  readonly protocol: string;
  readonly images: readonly ({ readonly name: string } & Values)[];
}

/** The values of one metric, image by image. */
export function valuesOf(images: Evaluation['images'], metric: Metric): number[] {
  return images.map((image) => image[metric] ?? Number.NaN);
}
