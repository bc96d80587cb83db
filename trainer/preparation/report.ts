import sharp from 'sharp';
import { decodeImage } from '../data/decode.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { readSmallFile } from '../files/small-file.ts';
import { formatCount } from '../format/format.ts';
import { escapeMarkup } from '../format/markup.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';

/** A report about images, for people. */
export interface Report {
  readonly title: string;
  /** What was done with which options: label and value. */
  readonly facts: readonly (readonly [string, string])[];
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly title: string;
  readonly explanation: string;
  readonly images: readonly {
    readonly path: string;
    /** Shown below the thumbnail. */
    readonly text: string;
  }[];
}

/** Thumbnails of a section. All images of a section are listed with their text. */
const mostThumbnails = 60;

/** Pixels of the longer side of a thumbnail. */
const thumbnailSide = 192;

const generator = '<meta name="generator" content="ESRGAN Workbench, esrgan data">';

/** Larger files are not read: no report is. */
const largestReport = 100e6;

/**
 * Refuses a path for a report that has something else than a report of this program, before any work is done.
 *
 * @throws WorkbenchError `usage`
 */
export function assertReportPath(path: string): void {
  const found = readSmallFile(path, largestReport);
  if (found.state === 'absent' || (found.state === 'read' && found.value.includes(generator))) return;
  throw new WorkbenchError(
    'usage',
    `${path} exists and is not a report of this command. Choose another name with --report.`,
  );
}

/** Writes a report, over an earlier one. @throws WorkbenchError `disk` */
export async function writeReport(path: string, report: Report): Promise<void> {
  writeFileAtomic(path, await reportHtml(report));
}

/**
 * A report as one HTML page that needs nothing else: no script, no other file, no network. Light or dark as the reader's system
 * is.
 */
export async function reportHtml({ title, facts, sections }: Report): Promise<string> {
  const rows = facts.map(
    ([label, value]) => `<tr><th scope="row">${escapeMarkup(label)}</th><td>${escapeMarkup(value)}</td></tr>`,
  );
  const shown: string[] = [];
  for (const section of sections) shown.push(await sectionHtml(section));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${generator}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<table>${rows.join('')}</table>
${shown.join('\n')}
</main>
</body>
</html>
`;
}

async function sectionHtml({ title, explanation, images }: ReportSection): Promise<string> {
  const figures: string[] = [];
  for (const { path, text } of images.slice(0, mostThumbnails)) {
    const caption = `<figcaption><b>${escapeMarkup(path)}</b><br>${escapeMarkup(text)}</figcaption>`;
    figures.push(`<figure>${await thumbnail(path)}${caption}</figure>`);
  }
  const others = images.slice(mostThumbnails);
  const rows = others.map(
    ({ path, text }) => `<tr><td>${escapeMarkup(path)}</td><td>${escapeMarkup(text)}</td></tr>`,
  );
  const rest =
    others.length === 0
      ? ''
      : `<details><summary>${formatCount(others.length)} more</summary><table><thead><tr><th scope="col">image</th><th scope="col">found</th></tr></thead><tbody>${rows.join('')}</tbody></table></details>`;
  return `<section><h2>${escapeMarkup(title)} <span class="quiet">${formatCount(images.length)}</span></h2>
<p>${escapeMarkup(explanation)}</p>
<div class="images">${figures.join('')}</div>${rest}</section>`;
}

/** The image itself in small; a sign for one that cannot be decoded. The caption describes it. */
async function thumbnail(path: string): Promise<string> {
  try {
    const { width, height, channels, data } = await decodeImage(path);
    const small = await sharp(data, { raw: { width, height, channels: channels === 1 ? 1 : 3 } })
      .resize(thumbnailSide, thumbnailSide, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .toBuffer();
    return `<img src="data:image/jpeg;base64,${small.toString('base64')}" alt="">`;
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    return '<div class="none">cannot be read</div>';
  }
}

const style = `
:root{color-scheme:light dark;--text:#1f2328;--quiet:#59636e;--line:#d1d9e0;--back:#fff}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--quiet:#9198a1;--line:#3d444d;--back:#0d1117}}
body{margin:2rem auto;max-width:80rem;padding:0 1rem;font:14px/1.5 system-ui,sans-serif;color:var(--text);background:var(--back)}
h1{font-size:1.5rem;margin:0 0 1rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}p{max-width:50rem}
.quiet{color:var(--quiet);font-weight:normal}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{border:1px solid var(--line);padding:.25rem .6rem;text-align:left;overflow-wrap:anywhere}
.images{display:grid;grid-template-columns:repeat(auto-fill,minmax(192px,1fr));gap:1rem}
figure{margin:0;overflow-wrap:anywhere}figcaption{color:var(--quiet)}figcaption b{color:var(--text);font-weight:500}
img{max-width:100%;display:block}.none{width:192px;height:96px;display:grid;place-items:center;border:1px dashed var(--line);color:var(--quiet)}
@media print{body{margin:0;max-width:none}figure,tr{break-inside:avoid}}`;
