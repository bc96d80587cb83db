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
  }[];
  readonly colors: { readonly background: string; readonly text: string };
}

/** Lays out a chart in 800x400 pixels, with CSS colors resolved at `element`. */
export function layoutChart(title: string, content: PlotContent, element: Element): ChartLayout {
  const [width, height] = [800, 400];
  const plot = { left: 64, top: 32, width: width - 80, height: height - 80 };
  const { x, y } = scalesIn(plot, content);
  const along = xTicks(content, 10);
  const up = yTicks(content, 8);
  return {
    width,
    height,
    plot,
    title,
    xTitle: content.xAxis.title,
    border: content.border && { ...content.border, at: Math.round(x.position(content.border.x)) + 0.5 },
    xTicks: along.values.map((value, i) => ({
      at: Math.round(x.position(value)) + 0.5,
      label: along.labels[i]!,
    })),
    yTicks: up.values.map((value, i) => ({ at: Math.round(y.position(value)) + 0.5, label: up.labels[i]! })),
    curves: content.curves.map((curve) => ({
      label: curve.source.label,
      color: cssColor(element, curve.source.color),
      dash: curve.source.dash,
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
