/** Numbers, integers, seconds since a start, or Unix times in seconds. */
export type AxisKind = 'number' | 'count' | 'duration' | 'clock';

export interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const durations = [
  1,
  2,
  5,
  10,
  15,
  30,
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
  91 * day,
  364 * day,
];

/**
 * At most `most` ticks at round values between `min` and `max`.
 *
 * @param timeZoneOffset local time minus UTC in seconds, for clocks
 */
export function ticks(
  kind: AxisKind,
  min: number,
  max: number,
  isLog: boolean,
  most: number,
  timeZoneOffset = 0,
): Ticks {
  if (isLog) return logTicks(kind, min, max, most);
  if (kind === 'duration') return durationTicks(min, max, most);
  if (kind === 'clock') return clockTicks(min, max, most, timeZoneOffset);
  const smallest = kind === 'count' ? 1 : 0;
  let step = roundStep((max - min) / Math.max(1, most), smallest);
  // A single tick would not show the scale.
  while (step > smallest && multiples(step, min, max).length < 2) step = roundStep(step / 3, smallest);
  const values = multiples(step, min, max);
  return { values, labels: labelsOf(values, step) };
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `atLeast`. */
function roundStep(atLeast: number, smallest: number): number {
  if (atLeast <= smallest) return smallest;
  const power = 10 ** Math.floor(Math.log10(atLeast));
  for (const factor of [1, 2, 5]) if (factor * power >= atLeast * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

function multiples(step: number, min: number, max: number, offset = 0): number[] {
  const values: number[] = [];
  const first = Math.ceil((min + offset) / step - 1e-9);
  const last = Math.floor((max + offset) / step + 1e-9);
  for (let n = first; n <= last; n++) values.push(exact(n * step) - offset);
  return values;
}

/** 0.30000000000000004 as 0.3. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}

function logTicks(kind: AxisKind, min: number, max: number, most: number): Ticks {
  const first = Math.floor(Math.log10(min) + 1e-9);
  const last = Math.ceil(Math.log10(max) - 1e-9);
  const decades = Math.max(1, last - first);
  const digits = decades * 3 <= most ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / Math.max(1, most)));
  const values: number[] = [];
  for (let power = first; power <= last; power++) {
    if ((power - first) % every !== 0) continue;
    for (const digit of digits) {
      const value = exact(digit * 10 ** power);
      if (value >= min && value <= max) values.push(value);
    }
  }
  if (values.length < 2) return ticks(kind, min, max, false, most);
  return {
    values,
    labels: values.map((value) =>
      kind === 'duration' ? durationLabel(value) : (labelsOf([value], value)[0] ?? ''),
    ),
  };
}

function durationTicks(min: number, max: number, most: number): Ticks {
  const atLeast = (max - min) / Math.max(1, most);
  if (atLeast < 0.5) return ticks('number', min, max, false, most);
  const step = durations.find((duration) => duration >= atLeast) ?? roundStep(atLeast / day, 1) * day;
  const values = multiples(step, min, max);
  return { values, labels: values.map(durationLabel) };
}

function durationLabel(seconds: number): string {
  if (seconds === 0) return '0';
  const sign = seconds < 0 ? '−' : '';
  const whole = Math.abs(seconds);
  if (whole < minute) return `${sign}${exact(whole)}s`;
  if (whole < hour) return `${sign}${parts(whole, minute, 'm', 1, 's')}`;
  if (whole < 2 * day) return `${sign}${parts(whole, hour, 'h', minute, 'm')}`;
  return `${sign}${parts(whole, day, 'd', hour, 'h')}`;
}

function parts(seconds: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.round((seconds % large) / small);
  return `${Math.floor(seconds / large)}${largeUnit}${rest ? ` ${rest}${smallUnit}` : ''}`;
}

function clockTicks(min: number, max: number, most: number, timeZoneOffset: number): Ticks {
  const atLeast = Math.max(1, (max - min) / Math.max(1, most));
  const step = durations.find((duration) => duration >= atLeast) ?? roundStep(atLeast / day, 1) * day;
  const values = multiples(step, min, max, timeZoneOffset);
  return { values, labels: values.map((value) => clockLabel(value + timeZoneOffset, step)) };
}

/** The date at the start of a day, else the time. */
function clockLabel(localSeconds: number, step: number): string {
  const text = new Date(localSeconds * 1000).toISOString();
  if (localSeconds % day === 0) return text.slice(5, 10);
  return text.slice(11, step % minute === 0 ? 16 : 19);
}

const thousands: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** The shortest distinct labels, all in the form that suits the largest value. */
function labelsOf(values: readonly number[], step: number): string[] {
  const largest = Math.max(...values.map(Math.abs));
  const unit = largest >= 1e4 ? thousands.find(([size]) => largest >= size) : undefined;
  const isTiny = values.some((value) => value !== 0 && Math.abs(value) < 1e-3);
  return values.map((value) => {
    if (value === 0) return '0';
    const sign = value < 0 ? '−' : '';
    const size = Math.abs(value);
    if (unit) return `${sign}${exact(size / unit[0]).toFixed(digitsOf(step / unit[0]))}${unit[1]}`;
    if (isTiny) return sign + exact(size).toExponential();
    return `${sign}${size.toFixed(digitsOf(step))}`;
  });
}

/** Decimals that distinguish multiples of `step`. */
function digitsOf(step: number): number {
  for (let digits = 0; digits < 12; digits++) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * Math.max(1, scaled) && Math.round(scaled) > 0)
      return digits;
  }
  return 12;
}
