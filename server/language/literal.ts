/** `0.0002` as `2e-4`; both YAML and JSON read it as the same number. */
export function numberText(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential() : String(value);
}

/** A value as one line for people to read: texts without quotes. */
export function shortly(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(shortly).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${shortly(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

/**
 * A value as it is written in one line of YAML or JSON: a text in these quotes (`"` for JSON), or where `quote` is
 * empty only in such as it needs. `flow`: it stands in brackets, where fewer texts do without.
 */
export function literal(value: unknown, quote: string, flow: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, quote, true)).join(', ')}]`;
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'string') return shortly(value);
  if (quote === '"') return JSON.stringify(value);
  return quote === "'" || !isPlain(value, flow) ? `'${value.replaceAll("'", "''")}'` : value;
}

/** Whether YAML reads an unquoted text as that very text. */
function isPlain(text: string, flow: boolean): boolean {
  if (/^[\s\-?:,[\]{}#&*!|>'"%@`]|[\s:]$|: | #|\n/.test(text) || text === '') return false;
  if (/^(true|false|null|~|[-+.]?\d.*|\.(inf|nan))$/i.test(text)) return false;
  return !flow || !/[,[\]{}]/.test(text);
}
