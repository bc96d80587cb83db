import type {
  Comparison,
  ComparisonCell,
  ComparisonColumn,
  ComparisonMetric,
  ComparisonResult,
  ModelReference,
} from '../../../server/protocol/comparison.ts';
import { formatCount } from '../../../trainer/format/format.ts';

/** By which numbers rows stand. */
export interface TableSort {
  readonly column: string;
  readonly metric: string;
  readonly isBestFirst: boolean;
}

/** How the table is arranged; ids that are not there (any more) do no harm. */
export interface TableView {
  readonly sort: TableSort | null;
  /** Words that the name of a row must have, all of them. */
  readonly filter: string;
  readonly hiddenRows: readonly string[];
  readonly hiddenColumns: readonly string[];
  /** Ids in the order that the person gave them; those that are missing follow in their own. */
  readonly rowOrder: readonly string[];
  readonly columnOrder: readonly string[];
}

/** A row of the table: of a model of a run, or of published results. */
export interface TableRow {
  readonly id: string;
  /** The run directory; null for published results. */
  readonly run: string | null;
  readonly runName: string;
  /** Place in the palette; null for published results. */
  readonly color: number | null;
  readonly label: string;
  /** Behind the label: the steps of its checkpoints. */
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

/** The protocol under which the original program measured what it published. */
export const publishedProtocol = 'seed';

/**
 * The rows and columns of a comparison. With published results, each of their test sets has one more column, before the
 * others: the best single image, which is what was published; beside it ours, where the test set was measured under the
 * same protocol. Columns of that protocol in which nothing is measured then add nothing, and stay away.
 */
export function tableOf(comparison: Comparison, showsPublished: boolean): TableData {
  const kept = comparison.columns.flatMap((column, at) => {
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
  const ours = comparison.rows.map(
    (row): TableRow => ({
      id: row.id,
      run: row.run,
      runName: runs.get(row.run)?.name ?? row.run,
      color: runs.get(row.run)?.color ?? 0,
      label: row.label,
      detail: row.checkpoints.map(({ step }) => formatStep(step)).join(' + '),
      model: row.model,
      cells: [
        ...measured.map((at) => bestImageOf(row.cells[at])),
        ...kept.map(({ at }) => row.cells[at] ?? { state: 'none' as const }),
      ],
    }),
  );
  const titles = showsPublished ? [...new Set(comparison.published.map(({ title }) => title))] : [];
  const published = titles.map((title): TableRow => {
    const own = comparison.published.filter((row) => row.title === title);
    return {
      id: `published:${title}`,
      run: null,
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
        ...kept.map((): ComparisonCell => ({ state: 'none' })),
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
      ...kept.map(({ column }) => column),
    ],
    rows: [...ours, ...published],
  };
}

/** Nothing is marked as the best: of single images that somebody chose, none is. */
const publishedMetrics: readonly ComparisonMetric[] = [
  { name: 'psnr', title: 'PSNR dB', digits: 2, better: null },
  { name: 'ssim', title: 'SSIM', digits: 4, better: null },
];

function isMeasured(cell: ComparisonCell | undefined): boolean {
  return cell?.state === 'computed' || cell?.state === 'stale';
}

function bestImageOf(cell: ComparisonCell | undefined): ComparisonCell {
  if (cell?.state !== 'computed' || !cell.result.range)
    return { state: cell?.state === 'missing' ? 'missing' : 'none' };
  const highest = Object.entries(cell.result.range).map(([metric, [, high]]) => [metric, high] as const);
  return { state: 'computed', result: onlyValues(Object.fromEntries(highest)) };
}

function onlyValues(values: ComparisonResult['values']): ComparisonResult {
  return { group: 0, values, range: null, delta: {}, best: [], images: null, file: null };
}

/** Items in the order of their ids in `order`; those that it lacks behind, as they stood. */
export function inOrder<Item extends { readonly id: string }>(
  items: readonly Item[],
  order: readonly string[],
): Item[] {
  const place = new Map(order.map((id, i) => [id, i]));
  return items.toSorted((a, b) => (place.get(a.id) ?? order.length) - (place.get(b.id) ?? order.length));
}

/** The ids with one moved by so many places, as far as that goes. */
export function moved(ids: readonly string[], id: string, by: number): string[] {
  const from = ids.indexOf(id);
  if (from < 0) return [...ids];
  const to = Math.min(ids.length - 1, Math.max(0, from + by));
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}

/** The columns that are shown, in their order, each with its place in `TableData.columns`. */
export function shownColumns(data: TableData, view: TableView): { column: TableColumn; at: number }[] {
  return inOrder(
    data.columns.map((column, at) => ({ id: column.id, column, at })),
    view.columnOrder,
  )
    .filter(({ id }) => !view.hiddenColumns.includes(id))
    .map(({ column, at }) => ({ column, at }));
}

/** The rows that are shown: those that the person ordered, filtered, and sorted by a metric if one is chosen. */
export function shownRows(data: TableData, view: TableView): TableRow[] {
  const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = inOrder(data.rows, view.rowOrder).filter((row) => {
    const text = `${row.runName} ${row.label} ${row.detail}`.toLowerCase();
    return !view.hiddenRows.includes(row.id) && words.every((word) => text.includes(word));
  });
  const { sort } = view;
  const at = data.columns.findIndex(({ id }) => id === sort?.column);
  const metric = data.columns[at]?.metrics.find(({ name }) => name === sort?.metric);
  if (!sort || !metric) return rows;
  // Where nobody knows which way is better, "best" is the highest.
  const sign = (metric.better === 'lower') === sort.isBestFirst ? 1 : -1;
  return rows.toSorted((a, b) => compareCells(a.cells[at], b.cells[at], metric.name, sign));
}

/**
 * Numbers of one group stand together, and the groups after each other, since no order between them means anything;
 * behind them what is stale, and last what has no number.
 */
function compareCells(
  a: ComparisonCell | undefined,
  b: ComparisonCell | undefined,
  metric: string,
  sign: 1 | -1,
): number {
  const [x, y] = [sortKey(a, metric), sortKey(b, metric)];
  return x.rank - y.rank || x.group - y.group || (x.value === y.value ? 0 : x.value < y.value ? -sign : sign);
}

function sortKey(
  cell: ComparisonCell | undefined,
  metric: string,
): { rank: number; group: number; value: number } {
  if (cell?.state !== 'computed' && cell?.state !== 'stale') return { rank: 2, group: 0, value: 0 };
  const value = cell.result.values[metric];
  if (value === undefined) return { rank: 2, group: 0, value: 0 };
  return {
    rank: cell.state === 'computed' ? 0 : 1,
    group: cell.result.group,
    value: value ?? Number.POSITIVE_INFINITY,
  };
}

/** What a click on a metric's head leads to: best first, worst first, and no sorting. */
export function nextSort(sort: TableSort | null, column: string, metric: string): TableSort | null {
  if (sort?.column !== column || sort.metric !== metric) return { column, metric, isBestFirst: true };
  return sort.isBestFirst ? { column, metric, isBestFirst: false } : null;
}

/** A value as it stands in a cell; null is infinite. */
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

/** Whether a difference is for the better; null where nobody knows, or there is none. */
export function isBetter(delta: number, { better, digits }: ComparisonMetric): boolean | null {
  if (better === null || Number(Math.abs(delta).toFixed(digits)) === 0) return null;
  return delta > 0 === (better === 'higher');
}

/** 400000 as `400k`, 1234 as `1,234`. */
export function formatStep(step: number): string {
  if (step >= 10_000 && step % 1000 === 0) return `${step / 1000}k`;
  return formatCount(step);
}

/** What tells a model from any other. */
export function modelKey({ run, checkpoint, mixed }: ModelReference): string {
  return JSON.stringify([run, checkpoint, mixed?.checkpoint, mixed?.alpha]);
}

/** What is missing or out of date, by what one job can measure: a model on a test set under all protocols that lack it. */
export interface MissingEvaluation {
  readonly model: ModelReference;
  readonly testSet: string;
  readonly protocols: readonly string[];
}

/** Whether a number can be measured (anew): it is missing, or no longer holds. */
export function isToEvaluate(cell: ComparisonCell | undefined): boolean {
  return cell?.state === 'missing' || cell?.state === 'stale';
}

/** The evaluations that these rows and columns lack, or have out of date, in the order of the rows. */
export function missingEvaluations(
  rows: readonly TableRow[],
  columns: readonly { column: TableColumn; at: number }[],
): MissingEvaluation[] {
  return rows.flatMap(({ model, cells }) => {
    const bySet = new Map<string, string[]>();
    for (const { column, at } of columns) {
      if (!isToEvaluate(cells[at]) || column.testSet === null) continue;
      const protocol = column.kind === 'published' ? publishedProtocol : column.protocol;
      const protocols = bySet.get(column.testSet) ?? [];
      bySet.set(column.testSet, protocols);
      if (!protocols.includes(protocol)) protocols.push(protocol);
    }
    return model ? [...bySet].map(([testSet, protocols]) => ({ model, testSet, protocols })) : [];
  });
}

/** How a group of numbers is called where a column has several: a, b, c, … */
export function groupLetter(group: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + group);
}
