import { cssColor, cssVariable } from '../components/css-variable.ts';
import type { Scale } from '../plot/scale.ts';
import { SvgPath, type TracedCurve, traceEnvelope, traceLine } from '../plot/trace.ts';
import type { CurveView } from './curve-view.ts';
import { markPath } from './mark-path.ts';
import { type PlotArea, type PlotContent, scalesIn, xTicks, yTicks } from './plot-content.ts';

/** A chart laid out for an exported image, in pixels. */
export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly plot: PlotArea;
  readonly xTicks: readonly { readonly at: number; readonly label: string }[];
  readonly yTicks: readonly { readonly at: number; readonly label: string }[];
  readonly xTitle: string;
  /** Along the y axis, upward; may be empty. */
  readonly yTitle: string;
  /** Two parts of the curves with their names; null without a border. */
  readonly border: { readonly at: number; readonly before: string; readonly after: string } | null;
  readonly curves: readonly {
    readonly label: string;
    readonly color: string;
    readonly dash: readonly number[];
    /** SVG path of the line. */
    readonly line: string;
    /** SVG path of the raw line behind a smoothed one; may be empty. */
    readonly raw: string;
    /** SVG path of the envelope of dense points, to be filled; may be empty. */
    readonly envelope: string;
    /** SVG path of all marks, to be filled; may be empty. */
    readonly marks: string;
    /** SVG path of a mark around the origin, for the legend; empty: it has a piece of the line. */
    readonly symbol: string;
    /** Where its sample in the legend begins, in the middle of the line. */
    readonly legend: { readonly x: number; readonly y: number };
  }[];
  /** Texts in the plot; `y` is the baseline. */
  readonly labels: readonly {
    readonly x: number;
    readonly y: number;
    readonly anchor: 'start' | 'middle' | 'end';
    readonly text: string;
  }[];
  readonly colors: { readonly background: string; readonly text: string };
}

const lineHeight = 16;

/** Places the samples of a legend in lines from `left` to `right`, the first at `top`; `bottom` is the end of the last. */
export function layoutLegend(
  labels: readonly string[],
  { left, right, top }: { readonly left: number; readonly right: number; readonly top: number },
): { readonly places: readonly { readonly x: number; readonly y: number }[]; readonly bottom: number } {
  let [x, y] = [left, top + lineHeight / 2];
  const places = labels.map((label) => {
    const width = 40 + label.length * 6.5;
    if (x > left && x + width > right) [x, y] = [left, y + lineHeight];
    const place = { x, y };
    x += width;
    return place;
  });
  return { places, bottom: y + lineHeight / 2 };
}

/** Lays out a chart with a plot of 720x320 pixels, with CSS colors resolved at `element`. */
export function layoutChart(title: string, content: PlotContent, element: Element): ChartLayout {
  const width = 800;
  const plot = { left: 64, top: 32, width: width - 80, height: 320 };
  const legend = layoutLegend(
    content.curves.map(({ source }) => source.label),
    { left: plot.left, right: plot.left + plot.width, top: plot.top + plot.height + 36 },
  );
  const { x, y } = scalesIn(plot, content);
  const along = xTicks(content, 10);
  const up = yTicks(content, 8);
  return {
    width,
    height: legend.bottom + 8,
    plot,
    title,
    xTitle: content.xAxis.title,
    yTitle: '',
    labels: [],
    border: content.border && { ...content.border, at: Math.round(x.position(content.border.x)) + 0.5 },
    xTicks: along.values.map((value, i) => ({
      at: Math.round(x.position(value)) + 0.5,
      label: along.labels[i]!,
    })),
    yTicks: up.values.map((value, i) => ({ at: Math.round(y.position(value)) + 0.5, label: up.labels[i]! })),
    curves: content.curves.map((curve, i) => ({
      label: curve.source.label,
      color: cssColor(element, curve.source.color),
      dash: curve.source.dash,
      symbol: '',
      legend: legend.places[i]!,
      ...curvePaths(curve, content.smoothing, x, y, plot),
    })),
    colors: {
      background: cssVariable(element, '--wb-background', 'white'),
      text: cssVariable(element, '--wb-text', 'black'),
    },
  };
}

/** The SVG paths of a curve, drawn as on the screen. */
function curvePaths(
  curve: CurveView,
  smoothing: number,
  x: Scale,
  y: Scale,
  { left, width }: PlotArea,
): Pick<ChartLayout['curves'][number], 'line' | 'raw' | 'envelope' | 'marks'> {
  const path = (trace: typeof traceLine | typeof traceEnvelope, traced: TracedCurve) => {
    const sink = new SvgPath();
    trace(sink, traced, x, y, left, width);
    return sink.text;
  };
  const smoothed = curve.smoothed(smoothing);
  const shown = smoothed ?? curve.raw;
  const envelope = path(traceEnvelope, curve.raw);
  return {
    line: path(traceLine, shown),
    raw: smoothed && !envelope ? path(traceLine, curve.raw) : '',
    envelope,
    marks: curve
      .markedPoints()
      .map(({ x: position, index, mark }) =>
        markPath(mark, x.position(position), y.position(shown.y[index]!), 1),
      )
      .join(''),
  };
}
