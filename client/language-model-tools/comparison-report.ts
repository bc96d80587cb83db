import type { Comparison, ConfigDifference } from '../../server/protocol/comparison.ts';

/**
 * A comparison for language models: each number with its protocol and the group of comparable numbers, and the settings
 * that differ, keyed by the names of runs.
 */
export function comparisonReport(comparison: Comparison, { keys }: ConfigDifference): object {
  const { runs, columns, rows, warnings } = comparison;
  const nameOf = (run: string) => runs.find((each) => each.run === run)?.name ?? run;
  return {
    numbers: rows.flatMap((row) =>
      row.cells.flatMap((cell, index) => {
        const column = columns[index];
        if (column === undefined || cell.state === 'missing' || cell.state === 'none') return [];
        const { group, values, delta, best, belowBicubic } = cell.result;
        return [
          {
            run: row.isReference ? 'bicubic' : nameOf(row.run),
            model: row.label,
            data: column.data,
            protocol: column.protocol,
            comparesWithin: column.groups[group]?.description,
            ...values,
            ...(Object.keys(delta).length > 0 && { beyondFirstRun: delta }),
            ...(best.length > 0 && { best }),
            ...(belowBicubic.length > 0 && { belowBicubic }),
            ...(cell.state === 'stale' && { outOfDate: cell.reason }),
          },
        ];
      }),
    ),
    settingsThatDiffer: keys
      .filter(({ differs }) => differs)
      .map(({ key, values }) => ({
        key,
        ...Object.fromEntries(
          runs.flatMap(({ name }, index) => {
            const value = values[index];
            return value ? [[name, value.value]] : [];
          }),
        ),
      })),
    warnings,
  };
}
