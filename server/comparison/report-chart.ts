import { formatCount } from '../../trainer/format/format.ts';
import { runColorTable } from '../protocol/run-colors.ts';

/** A line of a chart. */
export interface ChartSeries {
  readonly label: string;
  /** Place in the palette of run colors; a style sheet has `.run<n>`. */
  readonly color: number;
  readonly steps: readonly number[];
  /** A value that is not finite is `null`; the line has a gap there. */
  readonly values: readonly (number | null)[];
  /** Steps to be marked, such as those of the best and the last checkpoint. */
  readonly marks: readonly { readonly step: number; readonly label: string }[];
}

/** About as large as it is shown, so that its texts can be read. */
const size = { width: 480, height: 220 };
const plot = { left: 56, top: 10, right: 470, bottom: 186 };

/** Points of a line in a chart; of more, the lowest and highest of each pixel's width are drawn. */
const maximumPoints = 2 * (plot.right - plot.left);

/**
 * Lines over steps as an `<svg>` element for a page that has the classes `grid`, `axis`, `line`, `mark` and `run<n>`.
 * Empty where no series has two finite values.
 */
export function chartSvg(title: string, series: readonly ChartSeries[]): string {
  const finite = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const steps = series.flatMap((each) => each.steps);
  if (finite.length < 2) return '';
  const x = scale(minimum(steps), maximum(steps), plot.left, plot.right);
  const y = scale(minimum(finite), maximum(finite), plot.bottom, plot.top);
  const yTicks = ticks(y.from, y.to, 5);
  const xTicks = ticks(x.from, x.to, 6);
  const lines = series.map(({ label, ...each }) => {
    const color = each.color % runColorTable.length;
    const path = linePath(each, x.at, y.at);
    const marks = each.marks.flatMap((mark) => {
      const point = pointAt(each, mark.step);
      if (point === undefined) return [];
      return `<circle class="mark run${color}" cx="${round(x.at(point.step))}" cy="${round(y.at(point.value))}" r="3.5"><title>${escapeHtml(`${label}: ${mark.label}, step ${formatCount(mark.step)}, ${point.value.toPrecision(5)}`)}</title></circle>`;
    });
    return `<path class="line run${color}" d="${path}"><title>${escapeHtml(label)}</title></path>${marks.join('')}`;
  });
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(title)}">`,
    ...yTicks.map(
      (tick) =>
        `<path class="grid" d="M${plot.left} ${round(y.at(tick))}H${plot.right}"/><text class="axis" x="${plot.left - 8}" y="${round(y.at(tick) + 4)}" text-anchor="end">${shortNumber(tick)}</text>`,
    ),
    ...xTicks.map(
      (tick) =>
        `<path class="grid" d="M${round(x.at(tick))} ${plot.top}V${plot.bottom}"/><text class="axis" x="${round(x.at(tick))}" y="${plot.bottom + 18}" text-anchor="middle">${shortNumber(tick)}</text>`,
    ),
    `<text class="axis" x="${plot.right}" y="${size.height - 4}" text-anchor="end">step</text>`,
    ...lines,
    '</svg>',
  ].join('');
}

/** Text as it stands in HTML, also in an attribute with double quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function linePath(
  { steps, values }: Pick<ChartSeries, 'steps' | 'values'>,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  const width = Math.max(1, Math.ceil((2 * steps.length) / maximumPoints));
  let path = '';
  let isDrawing = false;
  for (let start = 0; start < steps.length; start += width) {
    for (const index of extremes(values, start, Math.min(start + width, steps.length))) {
      const value = values[index] ?? null;
      if (value === null) {
        isDrawing = false;
        continue;
      }
      path += `${isDrawing ? 'L' : 'M'}${round(x(steps[index] ?? 0))} ${round(y(value))}`;
      isDrawing = true;
    }
  }
  return path;
}

/** Where the lowest and the highest of some values stand, in their order; a gap where all are gaps. */
function extremes(values: readonly (number | null)[], start: number, end: number): number[] {
  let lowest = start;
  let highest = start;
  for (let index = start; index < end; index++) {
    const value = values[index] ?? null;
    if (value === null) continue;
    if (value < (values[lowest] ?? Number.POSITIVE_INFINITY)) lowest = index;
    if (value > (values[highest] ?? Number.NEGATIVE_INFINITY)) highest = index;
  }
  return lowest === highest ? [lowest] : [Math.min(lowest, highest), Math.max(lowest, highest)];
}

/** The last point that is not after a step; undefined where there is none or it is a gap. */
function pointAt(
  { steps, values }: Pick<ChartSeries, 'steps' | 'values'>,
  step: number,
): { readonly step: number; readonly value: number } | undefined {
  const index = steps.findLastIndex((each) => each <= step);
  const [at, value] = [steps[index], values[index]];
  return at === undefined || value === undefined || value === null ? undefined : { step: at, value };
}

function scale(from: number, to: number, start: number, end: number) {
  const width = to - from || Math.abs(to) || 1;
  return { from, to: from + width, at: (value: number) => start + ((value - from) / width) * (end - start) };
}

/** Round numbers between two others, some `count` of them. */
function ticks(from: number, to: number, count: number): number[] {
  const raw = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function shortNumber(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en', { maximumSignificantDigits: 6 });
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function minimum(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
