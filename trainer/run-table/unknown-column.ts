import type { Column } from './table.ts';

const mostSuggestions = 8;

/** Why a name is no column, as a sentence that says what is allowed. */
export function unknownColumn(name: string, columns: readonly Column[]): string {
  const lower = name.toLowerCase();
  const close = columns.filter(
    ({ key }) => key.toLowerCase().includes(lower) || lower.includes(key.toLowerCase()),
  );
  const names = (each: readonly Column[]) => each.map(({ key }) => `\`${key}\``).join(', ');
  if (lower === '' || close.length === 0)
    return `\`${name}\` is not a column. The columns are ${names(columns)}.`;
  const more = close.length > mostSuggestions ? ', …' : '';
  return `\`${name}\` is not a column. Did you mean ${names(close.slice(0, mostSuggestions))}${more}?`;
}
