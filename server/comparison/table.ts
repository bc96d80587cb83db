import type { EvaluationFile } from '../../trainer/evaluate/results/evaluation-files.ts';
import type { KnownTestSet } from '../../trainer/evaluate/results/test-set.ts';
import {
  type Metric,
  metricHeading,
  metricNames,
  metrics,
  perceptualMetricNames,
  pixelMetricNames,
} from '../../trainer/metrics/metrics.ts';
import {
  isProtocolName,
  type ProtocolName,
  perceptualMetricOf,
  perceptualProtocols,
  protocols,
} from '../../trainer/metrics/protocols.ts';
import type { Checkpoint, CheckpointState } from '../../trainer/runs/checkpoints.ts';
import { parseTime } from '../../trainer/runs/time.ts';
import type {
  ComparisonCell,
  ComparisonColumn,
  ComparisonMetric,
  ComparisonResult,
  ComparisonRow,
  ModelReference,
} from '../protocol/comparison.ts';

/** A row before its cells are known. */
export interface ModelRow {
  readonly id: string;
  readonly run: string;
  /** Name of the run, for sentences. */
  readonly name: string;
  readonly isReference: boolean;
  readonly choice: number | null;
  readonly label: string;
  readonly model: ModelReference | null;
  readonly checkpoints: readonly Checkpoint[];
  /** What validation measured when it was written; undefined where nothing was. */
  readonly validation: CheckpointState['metrics'] | undefined;
  /** As evaluations name it; undefined where it is not known. */
  readonly weights: string | undefined;
  readonly scale: number | null;
  /** All evaluations in the run. */
  readonly evaluations: readonly { readonly path: string; readonly evaluation: EvaluationFile }[];
  /** What validation in training was measured on, in words; undefined where the run file does not say. */
  readonly validatedOn: string | undefined;
  /** The last value by tag, of a run of another trainer; null: not finite. */
  readonly scalars: Readonly<Record<string, number | null>>;
}

export interface TableOptions {
  /** The test sets that are there. */
  readonly testSets: readonly KnownTestSet[];
  /** Protocols for which each test set has a column. */
  readonly protocols: readonly string[];
  /** The run that differences are taken from. */
  readonly baseline: string | null;
}

/** A number of a row before its group is known. */
interface Entry {
  readonly column: ColumnKey;
  /** Numbers of one group compare; in words. */
  readonly group: string;
  readonly values: Readonly<Record<string, number | null>>;
  readonly range: ComparisonResult['range'];
  readonly images: number | null;
  readonly file: string | null;
  /** Why it is of weights or images that are gone. */
  readonly stale: string | undefined;
  readonly time: number;
}

type ColumnKey = Omit<ComparisonColumn, 'groups' | 'warning'>;

/**
 * The columns and the rows with their cells: what is measured, what is missing, what is out of date. Differences and
 * the best are taken within groups of numbers that compare.
 */
export function buildTable(
  rows: readonly ModelRow[],
  { testSets, protocols, baseline }: TableOptions,
): { columns: ComparisonColumn[]; rows: ComparisonRow[] } {
  const entries = rows.map((row) => [
    ...row.evaluations.flatMap((evaluation) => evaluationEntry(row, evaluation, testSets)),
    ...validationEntries(row),
    ...scalarEntries(row),
  ]);
  const measured = entries.flat().map(({ column }) => column);
  const offered = testSets
    .flatMap((testSet) => protocols.map((protocol) => evaluationColumn(testSet, protocol)))
    // The fingerprint of weights is not known before they have measured.
    .filter(({ id }) => measured.every((column) => !column.id.startsWith(`${id}|`)));
  const keys = uniqueColumns([...offered, ...measured]);
  const all = entriesByColumn(entries.flat());
  const columns = keys.map((key) => withGroups(key, all.get(key.id) ?? []));
  const cells = rows.map((row, index) => {
    const mine = entriesByColumn(entries[index] ?? []);
    return columns.map((column) => cellOf(row, mine.get(column.id) ?? [], column));
  });
  const ranked = columns.map((_, column) => rankColumn(columns, column, rows, cells, baseline));
  return {
    columns,
    rows: rows.map(({ id, run, isReference, choice, label, checkpoints, model }, index) => ({
      id,
      run,
      isReference,
      choice,
      label,
      checkpoints: checkpoints.map(({ state: { stage, step } }) => ({ stage, step })),
      model,
      cells: ranked.map((column) => column[index] ?? { state: 'none' }),
    })),
  };
}

