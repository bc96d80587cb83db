/** A whole number with commas between thousands: `88,210`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** A number of parameters: `850`, `38.4 k`, `16.7 M`. */
export function formatParameters(count: number): string {
  if (count < 1000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1e6, 'M'];
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** An estimate with so many significant digits, without an exponent: `0.7`, `1200`. */
export function formatRoughly(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

/** Bytes of an estimate, by powers of 1024: `640 MiB`, `7.4 GiB`. */
export function formatRoughBytes(bytes: number, digits: number): string {
  const mebibytes = Number((bytes / 2 ** 20).toPrecision(digits));
  return mebibytes < 1000 ? `${mebibytes} MiB` : `${formatRoughly(bytes / 2 ** 30, digits)} GiB`;
}

/** A duration in its largest unit: `40 s`, `12 min`, `2 h`, `5 days`. */
export function formatRoughDuration(seconds: number, digits: number): string {
  const units = [
    [86_400, 'days', 2],
    [3600, 'h', 1.5],
    [60, 'min', 1.5],
  ] as const;
  for (const [length, name, least] of units) {
    if (seconds >= least * length) return `${formatRoughly(seconds / length, digits)} ${name}`;
  }
  return `${formatRoughly(seconds, digits)} s`;
}

/** Seconds as people say them, in at most two units: `40 s`, `5 min 3 s`, `1 h 12 min`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const units = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  const said = first < 0 ? units.slice(-1) : units.slice(first, first + 2);
  return said
    .filter(([count], index) => count > 0 || index === 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** Steps a second, or seconds a step where they are slow: `4.1 it/s`, `12 s/it`. */
export function formatRate(stepsPerSecond: number): string {
  const [value, unit] = stepsPerSecond >= 1 ? [stepsPerSecond, 'it/s'] : [1 / stepsPerSecond, 's/it'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
