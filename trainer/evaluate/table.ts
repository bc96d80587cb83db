import { protocols } from '../metrics/protocols.ts';
import type { Evaluation } from './evaluate.ts';

/** Evaluations as text for a person: a table for each protocol, under a head that says what it measures. */
export function evaluationTables(evaluations: readonly Evaluation[]): string {
  const names = [...new Set(evaluations.map(({ protocol }) => protocol))];
  return names
    .map((name) => {
      const rows = evaluations
        .filter(({ protocol }) => protocol === name)
        .map(({ model, data, images, psnr, ssim }) => [
          model,
          data,
          String(images.length),
          psnr.toFixed(3),
          ssim.toFixed(4),
        ]);
      const table = align([['model', 'data', 'images', 'PSNR dB', 'SSIM'], ...rows]);
      return `protocol ${name}: ${protocols[name].description}\n${table}\n`;
    })
    .join('\n');
}

/** Words to the left, numbers (from the third column) to the right. */
function align(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  '),
    )
    .join('\n');
}