function evaluationColumn(
  testSet: Pick<KnownTestSet, 'name'> & { readonly dir: string | null },
  protocol: string,
  features?: string,
): ColumnKey {
  const { description, names } = protocolFacts(protocol);
  return {
    id: [
      'evaluation',
      testSet.dir ?? testSet.name,
      protocol,
      ...(features ? [features.slice(0, 8)] : []),
    ].join('|'),
    kind: 'evaluation',
    data: testSet.name,
    protocol,
    description: features ? `${description}; weights ${features.slice(0, 8)}; lower is better` : description,
    // A distance needs weights that only the command's caller can name.
    testSet: names.includes('distance') ? null : testSet.dir,
    metrics: names.map(metricColumn),
  };
}

function protocolFacts(protocol: string): { description: string; names: readonly Metric[] } {
  if (isProtocolName(protocol))
    return { description: protocols[protocol].description, names: pixelMetricNames };
  const metric = perceptualMetricOf(protocol);
  return metric === undefined
    ? { description: 'Distance of the features of a network', names: ['distance'] }
    : { description: perceptualProtocols[metric].description, names: [metric] };
}

function metricColumn(name: Metric): ComparisonMetric {
  const { digits, isLowerBetter } = metrics[name];
  return { name, title: metricHeading(name), digits, better: isLowerBetter ? 'lower' : 'higher' };
}

/** An evaluation of the row's model, of now or of weights that its checkpoint once had; else none. */
function evaluationEntry(
  row: ModelRow,
  { path, evaluation }: ModelRow['evaluations'][number],
  testSets: readonly KnownTestSet[],
): Entry[] {
  const { data, dataSha256, protocol, net: features, images } = evaluation;
  const isCurrent = evaluation.weights === row.weights;
  if (!isCurrent && !isOfSameCheckpoints(row, evaluation)) return [];
  const same = testSets.find(({ sha256 }) => sha256 === dataSha256);
  const named = same ?? testSets.find(({ name }) => name.toLowerCase() === data.toLowerCase());
  const measured = metricNames.filter((name) => evaluation[name] !== undefined);
  const column = evaluationColumn(named ?? { name: data, dir: null }, protocol, features);
  const unmeasured = column.metrics.filter(({ name }) => measured.every((each) => each !== name));
  const bounds = (name: Metric): [number | null, number | null] => {
    const values = images.map((image) => numberOf(image[name]));
    return [finite(Math.min(...values)), finite(Math.max(...values))];
  };
  return [
    {
      column,
      group: `x${row.scale ?? '?'}, ${images.length} images, ${dataSha256.slice(0, 8)}`,
      values: Object.fromEntries(measured.map((name) => [name, evaluation[name] ?? null])),
      range: Object.fromEntries(measured.map((name) => [name, bounds(name)])),
      images: images.length,
      file: path,
      stale:
        staleness(isCurrent, same === undefined && named !== undefined, row, data) ??
        (unmeasured.length > 0
          ? `Measured by a version without ${unmeasured.map(({ title }) => title).join(' and ')}.`
          : undefined),
      time: parseTime(evaluation.time) ?? 0,
    },
  ];
}

function isOfSameCheckpoints(row: ModelRow, { checkpoints, alpha }: EvaluationFile): boolean {
  return (
    checkpoints !== undefined &&
    row.checkpoints.length === checkpoints.length &&
    row.checkpoints.every(({ name }, index) => name === checkpoints[index]) &&
    alpha === row.model?.interpolatedWith?.alpha
  );
}

