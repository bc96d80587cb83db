import { cssColor, cssVariable } from '../components/css-variable.ts';
import type { Scale } from '../plot/scale.ts';
import { SvgPath, type TracedCurve, traceEnvelope, traceLine } from '../plot/trace.ts';
import type { CurveView } from './curve-view.ts';
import { markPath } from './mark-path.ts';
import { type PlotArea, type PlotContent, scalesIn, xTicks, yTicks } from './plot-content.ts';
import type { ChartImage } from './svg.ts';

/** A chart laid out for an image of its own of 800x400 pixels, in the colors that it has where `element` stands. */
export function chartImage(title: string, content: PlotContent, element: Element): ChartImage {
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

/** What is drawn of a curve, as on the screen: each the text of a path, empty where there is nothing. */
function curvePaths(
  curve: CurveView,
  smoothing: number,
  x: Scale,
  y: Scale,
  { left, width }: PlotArea,
): Pick<ChartImage['curves'][number], 'line' | 'raw' | 'envelope' | 'marks'> {
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
      .markedPlaces()
      .map(({ x: place, index, mark }) => markPath(mark, x.position(place), y.position(shown.y[index]!), 1))
      .join(''),
  };
}
