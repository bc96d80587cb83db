import { isPlainObject } from '../../trainer/guards/guards.ts';

/** `0.0002` as `2e-4`, which is the same number in YAML and JSON. */
function numberText(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential() : String(value);
}

/** A value on one line for display: strings without quotes. */
export function inlineText(value: unknown): string {
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(inlineText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${inlineText(inner)}`);
  return `{ ${entries.join(', ')} }`;
}

/**
 * A value on one line of YAML or JSON.
 *
 * @param quote for strings (`"` in JSON); if empty, strings have quotes only where YAML needs them
 * @param flow whether it is in brackets, where more strings need quotes
 */
export function literal(value: unknown, quote: string, flow: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, quote, true)).join(', ')}]`;
  if (typeof value === 'number') return numberText(value);
  if (isPlainObject(value)) {
    const entries = Object.entries(value).map(
      ([key, inner]) => `${literal(key, quote, true)}: ${literal(inner, quote, true)}`,
    );
    return `{ ${entries.join(', ')} }`;
  }
  if (typeof value !== 'string') return inlineText(value);
  if (quote === '"') return JSON.stringify(value);
  return quote === "'" || !isPlain(value, flow) ? `'${value.replaceAll("'", "''")}'` : value;
}

/** Whether YAML reads an unquoted string as that same string. */
function isPlain(text: string, flow: boolean): boolean {
  if (/^[\s\-?:,[\]{}#&*!|>'"%@`]|[\s:]$|: | #|\n/.test(text) || text === '') return false;
  if (/^(true|false|null|~|[-+.]?\d.*|\.(inf|nan))$/i.test(text)) return false;
  return !flow || !/[,[\]{}]/.test(text);
}
