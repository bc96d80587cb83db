// Numbers for people, the same in the terminal, in the editor and in its panels.

/** An integer with commas between thousands: `88,210`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** The current epoch, from 1; the last if all are done. */
export function currentEpoch(done: number, all: number | null): number {
  return all === null ? done + 1 : Math.min(done + 1, all);
}

/** A short integer: `950`, `14.1k`, `16.7M`. */
export function formatShortCount(count: number): string {
  if (count < 1000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1e6, 'M'];
  return `${value < 99.95 ? Number(value.toFixed(1)) : Math.round(value)}${unit}`;
}

/** Seconds in at most two units: `40 s`, `5 min 3 s`, `1 h 12 min`, `2 d 4 h`; `?` if not finite. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.max(Math.round(seconds), 0);
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  const shown = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return shown
    .filter(([count], index) => count > 0 || index === 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Steps per second, or seconds per step if they are slow: `4.1 it/s`, `12 s/it`. */
export function formatRate(stepsPerSecond: number): string {
  if (stepsPerSecond === 0) return '0 it/s';
  const [value, unit] = stepsPerSecond >= 1 ? [stepsPerSecond, 'it/s'] : [1 / stepsPerSecond, 's/it'];
  return `${value < 9.95 ? value.toFixed(1) : formatCount(value)} ${unit}`;
}

/** Bytes in powers of 1000, like disks and downloads: `512 B`, `63.7 MB`, `3.9 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** An estimate with `digits` significant digits, without an exponent: `0.7`, `1200`. */
export function formatRoughly(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

/** An estimate of bytes, in powers of 1000: `640 MB`, `7.4 GB`. */
export function formatRoughBytes(bytes: number, digits: number): string {
  const megabytes = Number((bytes / 1e6).toPrecision(digits));
  return megabytes < 1000 ? `${megabytes} MB` : `${formatRoughly(bytes / 1e9, digits)} GB`;
}

/** An estimate of a duration, in its largest unit: `40 s`, `12 min`, `2 h`, `5 days`. */
export function formatRoughDuration(seconds: number, digits: number): string {
  const units = [
    [86_400, 'days', 2],
    [3600, 'h', 1.5],
    [60, 'min', 1.5],
  ] as const;
  for (const [length, name, minimum] of units) {
    if (seconds >= minimum * length) return `${formatRoughly(seconds / length, digits)} ${name}`;
  }
  return `${formatRoughly(seconds, digits)} s`;
}

/**
 * A measured value with four significant digits, in the same width for the same magnitude: `0.01234`, `25.49`,
 * `1,234`, `2.000e-4`, `NaN`.
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

/** A percentage, without the sign: `99.5`, `3.2`, `0.01`, `<0.01`. */
export function formatPercentage(percentage: number): string {
  if (percentage > 0 && percentage < 0.01) return '<0.01';
  return percentage.toFixed(percentage < 0.1 ? 2 : 1);
}

/** A PSNR in dB, or another score, without the unit. */
export function formatScore(score: number | 'Infinity', digits = 2): string {
  return Number.isFinite(score) ? Number(score).toFixed(digits) : '∞';
}

/** Date and time of the day, local: `2030-01-31 13:05:09`. @param seconds since 1970 */
export function formatClock(seconds: number): string {
  const date = new Date(seconds * 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
