import type { Metric, Values } from '../../metrics/metrics.ts';

/** The result of a model on a test set under a protocol: the means of the metrics, and the values of each image. */
export interface Evaluation extends Values {
  readonly model: string;
  readonly data: string;
  readonly protocol: string;
  readonly images: readonly ({ readonly name: string } & Values)[];
}

/** The values of a metric by image. */
export function valuesOf(images: Evaluation['images'], metric: Metric): number[] {
  return images.map((image) => image[metric] ?? Number.NaN);
}
