import type { ChartLayout } from './chart-layout.ts';
import { gridOpacity, yTitleAt } from './chart-svg.ts';

const font = (size: number, weight = 400) => `${weight} ${size}px system-ui, sans-serif`;

/** A PNG file of the chart, with `scale` pixels for each of the layout. */
export async function chartToPng(chart: ChartLayout, scale: number): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(chart.width * scale, chart.height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Cannot draw the chart: the browser provides no canvas.');
  context.scale(scale, scale);
  draw(context, chart);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}

function draw(context: OffscreenCanvasRenderingContext2D, chart: ChartLayout): void {
  const { plot, colors } = chart;
  const bottom = plot.top + plot.height;
  const right = plot.left + plot.width;
  context.fillStyle = colors.background;
  context.fillRect(0, 0, chart.width, chart.height);

  context.fillStyle = colors.text;
  context.font = font(13, 600);
  context.fillText(chart.title, plot.left, 18);
  context.font = font(11);
  context.strokeStyle = colors.text;
  for (const { at, label } of chart.xTicks) {
    drawGridLine(context, `M${at} ${plot.top}V${bottom}`);
    context.textAlign = 'center';
    context.fillText(label, at, bottom + 16);
  }
  for (const { at, label } of chart.yTicks) {
    drawGridLine(context, `M${plot.left} ${at}H${right}`);
    context.textAlign = 'right';
    context.fillText(label, plot.left - 6, at + 4);
  }
  context.textAlign = 'right';
  context.fillText(chart.xTitle, right, bottom + 32);
  context.save();
  context.translate(yTitleAt, plot.top);
  context.rotate(-Math.PI / 2);
  context.fillText(chart.yTitle, 0, 0);
  context.restore();
  if (chart.border !== null) {
    context.globalAlpha = 0.6;
    context.setLineDash([3, 3]);
    context.stroke(new Path2D(`M${chart.border.at} ${plot.top}V${bottom}`));
    context.setLineDash([]);
    context.globalAlpha = 1;
    context.fillText(chart.border.before, chart.border.at - 4, plot.top + 10);
    context.textAlign = 'left';
    context.fillText(chart.border.after, chart.border.at + 4, plot.top + 10);
  }

  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.width, plot.height);
  context.clip();
  context.lineJoin = 'round';
  for (const { color, dash, line, raw, envelope, marks } of chart.curves) {
    context.fillStyle = color;
    context.strokeStyle = color;
    context.lineWidth = 1;
    context.globalAlpha = 0.15;
    if (envelope) context.fill(new Path2D(envelope));
    context.globalAlpha = 0.3;
    if (raw) context.stroke(new Path2D(raw));
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.setLineDash([...dash]);
    context.stroke(new Path2D(line));
    context.setLineDash([]);
    if (marks) context.fill(new Path2D(marks));
  }
  context.restore();

  context.fillStyle = colors.text;
  context.strokeStyle = colors.background;
  context.lineWidth = 3;
  for (const { x, y, anchor, text } of chart.labels) {
    context.textAlign = anchor === 'middle' ? 'center' : anchor;
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
  context.textAlign = 'left';
  context.lineWidth = 2;
  for (const { label, color, dash, symbol, legend } of chart.curves) {
    if (symbol) {
      context.save();
      context.translate(legend.x + 8, legend.y);
      context.fillStyle = color;
      context.fill(new Path2D(symbol));
      context.restore();
    } else {
      context.strokeStyle = color;
      context.setLineDash([...dash]);
      context.stroke(new Path2D(`M${legend.x} ${legend.y}h16`));
    }
    context.fillText(label, legend.x + 21, legend.y + 4);
  }
}

function drawGridLine(context: OffscreenCanvasRenderingContext2D, path: string): void {
  context.globalAlpha = gridOpacity;
  context.stroke(new Path2D(path));
  context.globalAlpha = 1;
}
