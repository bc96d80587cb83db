import { csvCell } from '../../trainer/format/csv.ts';
import { checkpointName } from '../../trainer/runs/checkpoints.ts';
import type {
  Comparison,
  ComparisonCell,
  ComparisonColumn,
  ComparisonMetric,
  ComparisonResult,
  ComparisonRow,
  ExportQuery,
} from '../protocol/comparison.ts';

/**
 * The rows and columns of a comparison that a view shows, in its order. Ids that there are not are passed over, and
 * so are columns without a number, which a view shows only to offer them.
 */
export function shownPart(
  comparison: Comparison,
  { rows, columns, published }: Pick<ExportQuery, 'rows' | 'columns' | 'published'>,
): Comparison {
  const placeOf = new Map(comparison.columns.map(({ id }, place) => [id, place]));
  const places = (columns ?? [...placeOf.keys()])
    .flatMap((id) => placeOf.get(id) ?? [])
    .filter((place) => comparison.rows.some(({ cells }) => hasNumber(cells[place])));
  const pick = <T>(list: readonly T[]): T[] => places.flatMap((place) => list.slice(place, place + 1));
  const shown = (rows ?? comparison.rows.map(({ id }) => id)).flatMap(
    (id) => comparison.rows.find((row) => row.id === id) ?? [],
  );
  return {
    ...comparison,
    columns: pick(comparison.columns),
    rows: shown.map((row) => ({ ...row, cells: pick(row.cells) })),
    published: comparison.published.filter(({ title }) => published.includes(title)),
  };
}

/**
 * One line for each model, test set and protocol with a number, as `esrgan compare --csv` has them, with the group of
 * numbers that compare and whether they are out of date; numbers in full. The first line names the columns. Published
 * results are single images, so they are shown as a maximum.
 */
export function comparisonCsv(comparison: Comparison): string {
  const names = [
    ...new Set([
      ...comparison.columns.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
      ...(comparison.published.length > 0 ? ['psnr', 'ssim'] : []),
    ]),
  ];
  const head = ['run', 'model', 'checkpoints', 'data', 'protocol', 'group', 'state', 'images'];
  const numbers = names.flatMap((name) => [name, `${name}_min`, `${name}_max`, `${name}_delta`]);
  const lines = comparison.rows.flatMap((row) =>
    row.cells.flatMap((cell, index) => {
      const column = comparison.columns[index];
      const result = resultOf(cell);
      if (column === undefined || result === undefined) return [];
      const { group, images, values, range, delta } = result;
      const cells = names.flatMap((name) => {
        if (values[name] === undefined) return ['', '', '', ''];
        const [lowest, highest] = range?.[name] ?? ['', ''];
        return [numberText(values[name]), numberText(lowest), numberText(highest), delta[name] ?? ''];
      });
      return [
        [
          runName(comparison, row),
          row.label,
          checkpointsText(row),
          column.data,
          column.protocol,
          column.groups[group]?.description ?? '',
          cell.state,
          images ?? '',
          ...cells,
        ],
      ];
    }),
  );
  const published = comparison.published.map(({ title, data, protocol, ...values }) => [
    ...[title, 'published', '', data, protocol, 'best single image', 'published', 1],
    ...names.flatMap((name) => ['', '', name === 'psnr' || name === 'ssim' ? values[name] : '', '']),
  ]);
  return [[...head, ...numbers], ...lines, ...published]
    .map((line) => `${line.map(csvCell).join(',')}\n`)
    .join('');
}

/** The table as it is shown, for a README or a pull request; the best of each group is bold. */
export function comparisonMarkdown(comparison: Comparison): string {
  const titles = tableTitles(comparison);
  const lines = comparison.rows.map((row) => [
    runName(comparison, row),
    row.label,
    ...row.cells.flatMap((cell, index) =>
      (comparison.columns[index]?.metrics ?? []).map((metric) => {
        const { text, isBest } = cellText(cell, metric, comparison.columns[index]);
        return isBest ? `**${text}**` : text;
      }),
    ),
  ]);
  const rule = titles.map((_, index) => (index < 2 ? '---' : '---:'));
  const table = [titles, rule, ...lines].map((line) => `| ${line.map(escapePipe).join(' | ')} |`);
  const notes = groupNotes(comparison).map((note) => `- ${note}`);
  const warnings = comparison.warnings.map((warning) => `> **Warning:** ${warning}`);
  const published = publishedTable(comparison);
  const publishedRule = published.titles.map((_, index) => (index === 0 ? '---' : '---:'));
  const publishedLines = [published.titles, publishedRule, ...published.lines].map(
    (line) => `| ${line.map(escapePipe).join(' | ')} |`,
  );
  return [
    table,
    notes,
    warnings,
    published.lines.length > 0 ? publishedLines : [],
    published.notes.map((note) => `- ${note}`),
  ]
    .filter((part) => part.length > 0)
    .map((part) => `${part.join('\n')}\n`)
    .join('\n');
}

