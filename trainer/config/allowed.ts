import { type SchemaNode, sectionWithKeys } from './schema-node.ts';

/** The values that a key may have, in words: `an integer of at least 1`. */
export function allowed(node: SchemaNode): string {
  if (node.enum) return oneOf(node.enum.map(String));
  return [node.type ?? []]
    .flat()
    .map((type) => kind(type, node))
    .join(', or ');
}

function oneOf(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

function kind(type: string, node: SchemaNode): string {
  switch (type) {
    case 'integer':
      return `an integer${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'string':
      return node.presets ? oneOf(node.presets) : 'a string';
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return list(node);
    case 'null':
      return '`null`';
    default:
      return mapOf(Object.keys(sectionWithKeys(node, undefined).properties ?? {}));
  }
}

function mapOf(keys: readonly string[]): string {
  if (keys.length === 0) return 'a map';
  return keys.length > 4 ? `a map of keys such as \`${keys[0]}: …\`` : `a map with ${keys.join(', ')}`;
}

function range({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: SchemaNode): string {
  const isAbove = exclusiveMinimum !== undefined;
  const low = exclusiveMinimum ?? minimum;
  const high = exclusiveMaximum === undefined ? maximum : `below ${exclusiveMaximum}`;
  if (isAbove && exclusiveMaximum !== undefined) return ` above ${low} and ${high}`;
  if (low === undefined) return high === undefined ? '' : ` up to ${high}`;
  if (high === undefined) return isAbove ? ` above ${low}` : ` of at least ${low}`;
  return isAbove ? ` above ${low} and up to ${high}` : ` from ${low} to ${high}`;
}

/** Such as `a list of exactly 2 integers from 8 to 4096`. */
function list({ minItems, maxItems, items = {} }: SchemaNode): string {
  const bound = minItems === maxItems ? 'exactly' : 'at least';
  const count = minItems === undefined ? '' : `${bound} ${minItems} `;
  const kind = items.type === 'object' ? 'map' : (items.type ?? 'value');
  return `a list of ${count}${kind}${minItems === 1 ? '' : 's'}${range(items)}`;
}
