import { cssColor, cssVariable } from '../components/css-variable.ts';
import type { Scale } from '../plot/scale.ts';
import { traceEnvelope, traceLine } from '../plot/trace.ts';
import type { CurveView } from './curve-view.ts';
import { markPath } from './mark-path.ts';
import { type PlotArea, type PlotContent, scalesIn } from './plot-content.ts';

/**
 * Draws the curves of a plot and their marks, with CSS colors resolved at `element`.
 *
 * @param area in device pixels
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
  drawBorder(context, content, x, area, element);
  for (const curve of content.curves) {
    const color = cssColor(element, curve.source.color);
    context.strokeStyle = color;
    context.fillStyle = color;
    drawCurve(context, curve, content.smoothing, x, y, area);
  }
  context.restore();
  drawMarks(context, content, x, y, element);
}

/** Draws the border of two stages, with their names where there is room. */
function drawBorder(
  context: CanvasRenderingContext2D,
  { border }: PlotContent,
  x: Scale,
  { left, top, width, height }: PlotArea,
  element: Element,
): void {
  if (border === null) return;
  const ratio = devicePixelRatio;
  const at = Math.round(x.position(border.x)) + 0.5;
  context.strokeStyle = cssVariable(element, '--wb-quiet', 'gray');
  context.fillStyle = context.strokeStyle;
  context.lineWidth = ratio;
  context.setLineDash([3 * ratio, 3 * ratio]);
  context.beginPath();
  context.moveTo(at, top);
  context.lineTo(at, top + height);
  context.stroke();
  context.font = `${10 * ratio}px ${cssVariable(element, '--vscode-font-family', 'sans-serif')}`;
  context.textBaseline = 'top';
  const gap = 4 * ratio;
  const fits = (text: string, room: number) => context.measureText(text).width + 2 * gap < room;
  context.textAlign = 'right';
  if (fits(border.before, at - left)) context.fillText(border.before, at - gap, top);
  context.textAlign = 'left';
  if (fits(border.after, left + width - at)) context.fillText(border.after, at + gap, top);
}

/** Draws a line: over a faint raw line if it is smoothed, over a faint envelope if points are dense. */
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
  // Round joins are slow, and invisible if the line fills whole columns.
  context.lineJoin = isDense ? 'bevel' : 'round';
  // A line that fills whole columns needs no dashes.
  context.setLineDash(isDense && !smoothed ? [] : curve.source.dash.map((length) => length * ratio));
  context.beginPath();
  traceLine(context, smoothed ?? curve.raw, x, y, left, width);
  context.stroke();
}

/** Draws marks unclipped, also at the edge of the plot. */
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
    for (const { x: position, index, mark } of curve.markedPoints()) {
      if (position < x.min || position > x.max) continue;
      const path = new Path2D(markPath(mark, x.position(position), y.position(values[index]!), ratio));
      context.stroke(path);
      context.fill(path);
    }
  }
  context.restore();
}