/** The heads of a table with a column for each metric: run and model first. */
function tableTitles({ columns }: Comparison): string[] {
  return [
    'run',
    'model',
    ...columns.flatMap((column) => column.metrics.map(({ title }) => `${headOf(column)} ${title}`)),
  ];
}

/** What a column measures: `set5, paper-y`. */
export function headOf({ kind, data, protocol }: ComparisonColumn): string {
  return kind === 'scalar' ? protocol : `${data}, ${protocol}`;
}

/** A number with its difference to the baseline in brackets, and marks for another group (a, b) or old weights. */
export function cellText(
  cell: ComparisonCell,
  { name, digits }: ComparisonMetric,
  column: ComparisonColumn | undefined,
): { readonly text: string; readonly isBest: boolean } {
  const result = resultOf(cell);
  const value = result?.values[name];
  if (result === undefined || value === undefined) return { text: '-', isBest: false };
  const shown = value === null ? '∞' : value.toFixed(digits);
  const delta = result.delta[name];
  const parts = [
    shown,
    ...(delta === undefined || delta === 0
      ? []
      : [`(${delta < 0 ? '−' : '+'}${Math.abs(delta).toFixed(digits)})`]),
    ...((column?.groups.length ?? 0) > 1 ? [`[${groupMark(result.group)}]`] : []),
    ...(cell.state === 'stale' ? ['(out of date)'] : []),
    ...(result.belowBicubic.includes(name) ? ['▾'] : []),
  ];
  return { text: parts.join(' '), isBest: result.best.includes(name) };
}

/** The published results as a table of their own, since they compare with no number of the other; and what they are. */
export function publishedTable({ published }: Comparison): {
  readonly titles: readonly string[];
  readonly lines: readonly (readonly string[])[];
  readonly notes: readonly string[];
} {
  const sets = [...new Set(published.map(({ data }) => data))];
  const runs = [...new Set(published.map(({ title }) => title))];
  return {
    titles: ['published', ...sets.flatMap((data) => [`${data} PSNR dB`, `${data} SSIM`])],
    lines: runs.map((title) => [
      title,
      ...sets.flatMap((data) => {
        const found = published.find((each) => each.title === title && each.data === data);
        return found ? [found.psnr.toFixed(2), found.ssim.toFixed(4)] : ['-', '-'];
      }),
    ]),
    notes: [...new Set(published.map(({ note }) => note))],
  };
}

/** What the marks of groups and of results below bicubic mean, a line each. */
export function groupNotes({ columns, rows }: Comparison): string[] {
  const isBelow = rows.some(({ cells }) => cells.some((cell) => resultOf(cell)?.belowBicubic.length));
  const groups = columns.flatMap((column) =>
    column.groups.length < 2
      ? []
      : column.groups.map(
          ({ description }, index) => `${headOf(column)} [${groupMark(index)}]: ${description}`,
        ),
  );
  return [...(isBelow ? ['▾: below bicubic upscaling of the same images.'] : []), ...groups];
}

/** Name of a row's run; `bicubic` for a reference. */
export function runName({ runs }: Comparison, row: ComparisonRow): string {
  if (row.isReference) return 'bicubic';
  return runs.find(({ run }) => run === row.run)?.name ?? row.run;
}

function groupMark(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}

function hasNumber(cell: ComparisonCell | undefined): boolean {
  return cell !== undefined && resultOf(cell) !== undefined;
}

function resultOf(cell: ComparisonCell): ComparisonResult | undefined {
  return cell.state === 'computed' || cell.state === 'stale' ? cell.result : undefined;
}

function checkpointsText({ checkpoints }: ComparisonRow): string {
  return checkpoints.map(({ stage, step }) => checkpointName(stage, step)).join(' ');
}

/** An infinite PSNR, of equal images, is null. */
function numberText(value: number | string | null | undefined): number | string {
  return value === null ? 'Infinity' : (value ?? '');
}

function escapePipe(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
