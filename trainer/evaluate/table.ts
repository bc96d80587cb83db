import { type Metric, metricHeading, metrics } from '../metrics/metrics.ts';
import type { Measure } from './measure.ts';
import { type Evaluation, valuesOf } from './results/evaluation.ts';

/** A table as cells: the head first. */
export type Cells = readonly (readonly string[])[];

/**
 * Evaluations as text for a person: a table for each measure, under a head that says what it measures. The
 * protocol of the original's test program gives minimum / mean / maximum over the images, as that did.
 */
export function evaluationTables(evaluations: readonly Evaluation[], measures: readonly Measure[]): string {
  return measures
    .map((measure) => {
      const rows = evaluations
        .filter(({ protocol }) => protocol === measure.protocol)
        .map((evaluation) => [
          evaluation.model,
          evaluation.data,
          String(evaluation.images.length),
          ...measure.metrics.map((metric) => valueText(evaluation, metric)),
        ]);
      const titles = measure.metrics.map(metricHeading);
      const table = alignCells([['model', 'data', 'images', ...titles], ...rows], 2);
      return `protocol ${measure.protocol}: ${measure.description}\n${table}\n`;
    })
    .join('\n');
}

/** The mean of a metric; under the protocol `seed` minimum / mean / maximum. */
export function valueText(evaluation: Evaluation, metric: Metric): string {
  const values = valuesOf(evaluation.images, metric);
  const mean = evaluation[metric] ?? Number.NaN;
  const numbers = evaluation.protocol === 'seed' ? [Math.min(...values), mean, Math.max(...values)] : [mean];
  return numbers.map((value) => value.toFixed(metrics[metric].digits)).join(' / ');
}

/** Columns of equal width: the first `words` to the left, numbers to the right. */
export function alignCells(rows: Cells, words: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column < words ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
