import { escapeMarkup } from '../../trainer/format/markup.ts';
import type { Comparison, ConfigDifference } from '../protocol/comparison.ts';
import { runColorTable } from '../protocol/run-colors.ts';
import { cellText, groupNotes, headOf, publishedTable, runName } from './export.ts';
import { type ChartSeries, chartSvg } from './report-chart.ts';

/** Narrower images are magnified by a whole factor up to this width, in pixels. */
const smallestWidth = 256;

/** The contents of a report. */
export interface ReportData {
  readonly title: string;
  /** When it is made, for people. */
  readonly date: string;
  /** The run that differences are taken from; null: none. */
  readonly baseline: string | null;
  readonly comparison: Comparison;
  readonly config: ConfigDifference;
  readonly charts: readonly { readonly title: string; readonly series: readonly ChartSeries[] }[];
  readonly images: readonly {
    readonly title: string;
    readonly tiles: readonly { readonly label: string; readonly png: Uint8Array }[];
  }[];
}

/**
 * A comparison as one HTML page that needs nothing else: no script, no other file, no network. Light or dark as
 * the reader's system is.
 */
export function reportHtml(data: ReportData): string {
  const sections = [
    runsSection(data),
    tableSection(data),
    publishedSection(data),
    chartsSection(data),
    imagesSection(data),
    configSection(data),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeMarkup(data.title)}</title>
<style>${style()}</style>
</head>
<body>
<h1>${escapeMarkup(data.title)}</h1>
<p class="quiet">${escapeMarkup(data.date)}, by ESRGAN Workbench</p>
${sections.filter((section) => section !== '').join('\n')}
</body>
</html>
`;
}

function runsSection({ comparison: { runs }, baseline }: ReportData): string {
  const items = runs.map(({ run, name, color, kind, scale }) => {
    const facts = [
      ...(scale === null ? [] : [`x${scale}`]),
      ...(kind === 'external' ? ['external run'] : []),
      ...(run === baseline ? ['baseline'] : []),
    ];
    return `<li><span class="swatch run${color % runColorTable.length}"></span>${escapeMarkup(name)} <span class="quiet">${escapeMarkup(facts.join(', '))}</span></li>`;
  });
  return `<ul class="runs">${items.join('')}</ul>`;
}

function tableSection({ comparison, baseline }: ReportData): string {
  const { columns, rows, runs, warnings } = comparison;
  if (columns.length === 0 || rows.length === 0) return '';
  const heads = columns.map(
    (column) =>
      `<th colspan="${column.metrics.length}" scope="colgroup" title="${escapeMarkup(column.description)}">${column.warning === null ? '' : '⚠ '}${escapeMarkup(headOf(column))}</th>`,
  );
  const titles = columns.flatMap(({ metrics }) =>
    metrics.map(({ title }) => `<th scope="col">${escapeMarkup(title)}</th>`),
  );
  const lines = rows.map((row) => {
    const color = (runs.find(({ run }) => run === row.run)?.color ?? 0) % runColorTable.length;
    const cells = row.cells.flatMap((cell, index) => {
      const column = columns[index];
      return (column?.metrics ?? []).map((metric) => {
        const { text, isBest } = cellText(cell, metric, column);
        return `<td>${isBest ? `<strong>${escapeMarkup(text)}</strong>` : escapeMarkup(text)}</td>`;
      });
    });
    const swatch = row.isReference ? '' : `<span class="swatch run${color}"></span>`;
    return `<tr><th scope="row">${swatch}${escapeMarkup(runName(comparison, row))}</th><th scope="row">${escapeMarkup(row.label)}</th>${cells.join('')}</tr>`;
  });
  const name = runs.find(({ run }) => run === baseline)?.name;
  const notes = [
    ...(name === undefined ? [] : [`In brackets: difference to the same model of ${name}.`]),
    'Bold: the best of the comparable results.',
    ...groupNotes(comparison),
  ];
  return [
    '<h2>Numbers</h2>',
    ...[...warnings, ...columns.flatMap(({ warning }) => warning ?? [])].map(
      (warning) => `<p class="warning">⚠ ${escapeMarkup(warning)}</p>`,
    ),
    `<div class="wide"><table><thead><tr><th rowspan="2" scope="col">run</th><th rowspan="2" scope="col">model</th>${heads.join('')}</tr><tr>${titles.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`,
    `<ul class="quiet">${notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join('')}</ul>`,
  ].join('\n');
}

function publishedSection({ comparison }: ReportData): string {
  const { titles, lines, notes } = publishedTable(comparison);
  if (lines.length === 0) return '';
  const heads = titles.map((title) => `<th scope="col">${escapeMarkup(title)}</th>`);
  const rows = lines.map(([title = '', ...numbers]) => {
    const cells = numbers.map((number) => `<td>${number}</td>`);
    return `<tr><th scope="row">${escapeMarkup(title)}</th>${cells.join('')}</tr>`;
  });
  return [
    '<h2>Published results</h2>',
    `<div class="wide"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`,
    `<ul class="quiet">${notes.map((note) => `<li>${escapeMarkup(note)}</li>`).join('')}</ul>`,
  ].join('\n');
}

function chartsSection({ charts }: ReportData): string {
  const figures = charts.flatMap(({ title, series }) => {
    const svg = chartSvg(title, series);
    return svg === '' ? [] : `<figure><figcaption>${escapeMarkup(title)}</figcaption>${svg}</figure>`;
  });
  return figures.length === 0 ? '' : `<h2>Curves</h2>\n<div class="charts">${figures.join('')}</div>`;
}

function imagesSection({ images }: ReportData): string {
  const grids = images.map(({ title, tiles }) => {
    const widest = Math.max(1, ...tiles.map(({ png }) => widthOf(png)));
    // All are as large as the largest, whose pixels are shown as squares where they are few.
    const width = widest * Math.max(1, Math.floor(smallestWidth / widest));
    const figures = tiles.map(
      ({ label, png }) =>
        `<figure><img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" alt="${escapeMarkup(`${title}, ${label}`)}"><figcaption>${escapeMarkup(label)}</figcaption></figure>`,
    );
    return `<h3>${escapeMarkup(title)}</h3><div class="tiles" style="--width:${width}px">${figures.join('')}</div>`;
  });
  return grids.length === 0 ? '' : `<h2>Images</h2>\n${grids.join('\n')}`;
}

