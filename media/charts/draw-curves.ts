import { cssColor, cssVariable } from '../components/css-variable.ts';
import type { Scale } from '../plot/scale.ts';
import { traceEnvelope, traceLine } from '../plot/trace.ts';
import type { CurveView } from './curve-view.ts';
import { markPath } from './mark-path.ts';
import { type PlotArea, type PlotContent, scalesIn } from './plot-content.ts';

/**
 * Draws the curves of a plot with their marks, in the colors that their CSS gives where `element` stands.
 *
 * @param area of the plot, in pixels of the canvas: `devicePixelRatio` to one of CSS
 */
export function drawCurves(
  context: CanvasRenderingContext2D,
  content: PlotContent,
  area: PlotArea,
  element: Element,
): void {
  const { left, top, width, height } = area;
  const { x, y } = scalesIn(area, content);
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  for (const curve of content.curves) {
    const color = cssColor(element, curve.source.color);
    context.strokeStyle = color;
    context.fillStyle = color;
    drawCurve(context, curve, content.smoothing, x, y, area);
  }
  context.restore();
  drawMarks(context, content, x, y, element);
}

/** A line; where it is smoothed, with its points faintly behind it; where points are many, with all that they reach. */
function drawCurve(
  context: CanvasRenderingContext2D,
  curve: CurveView,
  smoothing: number,
  x: Scale,
  y: Scale,
  { left, width }: PlotArea,
): void {
  const ratio = devicePixelRatio;
  const smoothed = curve.smoothed(smoothing);
  context.setLineDash([]);
  context.globalAlpha = 0.16;
  context.beginPath();
  const isDense = traceEnvelope(context, curve.raw, x, y, left, width);
  if (isDense) context.fill();
  if (smoothed && !isDense) {
    context.globalAlpha = 0.3;
    context.lineWidth = ratio;
    context.beginPath();
    traceLine(context, curve.raw, x, y, left, width);
    context.stroke();
  }
  context.globalAlpha = 1;
  context.lineWidth = (isDense && !smoothed ? 1 : 1.5) * ratio;
  // Where a line goes up and down in every column, round joins cost time and are not seen.
  context.lineJoin = isDense ? 'bevel' : 'round';
  // Dashes of a line that fills whole columns would only hide it.
  context.setLineDash(isDense && !smoothed ? [] : curve.source.dash.map((length) => length * ratio));
  context.beginPath();
  traceLine(context, smoothed ?? curve.raw, x, y, left, width);
  context.stroke();
  if (curve.length === 1) {
    context.beginPath();
    context.arc(x.position(curve.xAt(0)), y.position(curve.raw.y[0]!), 2.5 * ratio, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Marks are drawn whole, also at the edge of the plot. */
function drawMarks(
  context: CanvasRenderingContext2D,
  { curves, smoothing }: PlotContent,
  x: Scale,
  y: Scale,
  element: Element,
): void {
  const ratio = devicePixelRatio;
  context.save();
  context.strokeStyle = cssVariable(element, '--wb-background', 'white');
  context.lineWidth = ratio;
  for (const curve of curves) {
    const { y: values } = curve.smoothed(smoothing) ?? curve.raw;
    context.fillStyle = cssColor(element, curve.source.color);
    for (const { x: place, index, mark } of curve.markedPlaces()) {
      if (place < x.min || place > x.max) continue;
      const path = new Path2D(markPath(mark, x.position(place), y.position(values[index]!), ratio));
      context.stroke(path);
      context.fill(path);
    }
  }
  context.restore();
}
