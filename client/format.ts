/** A whole number with commas between thousands: `88,210`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A number of steps in little room: `950`, `14.1k`, `141k`, `1.2M`. */
export function formatSteps(steps: number): string {
  if (steps < 1000) return String(steps);
  const [value, unit] = steps < 999_500 ? [steps / 1000, 'k'] : [steps / 1_000_000, 'M'];
  return `${value < 99.95 ? Number(value.toFixed(1)) : Math.round(value)}${unit}`;
}

/** Seconds as people say them, in at most two units: `40 s`, `5 m 3 s`, `1 h 12 m`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor(whole / 3600) % 24;
  const minutes = Math.floor(whole / 60) % 60;
  if (days > 0) return join([days, 'd'], [hours, 'h']);
  if (hours > 0) return join([hours, 'h'], [minutes, 'm']);
  return minutes > 0 ? join([minutes, 'm'], [whole % 60, 's']) : `${whole} s`;
}

function join(...parts: (readonly [count: number, unit: string])[]): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Steps a second, or seconds a step where they are slow: `4.1 it/s`, `12 s/it`. */
export function formatRate(stepsPerSecond: number): string {
  const [value, unit] = stepsPerSecond >= 1 ? [stepsPerSecond, 'it/s'] : [1 / stepsPerSecond, 's/it'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** Bytes in the unit that keeps them short, by powers of 1024: `512 B`, `63.7 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
