import { formatClock, formatCount, formatDuration, formatScore, formatValue } from '../format/format.ts';
import { type Cell, type Column, isEmpty, numberOf, plainCell } from './table.ts';

/** The unit of a column, for its head; empty without one. */
export function unitOf({ key, kind }: Column): string {
  if (kind === 'fraction') return '%';
  if (key === 'rate') return '1/s';
  return metricOf(key).startsWith('psnr') ? 'dB' : '';
}

/** A cell for people, without its unit; empty for none. Times are local. */
export function formatCell(column: Column, cell: Cell | undefined): string {
  if (isEmpty(cell)) return '';
  const { kind, source, key } = column;
  if (kind === 'boolean') return cell === true ? 'yes' : source === 'config' ? 'no' : '';
  if (Array.isArray(cell)) return cell.join(', ');
  const value = numberOf(cell);
  if (value === undefined) return plainCell(column, cell);
  if (kind === 'time') return formatClock(value / 1000).slice(0, -3);
  if (kind === 'duration') return formatDuration(value);
  if (kind === 'fraction') return String(Math.floor(value * 100));
  if (source === 'config') return String(value);
  if (source === 'run') return key === 'step' || key === 'steps' ? formatCount(value) : formatValue(value);
  const metric = metricOf(key);
  if (metric.startsWith('psnr')) return formatScore(value, 3);
  return metric.startsWith('ssim') ? formatScore(value, 4) : formatValue(value);
}

/** `psnr_y` of `best.psnr_y` and `bicubic_psnr_y`, `psnr` of `set5.paper-y.psnr`. */
function metricOf(key: string): string {
  return key.replace(/^.*\./s, '').replace(/^bicubic_/, '');
}
