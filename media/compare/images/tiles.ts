import type { ImageResults } from '../../../server/protocol/comparison.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import { type SampleStep, sampleAt } from '../../run-panel/sample-steps.ts';
import type { ShownRun } from '../shown-runs.ts';
import type { TableRow } from '../table/table-model.ts';

/** Results that can be shown at once. */
export const maximumResults = 8;

/** One of the compared images. */
export interface Tile {
  /** The same at every step and for every image. */
  readonly id: string;
  readonly label: string;
  /** The step, or the kind of model. */
  readonly detail: string;
  /** CSS color of the run; null for LR, bicubic and HR. */
  readonly color: string | null;
  /** The run directory; null for LR, bicubic and HR. */
  readonly run: string | null;
  /** Path of the image; null if it does not exist (yet). */
  readonly path: string | null;
  /** Path of the HR image; null if it is not known. */
  readonly hr: string | null;
}

const referenceLabels = { lr: 'LR', bicubic: 'bicubic', hr: 'HR' } as const;

/**
 * The runs' results for a sample image, at the last samples until `step` or, for `null`, at the latest. LR, bicubic and HR
 * are those of the first run that has the image, and left out if only other programs have it; each result is measured against its own run's HR.
 */
export function sampleTiles(
  runs: readonly ShownRun[],
  samples: ReadonlyMap<string, readonly SampleStep[]>,
  key: string,
  step: number | null,
): Tile[] {
  const results = runs.map(({ run, name, color }) => {
    // Other programs log images of different tags at different steps.
    const steps = samples.get(run)?.filter(({ stage, sr }) => stage !== null || key in sr) ?? [];
    const sample = steps[sampleAt(steps, step)];
    const image = sample?.images.find((each) => each.key === key);
    const tile: Tile = {
      id: `run:${run}`,
      label: name,
      detail: sample
        ? [...(sample.stage ? [sample.stage] : []), `step ${formatCount(sample.step)}`].join(' · ')
        : 'no samples',
      color,
      run,
      path: sample?.sr[key] ?? null,
      hr: image?.hr ?? null,
    };
    return { tile, image, isLogged: sample?.stage === null };
  });
  const reference = results.find(({ image }) => image)?.image;
  const { lr = null, bicubic = null, hr = null } = reference ?? {};
  const hasReferences = reference !== undefined || !results.some(({ isLogged }) => isLogged);
  return [...(hasReferences ? referenceTiles({ lr, bicubic, hr }) : []), ...results.map(({ tile }) => tile)];
}

/** The models' results for an image of a test set, in the order of the rows. */
export function resultTiles(
  rows: readonly TableRow[],
  colorOf: (run: string) => string,
  results: ImageResults | null,
): Tile[] {
  const hr = results?.hr ?? null;
  return [
    ...referenceTiles({ lr: results?.lr ?? null, bicubic: results?.bicubic ?? null, hr }),
    ...rows.map(
      (row, i): Tile => ({
        id: resultTileId(row.id),
        label: row.runName,
        detail: row.detail ? `${row.label} · ${row.detail}` : row.label,
        color: row.run === null ? null : colorOf(row.run),
        run: row.run,
        path: results?.results[i] ?? null,
        hr,
      }),
    ),
  ];
}

function referenceTiles(paths: Readonly<Record<keyof typeof referenceLabels, string | null>>): Tile[] {
  return (['lr', 'bicubic', 'hr'] as const).map((kind) => ({
    id: kind,
    label: referenceLabels[kind],
    detail: '',
    color: null,
    run: null,
    path: paths[kind],
    hr: kind === 'hr' ? null : paths.hr,
  }));
}

/** The tiles that can be shown or hidden, including models beyond `maximumResults`. */
export function tileChoices(
  source: 'samples' | 'results',
  tiles: readonly Tile[],
  rows: readonly TableRow[],
): { readonly id: string; readonly label: string }[] {
  if (source === 'samples') return tiles.map(({ id, label }) => ({ id, label }));
  return [
    ...Object.entries(referenceLabels).map(([id, label]) => ({ id, label })),
    ...rows.map(({ id, runName, label, detail }) => ({
      id: resultTileId(id),
      label: `${runName} · ${label} ${detail}`,
    })),
  ];
}

/** The id of the tile for a row of the table. */
export function resultTileId(row: string): string {
  return `row:${row}`;
}

/**
 * Path of a tile's reference: its HR, or the baseline's result of the same model, else the baseline's first result. Null if
 * there is none or it is the tile itself.
 */
export function referenceOf(
  tile: Tile,
  tiles: readonly Tile[],
  reference: 'hr' | 'baseline',
  baseline: string | null,
): string | null {
  if (reference === 'hr') return tile.hr;
  const own = tiles.filter(({ run }) => run !== null && run === baseline);
  const match = own.find(({ detail }) => detail === tile.detail) ?? own[0];
  return match && match.id !== tile.id ? match.path : null;
}

/** The tiles of a wipe: those chosen by id, else the first two results, or a result and HR. */
export function wipePair(
  tiles: readonly Tile[],
  [a, b]: readonly [string | null, string | null],
): readonly [Tile | undefined, Tile | undefined] {
  const results = tiles.filter(({ run }) => run !== null);
  const left = tiles.find(({ id }) => id === a) ?? results[0];
  const right =
    tiles.find(({ id }) => id === b) ??
    results.find((tile) => tile !== left) ??
    tiles.find(({ id }) => id === 'hr');
  return [left, right];
}

/** Columns for tiles of at least a width, such that rows have about the same length. */
export function balancedColumns(tiles: number, width: number, minimumTileWidth: number): number {
  const most = Math.max(1, Math.min(tiles, Math.floor(width / minimumTileWidth)));
  const rows = Math.max(1, Math.ceil(tiles / most));
  return Math.max(1, Math.ceil(tiles / rows));
}

/**
 * At most `most` rows, in their order, taken evenly from the runs: the first of each run before the second of any.
 */
export function takeEvenly<Row extends { readonly run: string | null }>(
  rows: readonly Row[],
  most: number,
): Row[] {
  const seen = new Map<string | null, number>();
  const ranked = rows.map((row) => {
    const rank = seen.get(row.run) ?? 0;
    seen.set(row.run, rank + 1);
    return { row, rank };
  });
  const chosen = new Set(ranked.toSorted((a, b) => a.rank - b.rank).slice(0, most));
  return ranked.filter((each) => chosen.has(each)).map(({ row }) => row);
}
