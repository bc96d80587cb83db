import { isPlainObject, type JsonNumber } from '../guards/guards.ts';
import { keysOfStage, type Stage, stages } from '../run-state/run-state.ts';
import { type Cell, type Column, type ColumnKind, numberOf, type RunTable } from './table.ts';

/** The mean of a metric over a test set, as `esrgan evaluate` saved it in the run. */
export interface SavedResult {
  readonly testSet: string;
  /** Of the images: test sets of the same name may have others. */
  readonly sha256: string;
  readonly protocol: string;
  readonly metric: string;
  readonly value: JsonNumber;
}

/** What the files of one run say about it. */
export interface RunFacts {
  readonly run: string;
  readonly facts: Readonly<Record<FactKey, Cell>>;
  /** The last validation by metric, and the best one as `best.<metric>`. */
  readonly metrics: Readonly<Record<string, JsonNumber>>;
  readonly results: readonly SavedResult[];
  /**
   * The values of its run file by dotted key, in parts: runs whose run files have the same part share its object, so that it
   * is compared once. Undefined if there is no run file that can be read.
   */
  readonly config: readonly ReadonlyMap<string, unknown>[] | undefined;
  /** The stages that it has trained. */
  readonly stages: readonly Stage[];
}

/** The columns that every table has. */
const factKinds = {
  name: 'text',
  state: 'text',
  stage: 'text',
  progress: 'fraction',
  step: 'number',
  steps: 'number',
  loss: 'number',
  rate: 'number',
  created: 'time',
  updated: 'time',
  trained: 'duration',
  tags: 'list',
  group: 'text',
  note: 'text',
  pinned: 'boolean',
  archived: 'boolean',
  host: 'text',
  engine: 'text',
  device: 'text',
  commit: 'text',
  version: 'text',
  reason: 'text',
  folder: 'text',
} as const satisfies Record<string, ColumnKind>;

export type FactKey = keyof typeof factKinds;

const factKeys = Object.keys(factKinds).filter(isFactKey);

function isFactKey(key: string): key is FactKey {
  return Object.hasOwn(factKinds, key);
}

/** Keys of the run file that say where a run is, not how it trains. */
const placeKeys = ['name', 'runs_dir', 'data_dir'];

/** Metrics that every run may have: of a table without them too, a filter may ask for them. */
const usualMetrics = ['best.psnr', 'psnr', 'psnr_y', 'best.ssim', 'ssim'];

/**
 * The table of some runs: their facts, metrics, and keys of their run files.
 *
 * @param columns `differing`: the metrics that any run has, and the keys in which their run files differ; `all`: also the
 * others that a filter, an order or a choice of columns may name
 */
export function buildTable(runs: readonly RunFacts[], columns: 'differing' | 'all' = 'differing'): RunTable {
  const isAll = columns === 'all';
  const measured = runs.flatMap(({ metrics }) => Object.keys(metrics));
  const nameOf = resultNames(runs);
  const results = [...new Set(runs.flatMap((run) => run.results.map(nameOf)))].sort();
  const metrics = [
    ...sortMetrics([...new Set([...measured, ...(isAll ? usualMetrics : [])])]),
    ...results.filter((name) => !measured.includes(name)),
  ];
  const configs = runs.flatMap(({ config }) => config ?? []);
  const keys: readonly string[] = isAll
    ? allKeys(configs)
    : usedKeys(differingKeys(runs.flatMap(({ config }) => (config === undefined ? [] : [config]))), runs);
  // Parts that runs share are looked up once.
  const cellsOf = new Map(
    [...new Set(configs)].map((part) => {
      const cells = keys.flatMap((key, index) =>
        part.has(key) ? [[index, configCell(part.get(key))] as const] : [],
      );
      return [part, cells] as const;
    }),
  );
  const cells = runs.map(({ facts, metrics: ofRun, results: saved, config = [] }) => {
    const values = { ...Object.fromEntries(saved.map((each) => [nameOf(each), each.value])), ...ofRun };
    const ofConfig: Cell[] = keys.map(() => null);
    for (const part of config) {
      for (const [index, cell] of cellsOf.get(part) ?? []) ofConfig[index] = cell;
    }
    return [
      ...factKeys.map((key) => facts[key]),
      ...metrics.map((metric) => values[metric] ?? null),
      ...ofConfig,
    ];
  });
  const offset = factKeys.length + metrics.length;
  return {
    columns: [
      ...factKeys.map((key): Column => ({ key, kind: factKinds[key], source: 'run' })),
      ...metrics.map((key): Column => ({ key, kind: 'number', source: 'metric' })),
      ...keys.map(
        (key, index): Column => ({
          key,
          kind: kindOf(cells.map((each) => each[offset + index] ?? null)),
          source: 'config',
        }),
      ),
    ],
    rows: runs.map(({ run }, index) => ({ run, cells: cells[index] ?? [] })),
  };
}

/** A key of the run files that is the same in all runs. */
export interface EqualKey {
  readonly column: Column;
  readonly cell: Cell;
}

