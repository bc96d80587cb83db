import { escapeMarkup } from '../../trainer/format/markup.ts';
/** A chart laid out for an image of its own, in pixels. */
export interface ChartImage {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly plot: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  readonly xTicks: readonly { readonly at: number; readonly label: string }[];
  readonly yTicks: readonly { readonly at: number; readonly label: string }[];
  readonly xTitle: string;
  readonly curves: readonly {
    readonly label: string;
    readonly color: string;
    readonly dash: readonly number[];
    /** Path of the line. */
    readonly line: string;
    /** Path of the raw line behind a smoothed one, or of the envelope. Empty where there is none. */
    readonly raw: string;
    readonly envelope: string;
    /** Paths of the marks on the line, to be filled. Empty where there are none. */
    readonly marks: string;
  }[];
  readonly colors: { readonly background: string; readonly text: string };
}

/** How strongly the lines of the grid are drawn, of the color of the text. */
export const gridOpacity = 0.12;

/** The image as a self-contained SVG document. */
export function chartToSvg(image: ChartImage): string {
  const { width, height, plot, colors } = image;
  const bottom = plot.top + plot.height;
  const right = plot.left + plot.width;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<title>${escapeMarkup(image.title)}</title>`,
    `<rect width="100%" height="100%" fill="${escapeMarkup(colors.background)}"/>`,
    `<text x="${plot.left}" y="18" font-size="13" font-weight="600" fill="${escapeMarkup(colors.text)}">${escapeMarkup(image.title)}</text>`,
    `<g stroke="${escapeMarkup(colors.text)}" stroke-opacity="${gridOpacity}">`,
    ...image.xTicks.map(({ at }) => `<path d="M${at} ${plot.top}V${bottom}"/>`),
    ...image.yTicks.map(({ at }) => `<path d="M${plot.left} ${at}H${right}"/>`),
    '</g>',
    `<g fill="${escapeMarkup(colors.text)}">`,
    ...image.xTicks.map(
      ({ at, label }) =>
        `<text x="${at}" y="${bottom + 16}" text-anchor="middle">${escapeMarkup(label)}</text>`,
    ),
    ...image.yTicks.map(
      ({ at, label }) =>
        `<text x="${plot.left - 6}" y="${at + 4}" text-anchor="end">${escapeMarkup(label)}</text>`,
    ),
    `<text x="${right}" y="${bottom + 32}" text-anchor="end">${escapeMarkup(image.xTitle)}</text>`,
    '</g>',
    `<clipPath id="plot"><rect x="${plot.left}" y="${plot.top}" width="${plot.width}" height="${plot.height}"/></clipPath>`,
    '<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">',
    ...image.curves.flatMap(({ color, dash, line, raw, envelope, marks }) => [
      ...(envelope ? [`<path d="${envelope}Z" fill="${escapeMarkup(color)}" fill-opacity="0.15"/>`] : []),
      ...(raw ? [`<path d="${raw}" stroke="${escapeMarkup(color)}" stroke-opacity="0.3"/>`] : []),
      `<path d="${line}" stroke="${escapeMarkup(color)}" stroke-width="1.5"${dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : ''}/>`,
      ...(marks ? [`<path d="${marks}" fill="${escapeMarkup(color)}"/>`] : []),
    ]),
    '</g>',
  ];
  let x = plot.left;
  for (const { label, color, dash } of image.curves) {
    const dashes = dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    lines.push(
      `<path d="M${x} ${bottom + 28}h16" stroke="${escapeMarkup(color)}" stroke-width="2"${dashes}/>`,
      `<text x="${x + 21}" y="${bottom + 32}" fill="${escapeMarkup(colors.text)}">${escapeMarkup(label)}</text>`,
    );
    x += 40 + label.length * 6.5;
  }
  return `${lines.join('\n')}\n</svg>\n`;
}
