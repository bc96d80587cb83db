import { isPlainObject } from '../guards/guards.ts';

/** A node of the schema of run files, with the keywords that the schema uses. */
export interface SchemaNode {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  /** In the order of `enum`. */
  readonly enumDescriptions?: readonly string[];
  /** The strings that a value can be in place of a list. */
  readonly presets?: readonly string[];
  /** In the order of `presets`. */
  readonly presetDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: SchemaNode;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly patternErrorMessage?: string;
  readonly minProperties?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  /** Conditions with further keys: see {@link variantsOf}. */
  readonly allOf?: readonly SchemaNode[];
  readonly if?: SchemaNode;
  readonly then?: SchemaNode;
  readonly unit?: string;
  /** Default of the original program. */
  readonly originalValue?: unknown;
  /** Value in the ESRGAN paper. */
  readonly paperValue?: unknown;
  /** How the value affects memory and time, in sentences. */
  readonly cost?: string;
  /** What a path leads to: `images`, `weights` or `folder`. */
  readonly pathTo?: string;
  /** The keys of a section that are set most often, in the order of completion. */
  readonly commonKeys?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** The keys of a section whose `type`, or `op`, has one value. */
export interface Variant {
  /** `type` or `op`. */
  readonly key: string;
  /** Its value. */
  readonly type: string;
  /** With `key` itself, as an empty node. */
  readonly section: SchemaNode;
}

/** The variants of a section, in the order of the schema; none if its keys do not depend on one of them. */
export function variantsOf({ allOf = [] }: SchemaNode): Variant[] {
  return allOf.flatMap(({ if: condition, then: section }) =>
    Object.entries(condition?.properties ?? {}).flatMap(([key, { const: type }]) =>
      typeof type === 'string' && section ? [{ key, type, section }] : [],
    ),
  );
}

/** A section with all keys that it can have in a text: those of the variant that its value, or the default, selects. */
export function sectionWithKeys(node: SchemaNode, value: unknown): SchemaNode {
  const { properties = {} } = node;
  const variants = variantsOf(node);
  const key = variants[0]?.key ?? 'type';
  const written = isPlainObject(value) ? value[key] : undefined;
  const type = written === undefined ? properties[key]?.default : written;
  const variant = variants.find((each) => each.type === type);
  if (!variant) return node;
  const { title: _, ...section } = variant.section;
  return { ...node, ...section, properties: { ...section.properties, ...properties } };
}