function staleness(
  isCurrent: boolean,
  isOfOldImages: boolean,
  row: ModelRow,
  data: string,
): string | undefined {
  if (!isCurrent) {
    const names = row.checkpoints.map(({ name }) => name).join(' and ');
    return `Measured with weights that ${names} no longer ${row.checkpoints.length > 1 ? 'have' : 'has'}.`;
  }
  return isOfOldImages ? `Measured on images that ${data} no longer has.` : undefined;
}

/** What was measured in training when the checkpoint was written. */
function validationEntries({ run, validation, validatedOn, scale }: ModelRow): Entry[] {
  if (validation === undefined) return [];
  const { psnr_y: psnrY, ssim_y: ssimY, ...rgb } = validation;
  const entry = (
    protocol: string,
    description: string,
    names: readonly Metric[],
    values: Readonly<Record<string, number | null | undefined>>,
  ): Entry[] => {
    const known = names.filter((name) => values[name] !== undefined);
    if (known.length === 0) return [];
    return [
      {
        column: {
          id: `validation|${protocol}`,
          kind: 'validation',
          data: 'validation',
          protocol,
          description: `Measured in training, on crops: ${description}`,
          testSet: null,
          metrics: known.map(metricColumn),
        },
        group: `x${scale ?? '?'}, ${validatedOn ?? `unknown images of ${run}`}`,
        values: Object.fromEntries(known.map((name) => [name, values[name] ?? null])),
        range: null,
        images: null,
        file: null,
        stale: undefined,
        time: 0,
      },
    ];
  };
  const ofPixels = (protocol: ProtocolName, values: Parameters<typeof entry>[3]) =>
    entry(protocol, protocols[protocol].description, pixelMetricNames, values);
  return [
    ...ofPixels('rgb', rgb),
    ...ofPixels('paper-y', { psnr: psnrY, ssim: ssimY }),
    ...perceptualMetricNames.flatMap((metric) => {
      const { name, description } = perceptualProtocols[metric];
      return entry(name, description, [metric], rgb);
    }),
  ];
}

/** How another trainer measured is unknown, so its numbers are a group of their own. */
function scalarEntries({ scalars, name }: ModelRow): Entry[] {
  return Object.entries(scalars).map(([tag, value]) => ({
    column: {
      id: `scalar|${tag}`,
      kind: 'scalar',
      data: 'scalars',
      protocol: tag,
      description: `The last value of ${tag} in the event files`,
      testSet: null,
      metrics: [
        { name: 'value', title: tag.slice(tag.lastIndexOf('/') + 1), digits: 4, better: direction(tag) },
      ],
    },
    group: `as ${name} measured it`,
    values: { value },
    range: null,
    images: null,
    file: null,
    stale: undefined,
    time: 0,
  }));
}

function direction(tag: string): ComparisonMetric['better'] {
  if (/psnr|ssim/i.test(tag)) return 'higher';
  return /loss|lpips|niqe|dists/i.test(tag) ? 'lower' : null;
}

function uniqueColumns(columns: readonly ColumnKey[]): ColumnKey[] {
  const order = ['evaluation', 'validation', 'scalar'];
  return [...new Map(columns.map((column) => [column.id, column])).values()].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind),
  );
}

/** The entries by the id of their column. The run of another trainer may have a hundred thousand columns. */
function entriesByColumn(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const byColumn = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { id } = entry.column;
    const mine = byColumn.get(id);
    if (mine === undefined) byColumn.set(id, [entry]);
    else mine.push(entry);
  }
  return byColumn;
}

/** @param entries of the column */
function withGroups(column: ColumnKey, entries: readonly Entry[]): ComparisonColumn {
  const groups = [...new Set(entries.map(({ group }) => group))];
  // The letters are those of the numbers in the table.
  const named = groups.map((group, index) => `(${String.fromCharCode('a'.charCodeAt(0) + index)}) ${group}`);
  const what =
    column.kind === 'scalar' ? 'each run in its own way' : `on different pixels, ${named.join('; ')}`;
  return {
    ...column,
    groups: groups.map((description) => ({ description })),
    warning:
      groups.length > 1
        ? `${column.data} under ${column.protocol} was measured ${what}: these numbers are not comparable.`
        : null,
  };
}

