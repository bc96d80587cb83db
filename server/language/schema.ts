import schema from '../../schemas/run.esrgan.schema.json' with { type: 'json' };
import { type Path, type SchemaNode, sectionWithKeys, variantsOf } from '../../trainer/config/index.ts';
import { isPlainObject } from '../../trainer/guards/guards.ts';

const root: SchemaNode = schema;

/**
 * The schema of the value at a path; `undefined` if the schema does not allow one.
 *
 * @param data of the whole text, because the keys of a section can depend on its `type`
 */
export function schemaAt(path: Path, data: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  let value = data;
  for (const step of path) {
    node = node && child(node, step);
    value = valueAt(value, step);
    node = node && sectionWithKeys(node, value);
  }
  return node;
}

/** The value at a step of a path; `undefined` if there is none. */
export function valueAt(value: unknown, step: string | number): unknown {
  if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
  return isPlainObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function child(node: SchemaNode, step: string | number): SchemaNode | undefined {
  if (typeof step === 'number') return node.items;
  const { properties = {}, patternProperties = {}, additionalProperties } = node;
  if (Object.hasOwn(properties, step)) return properties[step];
  const matching = Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern, 'u').test(step));
  if (matching) return matching[1];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** Whether the top level or one of its sections has a key. */
export function isKnownKey(key: string): boolean {
  const sections = Object.values(root.properties ?? {});
  const variants = sections.flatMap((section) => variantsOf(section).map((variant) => variant.section));
  return [root, ...sections, ...variants].some(({ properties = {} }) => Object.hasOwn(properties, key));
}

/** The values of the key `type` with which a section of the top level has a key that depends on it. */
export function typesWithKey(section: string, key: string): string[] {
  return variantsOf(root.properties?.[section] ?? {})
    .filter((variant) => key !== 'type' && Object.hasOwn(variant.section.properties ?? {}, key))
    .map(({ type }) => type);
}

/** The allowed types: `string`, `integer`, `number`, `boolean`, `array`, `object`, `null`. */
export function typesOf(node: SchemaNode): readonly string[] {
  return [node.type ?? []].flat();
}

/** Whether the value can be a map. */
export function isSection(node: SchemaNode): boolean {
  return typesOf(node).includes('object');
}
