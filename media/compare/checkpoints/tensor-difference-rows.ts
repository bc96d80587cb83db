import type { TensorDifference, WeightsDifference } from '../../../server/protocol/comparison.ts';

export const tensorSorts = ['model', 'norm', 'relative', 'largest', 'notFinite'] as const;
export type TensorSort = (typeof tensorSorts)[number];

/** A tensor with the length of its bar: its fraction, 0 to 1, of the largest value in the measured column. */
export interface TensorDifferenceRow {
  readonly name: string;
  readonly shape: string;
  readonly difference: TensorDifference;
  readonly fraction: number;
}

/**
 * The tensors whose names contain all words of the search, in model order or from the largest change. Bars show the
 * sorted column; in model order, the relative change. Tensors without a value come last.
 */
export function tensorDifferenceRows(
  { tensors }: WeightsDifference,
  { sort, search }: { readonly sort: TensorSort; readonly search: string },
): TensorDifferenceRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const measured = sort === 'model' ? 'relative' : sort;
  const found = tensors.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const most = Math.max(0, ...tensors.map((tensor) => changeOf(tensor, measured) ?? 0));
  const rows = found.map((tensor): TensorDifferenceRow => {
    const value = changeOf(tensor, measured);
    return {
      name: tensor.name,
      shape: tensor.shape.join('×') || 'scalar',
      difference: tensor,
      fraction: value === null || most === 0 ? 0 : value / most,
    };
  });
  if (sort === 'model') return rows;
  const order = (row: TensorDifferenceRow) => changeOf(row.difference, sort) ?? Number.NEGATIVE_INFINITY;
  return rows.toSorted((a, b) => (order(a) === order(b) ? 0 : order(b) - order(a)));
}

function changeOf(difference: TensorDifference, column: Exclude<TensorSort, 'model'>): number | null {
  return column === 'notFinite' ? Math.max(...difference.notFinite) : difference[column];
}
