import { isTypeOf, type SchemaNode } from '../../../trainer/config/index.ts';
import { schemaAt, typesOf } from '../schema.ts';
import { replaceValue, valueAt } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Converts a value to the type that its key has: `'8'` to `8`, `yes` to `true`, `set5` to `[set5]`, `adamw` to `{ type: adamw }`. */
export const convertValue: QuickFix = {
  codes: ['type'],
  fixes(document, { path }) {
    const node = schemaAt(path, document.data);
    const converted = node && convert(valueAt(document, path), node);
    return converted === undefined ? [] : replaceValue(document, path, converted);
  },
};

function convert(value: unknown, node: SchemaNode): unknown {
  if (isTypeOf(node, value)) return { type: value };
  const types = typesOf(node);
  if (typeof value === 'string') {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    if (types.includes('number') && Number.isFinite(number)) return number;
    if (types.includes('integer') && Number.isInteger(number)) return number;
    if (types.includes('boolean') && /^(true|yes|on)$/i.test(value)) return true;
    if (types.includes('boolean') && /^(false|no|off)$/i.test(value)) return false;
    if (types.includes('array') && node.items?.type === 'string') return [value];
  }
  if (typeof value === 'number') {
    if (types.includes('integer')) return Math.round(value);
    if (types.includes('array') && node.items?.type === 'integer')
      return Array(node.minItems ?? 1).fill(value);
  }
  const isSingle = typeof value === 'number' || typeof value === 'boolean';
  return isSingle && types.includes('string') ? String(value) : undefined;
}
