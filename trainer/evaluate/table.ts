import { formatScore } from '../format/format.ts';
import type { Measure } from '../measures/measure.ts';
import { type Metric, metricHeading, metrics } from '../metrics/metrics.ts';
import { type Evaluation, valuesOf } from './results/evaluation.ts';

/** Cells of a table; the first row is the head. */
export type Cells = readonly (readonly string[])[];

/**
 * Evaluations as text: a table with a title for each measure. The protocol `seed` shows minimum / mean / maximum over the
 * images, as the original program did.
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
      return `Protocol ${measure.protocol}: ${measure.description}\n${table}\n`;
    })
    .join('\n');
}

/**
 * The mean of a metric; under the protocol `seed` minimum / mean / maximum. An infinite PSNR is followed by the number of
 * images that are reproduced exactly.
 */
export function valueText(evaluation: Evaluation, metric: Metric): string {
  const values = valuesOf(evaluation.images, metric);
  const mean = evaluation[metric] ?? Number.NaN;
  const numbers = evaluation.protocol === 'seed' ? [Math.min(...values), mean, Math.max(...values)] : [mean];
  const text = numbers.map((value) => formatScore(value, metrics[metric].digits)).join(' / ');
  const exact = values.filter((value) => value === Number.POSITIVE_INFINITY).length;
  return exact === 0 ? text : `${text} (${exact} exact)`;
}

/** Aligns columns: the first `words` to the left, numbers to the right. */
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
