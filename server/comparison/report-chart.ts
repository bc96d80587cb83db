import { Extremes } from '../../media/plot/extremes.ts';
import { lowerBound, type PointSeries } from '../../media/plot/point-series.ts';
import { axisLimits, createScale } from '../../media/plot/scale.ts';
import { ticks } from '../../media/plot/ticks.ts';
import { SvgPath, type TracedCurve, traceLine } from '../../media/plot/trace.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { escapeMarkup } from '../../trainer/format/markup.ts';
import { runColorTable } from '../protocol/run-colors.ts';

/** A curve of a chart. */
export interface ChartSeries {
  readonly label: string;
  /** Index in the palette of run colors; the page's style sheet has a class `run<n>`. */
  readonly color: number;
  readonly points: PointSeries;
  /** Steps to mark, such as those of the best and the last checkpoint. */
  readonly marks: readonly { readonly step: number; readonly label: string }[];
}

/** In pixels, about as large as the page shows it, so that its text is readable. */
const size = { width: 480, height: 220 };
const plot = { left: 56, top: 10, right: 470, bottom: 186 };

/**
 * Curves over steps as an `<svg>` element for a page with the classes `grid`, `axis`, `line`, `mark` and `run<n>`. Empty
 * when there are fewer than two finite values.
 */
export function chartSvg(title: string, series: readonly ChartSeries[]): string {
  const curves = series
    .filter(({ points }) => points.length > 0)
    .map((each) => ({ ...each, ...trace(each) }));
  if (curves.reduce((count, { finite }) => count + finite, 0) < 2) return '';
  const first = Math.min(...curves.map(({ curve }) => curve.sorted[0] ?? 0));
  const last = Math.max(...curves.map(({ curve }) => curve.sorted[curve.length - 1] ?? 0));
  const steps = first < last ? { min: first, max: last } : axisLimits(first, last, false);
  const low = Math.min(...curves.map((each) => each.low));
  const high = Math.max(...curves.map((each) => each.high));
  const values = axisLimits(low, high, false);
  const x = createScale(steps.min, steps.max, plot.left, plot.right, false);
  const y = createScale(values.min, values.max, plot.bottom, plot.top, false);

  const xTicks = ticks('count', steps.min, steps.max, false, 6);
  const yTicks = ticks('number', values.min, values.max, false, 5);
  const lines = curves.map(({ label, marks, points, curve, color }) => {
    const path = new SvgPath();
    traceLine(path, curve, x, y, plot.left, plot.right - plot.left);
    const run = `run${color % runColorTable.length}`;
    const circles = marks.map((mark) => {
      const index = lowerBound(points.steps, points.length, mark.step + 1) - 1;
      const [step, value] = [points.steps[index], points.values[index]];
      if (step === undefined || value === undefined || !Number.isFinite(value)) return '';
      const tooltip = `${label}: ${mark.label}, step ${formatCount(mark.step)}, ${value.toPrecision(5)}`;
      return `<circle class="mark ${run}" cx="${x.position(step).toFixed(1)}" cy="${y.position(value).toFixed(1)}" r="3.5"><title>${escapeMarkup(tooltip)}</title></circle>`;
    });
    return `<path class="line ${run}" d="${path.text}"><title>${escapeMarkup(label)}</title></path>${circles.join('')}`;
  });
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeMarkup(title)}">`,
    ...yTicks.values.map((value, index) => {
      const at = Math.round(y.position(value)) + 0.5;
      return `<path class="grid" d="M${plot.left} ${at}H${plot.right}"/><text class="axis" x="${plot.left - 8}" y="${at + 4}" text-anchor="end">${yTicks.labels[index]}</text>`;
    }),
    ...xTicks.values.map((value, index) => {
      const at = Math.round(x.position(value)) + 0.5;
      return `<path class="grid" d="M${at} ${plot.top}V${plot.bottom}"/><text class="axis" x="${at}" y="${plot.bottom + 18}" text-anchor="middle">${xTicks.labels[index]}</text>`;
    }),
    `<text class="axis" x="${plot.right}" y="${size.height - 4}" text-anchor="end">step</text>`,
    ...lines,
    '</svg>',
  ].join('');
}

/** A series for drawing, its lowest and highest finite value, and the number of finite values. */
function trace({ points: { steps, values, length } }: ChartSeries) {
  const extremes = new Extremes();
  extremes.extend(values, length);
  const curve: TracedCurve = { sorted: steps, factor: 1, offset: 0, y: values, extremes, length };
  const finite = values.subarray(0, length).filter(Number.isFinite).length;
  return { curve, finite, ...extremes.of(values, 0, length) };
}