/**
 * The keys that are the same in all runs, which are no columns of their table, with the exceptions of `usedKeys`.
 *
 * @param table of these runs
 */
export function equalKeys(runs: readonly RunFacts[], { columns }: Pick<RunTable, 'columns'>): EqualKey[] {
  const [first = []] = runs.flatMap(({ config }) => (config === undefined ? [] : [config]));
  const differing = new Set(columns.map(({ key }) => key));
  return usedKeys(allKeys(first), runs).flatMap((key): EqualKey[] => {
    if (differing.has(key)) return [];
    const cell = configCell(first.find((part) => part.has(key))?.get(key));
    return [{ column: { key, kind: kindOf([cell]), source: 'config', isEqual: true }, cell }];
  });
}

/** `set5.paper-y.psnr`; where test sets of the same name have other images, `set5-1a2b3c4d.paper-y.psnr`. */
function resultNames(runs: readonly RunFacts[]): (result: SavedResult) => string {
  const images = new Map<string, Set<string>>();
  for (const { testSet, sha256 } of runs.flatMap(({ results }) => results)) {
    const known = images.get(testSet);
    if (known === undefined) images.set(testSet, new Set([sha256]));
    else known.add(sha256);
  }
  return ({ testSet, sha256, protocol, metric }) => {
    const isOnly = (images.get(testSet)?.size ?? 0) < 2;
    return `${isOnly ? testSet : `${testSet}-${sha256.slice(0, 8)}`}.${protocol}.${metric}`;
  };
}

/** The keys of run files, sorted. */
function allKeys(parts: readonly ReadonlyMap<string, unknown>[]): string[] {
  const keys = [...new Set(parts)].flatMap((part) => [...part.keys()]);
  return [...new Set(keys)].filter((key) => !placeKeys.includes(key)).sort();
}

/**
 * The keys but those of stages that no run has trained, and of data sets that no trained stage uses. Of runs that have
 * trained nothing yet, all count.
 */
function usedKeys(keys: readonly string[], runs: readonly RunFacts[]): readonly string[] {
  const trained = new Set(runs.flatMap((run) => run.stages));
  if (trained.size === 0) return keys;
  const unused = stages.filter((stage) => !trained.has(stage)).flatMap((stage) => keysOfStage[stage]);
  const datasets = new Set<unknown>();
  for (const { stages: ofRun, config = [] } of runs) {
    for (const part of config) {
      for (const stage of ofRun) {
        for (const split of ['train', 'val']) {
          const names = part.get(`${stage}.${split}_datasets`);
          if (Array.isArray(names)) for (const name of names) datasets.add(name);
        }
      }
    }
  }
  return keys.filter((key) => {
    const [, escaped] = /^datasets\.((?:\\.|[^.\\])+)/.exec(key) ?? [];
    if (escaped !== undefined) return datasets.has(escaped.replace(/\\(.)/g, '$1'));
    return !unused.some((section) => key === section || key.startsWith(`${section}.`));
  });
}

/** The keys in which run files differ, sorted; a key that only some have differs. */
export function differingKeys(configs: readonly (readonly ReadonlyMap<string, unknown>[])[]): string[] {
  const uses = new Map<ReadonlyMap<string, unknown>, number>();
  for (const part of configs.flat()) uses.set(part, (uses.get(part) ?? 0) + 1);
  const seen = new Map<string, { readonly text: string; count: number }>();
  const differing = new Set<string>();
  for (const [part, count] of uses) {
    for (const [key, value] of part) {
      if (placeKeys.includes(key)) continue;
      const text = JSON.stringify(value) ?? '';
      const before = seen.get(key);
      if (before === undefined) seen.set(key, { text, count });
      else if (before.text === text) before.count += count;
      else differing.add(key);
    }
  }
  for (const [key, { count }] of seen) if (count < configs.length) differing.add(key);
  return [...differing].sort();
}

/** PSNR and SSIM first, then the others by name; the best of each before its last. */
function sortMetrics(names: readonly string[]): string[] {
  const first = ['psnr', 'psnr_y', 'ssim'];
  const baseOf = (name: string) => name.replace(/^best\./, '');
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  return [...names].sort((left, right) => {
    const [a, b] = [baseOf(left), baseOf(right)];
    return rank(a) - rank(b) || (a === b ? right.length - left.length : a < b ? -1 : 1);
  });
}

/** A value of a run file; lists and maps as JSON. */
function configCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return Array.isArray(value) || isPlainObject(value) ? JSON.stringify(value).replaceAll(',', ', ') : null;
}

/** The kind of the cells of a key: numbers or booleans if all are, else text. */
function kindOf(cells: readonly Cell[]): ColumnKind {
  const known = cells.filter((cell) => cell !== null);
  if (known.every((cell) => typeof cell === 'boolean')) return known.length === 0 ? 'text' : 'boolean';
  return known.every((cell) => numberOf(cell) !== undefined) ? 'number' : 'text';
}
