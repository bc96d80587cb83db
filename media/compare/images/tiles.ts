import type { ImageResults } from '../../../server/protocol/comparison.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import { type SampleStep, sampleAt } from '../../run-panel/sample-steps.ts';
import type { ShownRun } from '../runs.ts';
import type { TableRow } from '../table/table-model.ts';

/** How many results can be shown at once. */
export const maximumResults = 8;

/** One image among those that are compared. */
export interface Tile {
  /** The same for the same thing at another step or of another image. */
  readonly id: string;
  readonly label: string;
  /** The step, or the kind of model. */
  readonly detail: string;
  /** Of its run, as CSS; null for LR, bicubic and HR. */
  readonly color: string | null;
  /** The run directory; null for LR, bicubic and HR. */
  readonly run: string | null;
  /** Where the image lies; null where there is none (yet). */
  readonly path: string | null;
  /** What it should be; null where that is not known. */
  readonly hr: string | null;
}

const referenceLabels = { lr: 'LR', bicubic: 'bicubic', hr: 'HR' } as const;

/**
 * What the runs made of a sample image at a step, or last before it; `null`: at their latest. LR, bicubic and HR
 * are those of the first run that has the image; each result is measured by its own run's HR.
 */
export function sampleTiles(
  runs: readonly ShownRun[],
  samples: ReadonlyMap<string, readonly SampleStep[]>,
  key: string,
  step: number | null,
): Tile[] {
  const results = runs.map(({ run, name, color }) => {
    const steps = samples.get(run) ?? [];
    const sample = steps[sampleAt(steps, step)];
    const image = sample?.images.find((each) => each.key === key);
    const tile: Tile = {
      id: `run:${run}`,
      label: name,
      detail: sample ? `${sample.stage} · step ${formatCount(sample.step)}` : 'no samples',
      color,
      run,
      path: sample?.sr[key] ?? null,
      hr: image?.hr ?? null,
    };
    return { tile, image };
  });
  const reference = results.find(({ image }) => image)?.image;
  return [
    ...referenceTiles({
      lr: reference?.lr ?? null,
      bicubic: reference?.bicubic ?? null,
      hr: reference?.hr ?? null,
    }),
    ...results.map(({ tile }) => tile),
  ];
}

/** What models made of an image of a test set: a tile for each, in the order in which they were asked for. */
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

/** The tiles that a person can show or hide: all of the samples; of models also those that there is no room for. */
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

/** The id of the tile of a row of the table. */
export function resultTileId(row: string): string {
  return `row:${row}`;
}

/**
 * What a tile is compared with: its HR, or the baseline's result of the same kind, else the baseline's first. Null
 * where that is the tile itself or there is none.
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

/** The two that a wipe is between: those chosen by their ids, else the first results, or a result and HR. */
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

/** How many columns tiles of at least such a width get, so that no row is much shorter than the others. */
export function balancedColumns(tiles: number, width: number, tileWidth: number): number {
  const most = Math.max(1, Math.min(tiles, Math.floor(width / tileWidth)));
  const rows = Math.max(1, Math.ceil(tiles / most));
  return Math.max(1, Math.ceil(tiles / rows));
}

/**
 * At most so many rows, in their order: where there are more, the first of each run before the second of any, so that
 * no run is left out for the others' sake.
 */
export function fairShare<Row extends { readonly run: string | null }>(
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