/** @param entries of the row in the column */
function cellOf(row: ModelRow, entries: readonly Entry[], column: ComparisonColumn): ComparisonCell {
  const [entry] = entries.toSorted(
    (a, b) => Number(a.stale !== undefined) - Number(b.stale !== undefined) || b.time - a.time,
  );
  if (entry === undefined) {
    const canBe = column.kind === 'evaluation' && row.model !== null && row.weights !== undefined;
    return canBe ? { state: 'missing' } : { state: 'none' };
  }
  const result: ComparisonResult = {
    group: column.groups.findIndex(({ description }) => description === entry.group),
    values: entry.values,
    range: entry.range,
    delta: {},
    best: [],
    belowBicubic: [],
    images: entry.images,
    file: entry.file,
  };
  return entry.stale === undefined
    ? { state: 'computed', result }
    : { state: 'stale', result, reason: entry.stale };
}

/** The cells of a column with differences to the baseline's same model, and with what is the best of its group. */
function rankColumn(
  columns: readonly ComparisonColumn[],
  column: number,
  rows: readonly ModelRow[],
  cells: readonly (readonly ComparisonCell[])[],
  baseline: string | null,
): ComparisonCell[] {
  const metrics = columns[column]?.metrics ?? [];
  const mine = cells.map((row) => row[column] ?? { state: 'none' as const });
  return mine.map((cell, index) => {
    if (cell.state !== 'computed') return cell;
    const { result } = cell;
    const others = mine.flatMap((each) =>
      each.state === 'computed' && each.result.group === result.group ? [each.result] : [],
    );
    const isReference = (row: ModelRow | undefined) => row?.isReference === true;
    const base = mine.find(
      (_, other) =>
        rows[other]?.run === baseline &&
        rows[other]?.choice === rows[index]?.choice &&
        !isReference(rows[other]),
    );
    const references = mine.flatMap((each, other) =>
      each.state === 'computed' && each.result.group === result.group && isReference(rows[other])
        ? [each.result]
        : [],
    );
    return {
      state: 'computed',
      result: {
        ...result,
        delta: base?.state === 'computed' && !isReference(rows[index]) ? deltaOf(result, base.result) : {},
        best: metrics.filter((each) => isBest(each, result, others)).map(({ name }) => name),
        belowBicubic: metrics
          .filter((each) => references.some((reference) => isWorse(each, result, reference)))
          .map(({ name }) => name),
      },
    };
  });
}

function deltaOf(result: ComparisonResult, base: ComparisonResult): Record<string, number> {
  if (result.group !== base.group) return {};
  return Object.fromEntries(
    Object.entries(result.values).flatMap(([name, value]): [string, number][] => {
      const other = base.values[name];
      const delta = typeof value === 'number' && typeof other === 'number' ? value - other : Number.NaN;
      // Two infinite values have no difference.
      return Number.isNaN(delta) ? [] : [[name, delta]];
    }),
  );
}

function isBest(
  { name, better }: ComparisonMetric,
  result: ComparisonResult,
  all: readonly ComparisonResult[],
): boolean {
  const values = all
    .filter(({ values }) => values[name] !== undefined)
    .map(({ values }) => numberOf(values[name]));
  if (better === null || values.length < 2 || result.values[name] === undefined) return false;
  const best = better === 'higher' ? Math.max(...values) : Math.min(...values);
  return numberOf(result.values[name]) === best;
}

function isWorse(
  { name, better }: ComparisonMetric,
  result: ComparisonResult,
  reference: ComparisonResult,
): boolean {
  if (result.values[name] === undefined || reference.values[name] === undefined) return false;
  const [mine, theirs] = [numberOf(result.values[name]), numberOf(reference.values[name])];
  return better === 'higher' ? mine < theirs : better === 'lower' && mine > theirs;
}

/** The PSNR of equal images is infinite, and null in JSON. */
function numberOf(value: number | null | undefined): number {
  return value ?? Number.POSITIVE_INFINITY;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
