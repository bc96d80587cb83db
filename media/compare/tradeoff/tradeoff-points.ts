import type {
  Comparison,
  ComparisonCell,
  ComparisonMetric,
  ComparisonRow,
  ModelChoice,
} from '../../../server/protocol/comparison.ts';
import { csvCell } from '../../../trainer/format/csv.ts';
import type { ShownRun } from '../shown-runs.ts';
import { formatStep, modelKey } from '../table/table-model.ts';

/** A metric of a column of the table, as an axis of the plot. */
export interface TradeoffAxis {
  readonly id: string;
  /** Index in `Comparison.columns`. */
  readonly column: number;
  readonly data: string;
  readonly protocol: string;
  readonly metric: ComparisonMetric;
}

export interface TradeoffAxes {
  readonly x: TradeoffAxis;
  readonly y: TradeoffAxis;
}

/** A model of a run that has a number on both axes. */
export interface TradeoffPoint {
  /** That of its row. */
  readonly id: string;
  readonly runName: string;
  /** Index in the palette; null for bicubic upscaling. */
  readonly color: number | null;
  /** Place of its run among the compared runs; -1 for bicubic upscaling. */
  readonly run: number;
  /** The model with the steps of its checkpoints: `PSNR 400k`, `pretraining 5k`, `x4` of bicubic upscaling. */
  readonly label: string;
  /** Whether it is a model of the table rather than one of all checkpoints. */
  readonly isOfTable: boolean;
  readonly checkpoints: ComparisonRow['checkpoints'];
  /** Weight of the second checkpoint; null: no network interpolation. */
  readonly alpha: number | null;
  /** Numbers of one group compare. */
  readonly group: string;
  readonly x: number;
  readonly y: number;
}

/** The models of the table, then every checkpoint of the runs. A run lacks the steps that only others have. */
export function withAllCheckpoints(
  models: readonly ModelChoice[],
  runs: readonly ShownRun[],
): readonly ModelChoice[] {
  const all = runs.flatMap(({ detail }) =>
    (detail?.checkpoints ?? []).map(
      ({ stage, step }): ModelChoice => ({ kind: 'checkpoint', stage, checkpoint: step }),
    ),
  );
  return [...models, ...new Map(all.map((choice) => [JSON.stringify(choice), choice])).values()];
}

/** The metrics of which models have numbers, in the order of the table. */
export function tradeoffAxes({ columns, rows }: Comparison): TradeoffAxis[] {
  return columns.flatMap(({ id, data, protocol, metrics }, column) =>
    metrics.flatMap((metric) =>
      rows.some(({ cells }) => valueIn(cells[column], metric.name) !== undefined)
        ? [{ id: `${id}|${metric.name}`, column, data, protocol, metric }]
        : [],
    ),
  );
}

/**
 * The axes that a page shows: those that were chosen, as far as they are there. Else distortion over perception on the same
 * images: the first metric for which higher is better, and the first for which lower is.
 */
export function chosenAxes(
  axes: readonly TradeoffAxis[],
  chosen: { readonly x: string | null; readonly y: string | null },
): TradeoffAxes | undefined {
  const perceptions = axes.filter(({ metric }) => metric.better === 'lower');
  const distortions = axes.filter(({ metric }) => metric.better === 'higher');
  const pair = perceptions
    .map((y) => ({ x: distortions.find(({ data }) => data === y.data), y }))
    .find(({ x }) => x !== undefined);
  const x = axes.find(({ id }) => id === chosen.x) ?? pair?.x ?? axes[0];
  const y =
    axes.find(({ id }) => id === chosen.y) ??
    pair?.y ??
    axes.find((each) => each !== x && each.data === x?.data) ??
    x;
  return x && y && { x, y };
}

/**
 * The models with finite, current numbers on both axes, by rising x, each once.
 *
 * @param ofTable how many of the query's models are those of the table; the others are all checkpoints
 */
export function tradeoffPoints(
  { rows, runs }: Comparison,
  { x, y }: TradeoffAxes,
  ofTable: number,
): TradeoffPoint[] {
  const shown = new Set<string>();
  return rows
    .flatMap((row): TradeoffPoint[] => {
      const key = row.model === null ? row.id : modelKey(row.model);
      const [atX, atY] = [x, y].map(({ column, metric }) => valueIn(row.cells[column], metric.name));
      if (atX === undefined || atY === undefined || shown.has(key)) return [];
      shown.add(key);
      const place = row.isReference ? -1 : runs.findIndex(({ run }) => run === row.run);
      return [
        {
          id: row.id,
          runName: row.isReference ? 'bicubic' : (runs[place]?.name ?? row.run),
          color: row.isReference ? null : (runs[place]?.color ?? 0),
          run: place,
          label: labelOf(row),
          isOfTable: row.choice === null || row.choice < ofTable,
          checkpoints: row.checkpoints,
          alpha: row.model?.interpolatedWith?.alpha ?? null,
          group: [x, y].map(({ column }) => groupOf(row.cells[column])).join('|'),
          x: atX,
          y: atY,
        },
      ];
    })
    .sort((a, b) => a.x - b.x || a.y - b.y);
}

