import type { ConfigDifference } from '../../../server/protocol/comparison.ts';

/** A key with the value of each run, as texts. */
export interface ConfigRow {
  readonly key: string;
  readonly differs: boolean;
  /** In the order of the runs; null where a run lacks the key. */
  readonly values: readonly (string | null)[];
}

/** The keys that are shown: those that differ or all, with all words of a search in the key or a value. */
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

/** A value as YAML would have it on one line: a text that could be taken for something else is quoted. */
export function formatSetting(value: unknown): string {
  if (typeof value === 'string') {
    return /^(|true|false|null|~|yes|no|on|off|[-+.]?\d.*)$/i.test(value) ? JSON.stringify(value) : value;
  }
  if (Array.isArray(value)) return `[${value.map(formatSetting).join(', ')}]`;
  return JSON.stringify(value) ?? '';
}
