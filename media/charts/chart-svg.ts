import { escapeMarkup } from '../../trainer/format/markup.ts';
import type { ChartLayout } from './chart-layout.ts';

/** Opacity of the grid lines, which have the color of the text. */
export const gridOpacity = 0.12;

/** Baseline of the title of the y axis, from the left. */
export const yTitleAt = 14;

/** A self-contained SVG document of the chart. */
export function chartToSvg(chart: ChartLayout): string {
  const { width, height, plot, colors } = chart;
  const bottom = plot.top + plot.height;
  const right = plot.left + plot.width;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<title>${escapeMarkup(chart.title)}</title>`,
    `<rect width="100%" height="100%" fill="${escapeMarkup(colors.background)}"/>`,
    `<text x="${plot.left}" y="18" font-size="13" font-weight="600" fill="${escapeMarkup(colors.text)}">${escapeMarkup(chart.title)}</text>`,
    `<g stroke="${escapeMarkup(colors.text)}" stroke-opacity="${gridOpacity}">`,
    ...chart.xTicks.map(({ at }) => `<path d="M${at} ${plot.top}V${bottom}"/>`),
    ...chart.yTicks.map(({ at }) => `<path d="M${plot.left} ${at}H${right}"/>`),
    '</g>',
    `<g fill="${escapeMarkup(colors.text)}">`,
    ...chart.xTicks.map(
      ({ at, label }) =>
        `<text x="${at}" y="${bottom + 16}" text-anchor="middle">${escapeMarkup(label)}</text>`,
    ),
    ...chart.yTicks.map(
      ({ at, label }) =>
        `<text x="${plot.left - 6}" y="${at + 4}" text-anchor="end">${escapeMarkup(label)}</text>`,
    ),
    `<text x="${right}" y="${bottom + 32}" text-anchor="end">${escapeMarkup(chart.xTitle)}</text>`,
    ...(chart.yTitle === ''
      ? []
      : [
          `<text transform="translate(${yTitleAt} ${plot.top}) rotate(-90)" text-anchor="end">${escapeMarkup(chart.yTitle)}</text>`,
        ]),
    '</g>',
    ...(chart.border === null
      ? []
      : [
          `<path d="M${chart.border.at} ${plot.top}V${bottom}" stroke="${escapeMarkup(colors.text)}" stroke-opacity="0.6" stroke-dasharray="3 3"/>`,
          `<text x="${chart.border.at - 4}" y="${plot.top + 10}" text-anchor="end" fill="${escapeMarkup(colors.text)}">${escapeMarkup(chart.border.before)}</text>`,
          `<text x="${chart.border.at + 4}" y="${plot.top + 10}" fill="${escapeMarkup(colors.text)}">${escapeMarkup(chart.border.after)}</text>`,
        ]),
    `<clipPath id="plot"><rect x="${plot.left}" y="${plot.top}" width="${plot.width}" height="${plot.height}"/></clipPath>`,
    '<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">',
    ...chart.curves.flatMap(({ color, dash, line, raw, envelope, marks }) => [
      ...(envelope ? [`<path d="${envelope}Z" fill="${escapeMarkup(color)}" fill-opacity="0.15"/>`] : []),
      ...(raw ? [`<path d="${raw}" stroke="${escapeMarkup(color)}" stroke-opacity="0.3"/>`] : []),
      `<path d="${line}" stroke="${escapeMarkup(color)}" stroke-width="1.5"${dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''}/>`,
      ...(marks ? [`<path d="${marks}" fill="${escapeMarkup(color)}"/>`] : []),
    ]),
    '</g>',
  ];
  for (const { x, y, anchor, text } of chart.labels) {
    lines.push(
      `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${escapeMarkup(colors.text)}" stroke="${escapeMarkup(colors.background)}" stroke-width="3" paint-order="stroke">${escapeMarkup(text)}</text>`,
    );
  }
  for (const { label, color, dash, symbol, legend } of chart.curves) {
    const dashes = dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    lines.push(
      symbol
        ? `<path d="${symbol}" transform="translate(${legend.x + 8} ${legend.y})" fill="${escapeMarkup(color)}"/>`
        : `<path d="M${legend.x} ${legend.y}h16" stroke="${escapeMarkup(color)}" stroke-width="2"${dashes}/>`,
      `<text x="${legend.x + 21}" y="${legend.y + 4}" fill="${escapeMarkup(colors.text)}">${escapeMarkup(label)}</text>`,
    );
  }
  return `${lines.join('\n')}\n</svg>\n`;
}