/** How many models of the table have no finite, current numbers on both axes, and so no point. */
export function countWithout({ rows }: Comparison, { x, y }: TradeoffAxes, ofTable: number): number {
  const isOfTable = ({ choice, model }: ComparisonRow) =>
    model !== null && (choice === null || choice < ofTable);
  const lacks = (row: ComparisonRow) =>
    [x, y].some(({ column, metric }) => valueIn(row.cells[column], metric.name) === undefined);
  return rows.filter((row) => isOfTable(row) && lacks(row)).length;
}

function labelOf({ choice, label, model, isReference, checkpoints }: ComparisonRow): string {
  if (isReference || model === null || choice === null) return label;
  const [first, second] = checkpoints;
  if (first === undefined) return label;
  if (second !== undefined) return `${label} of ${formatStep(first.step)} and ${formatStep(second.step)}`;
  // The model of a step is already called by it.
  return label.startsWith(first.stage)
    ? `${first.stage} ${formatStep(first.step)}`
    : `${label} ${formatStep(first.step)}`;
}

/** The points of each run in the order of training: checkpoints by stage and step; between the stages, interpolations by alpha. */
export function pathsOfRuns(points: readonly TradeoffPoint[]): TradeoffPoint[][] {
  const runs = [...new Set(points.map(({ run }) => run))].filter((run) => run >= 0).sort((a, b) => a - b);
  return runs.map((run) =>
    points
      .filter((point) => point.run === run)
      .sort((a, b) => phaseOf(a) - phaseOf(b) || progressOf(a) - progressOf(b)),
  );
}

function phaseOf({ alpha, checkpoints }: TradeoffPoint): number {
  if (alpha !== null) return 1;
  return checkpoints[0]?.stage === 'training' ? 2 : 0;
}

function progressOf({ alpha, checkpoints }: TradeoffPoint): number {
  return alpha ?? checkpoints[0]?.step ?? 0;
}

/**
 * The Pareto fronts: of the points whose numbers compare, those that no other point exceeds in one metric without being worse
 * in the other, by rising x. Points that compare with no other have none. None where it is not known which direction is better.
 */
export function paretoFronts(points: readonly TradeoffPoint[], { x, y }: TradeoffAxes): TradeoffPoint[][] {
  if (x.metric.better === null || y.metric.better === null) return [];
  const signX = x.metric.better === 'higher' ? 1 : -1;
  const signY = y.metric.better === 'higher' ? 1 : -1;
  const exceeds = (a: TradeoffPoint, b: TradeoffPoint) => {
    const [moreX, moreY] = [signX * (a.x - b.x), signY * (a.y - b.y)];
    return moreX >= 0 && moreY >= 0 && moreX + moreY > 0;
  };
  return [...new Set(points.map(({ group }) => group))]
    .map((group) => points.filter((point) => point.group === group))
    .filter(({ length }) => length > 1)
    .map((own) => own.filter((point) => own.every((other) => !exceeds(other, point))));
}

/** The points as CSV, lines end with CRLF: run, model, stages and steps of its checkpoints, alpha, both numbers, front. */
export function tradeoffCsv(points: readonly TradeoffPoint[], axes: TradeoffAxes): string {
  const front = new Set(paretoFronts(points, axes).flat());
  const head = ['run', 'model', 'stage', 'step', 'alpha', axisName(axes.x), axisName(axes.y), 'Pareto front'];
  const lines = points.map((point) => [
    point.runName,
    point.label,
    point.checkpoints.map(({ stage }) => stage).join(' + '),
    point.checkpoints.map(({ step }) => step).join(' + '),
    point.alpha ?? '',
    point.x,
    point.y,
    front.has(point) ? 'yes' : 'no',
  ]);
  return [head, ...lines].map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

/** `set5 · paper-y · PSNR dB` */
export function axisName({ data, protocol, metric }: TradeoffAxis): string {
  return data === 'scalars' ? protocol : `${data} · ${protocol} · ${metric.title}`;
}

/** The name with an arrow to where it is better. */
export function axisTitle(axis: TradeoffAxis): string {
  const { better } = axis.metric;
  if (better === null) return axisName(axis);
  return better === 'higher'
    ? `${axisName(axis)} · higher is better →`
    : `← lower is better · ${axisName(axis)}`;
}

/** Why numbers on the axes must not be compared with each other; a sentence for each column with such numbers. */
export function tradeoffWarnings({ columns }: Comparison, { x, y }: TradeoffAxes): string[] {
  return [...new Set([x, y].flatMap(({ column }) => columns[column]?.warning ?? []))];
}

/** A finite number that is not out of date. */
function valueIn(cell: ComparisonCell | undefined, metric: string): number | undefined {
  return cell?.state === 'computed' ? (cell.result.values[metric] ?? undefined) : undefined;
}

/** That of a number, as the column has it. */
function groupOf(cell: ComparisonCell | undefined): number {
  return cell?.state === 'computed' ? cell.result.group : -1;
}