/** Width in pixels from the PNG header; 0 for a truncated file. */
function widthOf(png: Uint8Array): number {
  return png.length < 24 ? 0 : new DataView(png.buffer, png.byteOffset).getUint32(16);
}

function configSection({ comparison: { runs }, config }: ReportData): string {
  if (runs.length === 1) return '';
  const differing = config.keys.filter(({ differs }) => differs);
  if (differing.length === 0) return '<h2>Run files</h2>\n<p>The run files do not differ.</p>';
  const heads = runs.map(({ name }) => `<th scope="col">${escapeMarkup(name)}</th>`);
  const lines = differing.map(({ key, values }) => {
    const cells = values.map((value) => `<td class="text">${escapeMarkup(settingText(value))}</td>`);
    return `<tr><th scope="row">${escapeMarkup(key)}</th>${cells.join('')}</tr>`;
  });
  return `<h2>Where the run files differ</h2>\n<div class="wide"><table><thead><tr><th scope="col">key</th>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

function settingText(value: { readonly value: unknown } | null): string {
  if (value === null) return 'not set';
  return typeof value.value === 'string' ? value.value : JSON.stringify(value.value);
}

function style(): string {
  const colors = (theme: 'light' | 'dark') =>
    runColorTable.map((color, index) => `.run${index}{--run:${color[theme]}}`).join('');
  return `
:root{color-scheme:light dark;--text:#1f2328;--quiet:#59636e;--line:#d1d9e0;--back:#fff}
${colors('light')}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#9198a1;--line:#3d444d;--back:#0d1117}${colors('dark')}}
body{margin:2rem auto;max-width:80rem;padding:0 1rem;font:14px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem}
.quiet{color:var(--quiet)}.warning{border-left:3px solid #bf8700;padding-left:.6rem}
.runs{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.5rem}
.swatch{display:inline-block;width:.75em;height:.75em;margin-right:.5em;background:var(--run)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{border:1px solid var(--line);padding:.25rem .6rem;white-space:nowrap}
th{text-align:left;font-weight:500}thead th{font-weight:600}td{text-align:right}td.text{text-align:left;white-space:normal}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1rem}
figure{margin:0}figcaption{color:var(--quiet)}svg{width:100%;height:auto}
.grid{stroke:var(--line);fill:none}.axis{fill:var(--quiet);font-size:11px}
.line{fill:none;stroke:var(--run);stroke-width:1.5;stroke-linejoin:round}.mark{fill:var(--run);stroke:var(--back)}
.tiles{display:flex;flex-wrap:wrap;gap:.75rem}.tiles figure{width:var(--width);max-width:100%;overflow-wrap:anywhere}.tiles img{display:block;width:100%;image-rendering:pixelated}
@media print{body{margin:0;max-width:none}figure,tr{break-inside:avoid}}`;
}
