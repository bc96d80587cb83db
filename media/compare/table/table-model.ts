import type {
  Comparison,
  ComparisonCell,
  ComparisonColumn,
  ComparisonMetric,
  ComparisonResult,
  ModelReference,
} from '../../../server/protocol/comparison.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import { metricHeading } from '../../../trainer/metrics/metrics.ts';

/** A row of the table: a model of a run, or published results. */
export interface TableRow {
  readonly id: string;
  /** The run directory; null for published results. */
  readonly run: string | null;
  /** Bicubic upscaling, not a model of the run. */
  readonly isReference: boolean;
  readonly runName: string;
  /** Index in the palette; null for published results and references. */
  readonly color: number | null;
  readonly label: string;
  /** The steps of the checkpoints. */
  readonly detail: string;
  readonly model: ModelReference | null;
  /** One for each column, in the order of `TableData.columns`. */
  readonly cells: readonly ComparisonCell[];
}

export type TableColumn = Omit<ComparisonColumn, 'kind'> & {
  readonly kind: ComparisonColumn['kind'] | 'published';
};

/** Everything that the table can show. */
export interface TableData {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

/** The protocol of the original program's published results. */
export const publishedProtocol = 'seed';

/**
 * The rows and columns of a comparison. Published results add a column for each of their test sets, before the others: the
 * best single image, which is what was published, and that of each model measured under the same protocol. Then columns
 * of that protocol without any measurement are omitted.
 */
export function tableOf(comparison: Comparison, showsPublished: boolean): TableData {
  const columns = comparison.columns.flatMap((column, at) => {
    const isEmpty = comparison.rows.every(({ cells }) => !isMeasured(cells[at]));
    return showsPublished && column.protocol === publishedProtocol && isEmpty ? [] : [{ column, at }];
  });
  const sets = showsPublished ? [...new Set(comparison.published.map(({ data }) => data))] : [];
  const runs = new Map(comparison.runs.map((run) => [run.run, run]));
  const measured = sets.map((data) =>
    comparison.columns.findIndex(
      (column) => column.data.toLowerCase() === data.toLowerCase() && column.protocol === publishedProtocol,
    ),
  );
  const models = comparison.rows.map(
    (row): TableRow => ({
      id: row.id,
      run: row.run,
      isReference: row.isReference,
      runName: row.isReference ? 'bicubic' : (runs.get(row.run)?.name ?? row.run),
      color: row.isReference ? null : (runs.get(row.run)?.color ?? 0),
      label: row.label,
      detail: row.checkpoints.map(({ step }) => formatStep(step)).join(' + '),
      model: row.model,
      cells: [
        ...measured.map((at) => bestImageOf(row.cells[at])),
        ...columns.map(({ at }) => row.cells[at] ?? { state: 'none' as const }),
      ],
    }),
  );
  const titles = showsPublished ? [...new Set(comparison.published.map(({ title }) => title))] : [];
  const published = titles.map((title): TableRow => {
    const own = comparison.published.filter((row) => row.title === title);
    return {
      id: `published:${title}`,
      run: null,
      isReference: false,
      runName: title,
      color: null,
      label: 'published',
      detail: '',
      model: null,
      cells: [
        ...sets.map((data): ComparisonCell => {
          const found = own.find((row) => row.data === data);
          return found
            ? { state: 'computed', result: onlyValues({ psnr: found.psnr, ssim: found.ssim }) }
            : { state: 'none' };
        }),
        ...columns.map((): ComparisonCell => ({ state: 'none' })),
      ],
    };
  });
  return {
    columns: [
      ...sets.map((data, i): TableColumn => {
        const base = comparison.columns[measured[i]!];
        const note = comparison.published.find((row) => row.data === data)?.note ?? '';
        return {
          id: `published:${data}`,
          kind: 'published',
          data,
          protocol: 'best single image',
          description: note,
          testSet: base?.testSet ?? null,
          metrics: publishedMetrics,
          groups: [{ description: note }],
          warning: note,
        };
      }),
      ...columns.map(({ column }) => column),
    ],
    rows: [...models, ...published],
  };
}

/** `better` is null, so that nothing is marked as the best: single images were selected by hand. */
const publishedMetrics: readonly ComparisonMetric[] = [
  { name: 'psnr', title: metricHeading('psnr'), digits: 2, better: null },
  { name: 'ssim', title: metricHeading('ssim'), digits: 4, better: null },
];

export function isMeasured(cell: ComparisonCell | undefined): boolean {
  return cell?.state === 'computed' || cell?.state === 'stale';
}

function bestImageOf(cell: ComparisonCell | undefined): ComparisonCell {
  if (cell?.state !== 'computed' || !cell.result.range)
    return { state: cell?.state === 'missing' ? 'missing' : 'none' };
  const highest = Object.entries(cell.result.range).map(([metric, [, high]]) => [metric, high] as const);
  return { state: 'computed', result: onlyValues(Object.fromEntries(highest)) };
}

function onlyValues(values: ComparisonResult['values']): ComparisonResult {
  return { group: 0, values, range: null, delta: {}, best: [], belowBicubic: [], images: null, file: null };
}

/** The text of a cell; null is infinite. */
export function formatMetric(value: number | null, digits: number): string {
  if (value === null || value === Number.POSITIVE_INFINITY) return '∞';
  return `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(digits)}`;
}

/** A difference with its sign: `+0.12`, `−2.42`, `±0`. */
export function formatDelta(delta: number, digits: number): string {
  const size = Math.abs(delta).toFixed(digits);
  if (Number(size) === 0) return '±0';
  return `${delta < 0 ? '−' : '+'}${size}`;
}

/** Whether a difference is an improvement; null if the better direction is unknown or the difference rounds to 0. */
export function isBetter(delta: number, { better, digits }: ComparisonMetric): boolean | null {
  if (better === null || Number(Math.abs(delta).toFixed(digits)) === 0) return null;
  return delta > 0 === (better === 'higher');
}

/** 400000 as `400k`, 1234 as `1,234`. */
export function formatStep(step: number): string {
  if (step >= 10_000 && step % 1000 === 0) return `${step / 1000}k`;
  return formatCount(step);
}

/** Identifies a model. */
export function modelKey({ run, checkpoint, interpolatedWith }: ModelReference): string {
  return JSON.stringify([run, checkpoint, interpolatedWith?.checkpoint, interpolatedWith?.alpha]);
}

/** An evaluation that one job can run: a model on a test set under all protocols that lack it or are out of date. */
export interface MissingEvaluation {
  readonly model: ModelReference;
  readonly testSet: string;
  readonly protocols: readonly string[];
}

function needsEvaluation(cell: ComparisonCell | undefined): boolean {
  return cell?.state === 'missing' || cell?.state === 'stale';
}

/** The evaluations that are missing or out of date in these rows and columns, in the order of the rows. */
export function missingEvaluations(
  rows: readonly TableRow[],
  columns: readonly { column: TableColumn; at: number }[],
): MissingEvaluation[] {
  return rows.flatMap(({ model, cells }) => {
    const bySet = new Map<string, string[]>();
    for (const { column, at } of columns) {
      if (!needsEvaluation(cells[at]) || column.testSet === null) continue;
      const protocol = column.kind === 'published' ? publishedProtocol : column.protocol;
      const protocols = bySet.get(column.testSet) ?? [];
      bySet.set(column.testSet, protocols);
      if (!protocols.includes(protocol)) protocols.push(protocol);
    }
    return model ? [...bySet].map(([testSet, protocols]) => ({ model, testSet, protocols })) : [];
  });
}

/** A missing evaluation in a line: `photos · PSNR: set5, rgb and paper-y`. */
export function describeMissing(
  { model, testSet, protocols }: MissingEvaluation,
  { rows, columns }: Pick<TableData, 'rows' | 'columns'>,
): string {
  const row = rows.find((each) => each.model !== null && modelKey(each.model) === modelKey(model));
  const name = row === undefined ? model.run : `${row.runName} · ${row.label}`;
  const data = columns.find((column) => column.testSet === testSet)?.data ?? testSet;
  return `${name}: ${data}, ${protocols.join(' and ')}`;
}

/** The name of a group if its column has several: a, b, c, … */
export function groupLetter(group: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + group);
}
