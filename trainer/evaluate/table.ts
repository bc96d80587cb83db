import { protocols } from '../metrics/protocols.ts';
import type { Evaluation } from './evaluate.ts';

/** A table as cells: the head first. */
export type Cells = readonly (readonly string[])[];

/**
 * Evaluations as text for a person: a table for each protocol, under a head that says what it measures. The
 * protocol of the original's test program gives minimum / mean / maximum over the images, as that did.
 */
export function evaluationTables(evaluations: readonly Evaluation[]): string {
  const names = [...new Set(evaluations.map(({ protocol }) => protocol))];
  return names
    .map((name) => {
      const rows = evaluations
        .filter(({ protocol }) => protocol === name)
        .map((evaluation) => [
          evaluation.model,
          evaluation.data,
          String(evaluation.images.length),
          scoreText(evaluation, 'psnr'),
          scoreText(evaluation, 'ssim'),
        ]);
      const table = alignCells([['model', 'data', 'images', 'PSNR dB', 'SSIM'], ...rows], 2);
      return `protocol ${name}: ${protocols[name].description}\n${table}\n`;
    })
    .join('\n');
}

/** PSNR in dB or SSIM: the mean; under the protocol `seed` minimum / mean / maximum. */
export function scoreText({ protocol, images, ...means }: Evaluation, metric: 'psnr' | 'ssim'): string {
  const values = images.map((image) => image[metric]);
  const numbers =
    protocol === 'seed' ? [Math.min(...values), means[metric], Math.max(...values)] : [means[metric]];
  return numbers.map((value) => value.toFixed(decimals[metric])).join(' / ');
}

/** Digits behind the point that are worth showing. */
export const decimals = { psnr: 3, ssim: 4 } as const;

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
