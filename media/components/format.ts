const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** 182200 as `182,200`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** Seconds as the two largest units that say something: `45 s`, `3 min 20 s`, `1 h 12 min`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < minute) return `${whole} s`;
  if (whole < 10 * minute) return two(whole, minute, 'min', 1, 's');
  if (whole < hour) return `${Math.round(whole / minute)} min`;
  if (whole < day) return two(whole, hour, 'h', minute, 'min');
  return two(whole, day, 'd', hour, 'h');
}

function two(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const smalls = Math.round(seconds / small);
  const rest = smalls % (large / small);
  const count = (smalls - rest) / (large / small);
  return `${count} ${largeUnit}${rest ? ` ${rest} ${smallUnit}` : ''}`;
}

/** Steps a second as people say it: `4.1 steps/s`, or `3.2 s/step` where a step takes longer. */
export function formatRate(stepsPerSecond: number): string {
  if (stepsPerSecond >= 1) return `${significant(stepsPerSecond, 2)} steps/s`;
  return stepsPerSecond > 0 ? `${significant(1 / stepsPerSecond, 2)} s/step` : '0 steps/s';
}

/** Bytes in binary units, two figures at least: `980 B`, `3.4 MiB`, `12 GiB`. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (size < 999.5) return `${unit === 'B' ? Math.round(size) : significant(size, 2)} ${unit}`;
    size /= 1024;
  }
  return `${significant(size, 2)} TiB`;
}

/**
 * A measured value in four significant figures, in the same width for the same size: `0.01234`, `25.49`, `1,234`,
 * `2.000e-4`. `NaN` where there is none.
 */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e7) return `${sign}${size.toExponential(3).replace('e+', 'e')}`;
  if (size >= 1000) return `${sign}${formatCount(size)}`;
  return `${sign}${size.toPrecision(4)}`;
}

/** Figures after the point only as far as `figures` in all. */
function significant(value: number, figures: number): string {
  if (value >= 10 ** (figures - 1))
    return value >= 10 ** figures ? formatCount(value) : value.toFixed(value < 10 ? 1 : 0);
  return value.toPrecision(figures);
}

/** A time of the day with its date, in local time: `2030-01-31 13:05:09`. @param seconds since 1970 */
export function formatClock(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
