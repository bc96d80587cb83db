import type { ConfigDifference } from '../../../server/protocol/comparison.ts';

/** A key with its value in each run. */
export interface ConfigRow {
  readonly key: string;
  readonly differs: boolean;
  /** In the order of the runs; null where a run lacks the key. */
  readonly values: readonly (string | null)[];
}

/** The differing keys or all, filtered by the words of a search in key and values. */
export function configRows(
  { keys }: ConfigDifference,
  { showsAll, search }: { readonly showsAll: boolean; readonly search: string },
): ConfigRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return keys
    .filter(({ differs }) => showsAll || differs)
    .map(({ key, differs, values }) => ({
      key,
      differs,
      values: values.map((value) => (value === null ? null : formatSetting(value.value))),
    }))
    .filter(({ key, values }) => {
      const text = [key, ...values].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
}

/** A value as YAML in one line. A string that YAML would read as another type is quoted. */
export function formatSetting(value: unknown): string {
  if (typeof value === 'string') {
    return /^(|true|false|null|~|yes|no|on|off|[-+.]?\d.*)$/i.test(value) ? JSON.stringify(value) : value;
  }
  if (Array.isArray(value)) return `[${value.map(formatSetting).join(', ')}]`;
  return JSON.stringify(value) ?? '';
}
