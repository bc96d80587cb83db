import type { TensorDifference, WeightsDifference } from '../../../server/protocol/comparison.ts';

export type TensorSort = 'model' | 'norm' | 'relative' | 'largest' | 'notFinite';

/** A tensor with its bar: its share of the largest in the column that bars are drawn of, 0 to 1. */
export interface TensorRow {
  readonly name: string;
  readonly shape: string;
  readonly difference: TensorDifference;
  readonly share: number;
}

/**
 * The tensors whose name has all words of a search, in the order of the model or from the largest. Bars show the column
 * that is sorted by; in the order of the model, the relative change. What has no number there comes last.
 */
export function tensorRows(
  { tensors }: WeightsDifference,
  { sort, search }: { readonly sort: TensorSort; readonly search: string },
): TensorRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const measured = sort === 'model' ? 'relative' : sort;
  const found = tensors.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const most = Math.max(0, ...tensors.map((tensor) => changeOf(tensor, measured) ?? 0));
  const rows = found.map((tensor): TensorRow => {
    const value = changeOf(tensor, measured);
    return {
      name: tensor.name,
      shape: tensor.shape.join('×') || 'scalar',
      difference: tensor,
      share: value === null || most === 0 ? 0 : value / most,
    };
  });
  if (sort === 'model') return rows;
  const order = (row: TensorRow) => changeOf(row.difference, sort) ?? Number.NEGATIVE_INFINITY;
  return rows.toSorted((a, b) => (order(a) === order(b) ? 0 : order(b) - order(a)));
}

function changeOf(difference: TensorDifference, column: Exclude<TensorSort, 'model'>): number | null {
  return column === 'notFinite' ? Math.max(...difference.notFinite) : difference[column];
}
