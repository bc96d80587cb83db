import schema from '../../schemas/run.esrgan.schema.json' with { type: 'json' };
import type { Path, SchemaNode } from '../../trainer/config/index.ts';

const root: SchemaNode = schema;

/** The schema of the value at a path; `undefined` if the schema does not allow one. */
export function schemaAt(path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const step of path) node = node && child(node, step);
  return node;
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
  return [root, ...sections].some(({ properties = {} }) => Object.hasOwn(properties, key));
}

/** The allowed types: `string`, `integer`, `number`, `boolean`, `array`, `object`, `null`. */
export function typesOf(node: SchemaNode): readonly string[] {
  return [node.type ?? []].flat();
}

/** Whether the value can be a map. */
export function isSection(node: SchemaNode): boolean {
  return typesOf(node).includes('object');
}
