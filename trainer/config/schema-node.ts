/** What the schema of run files says about one value, in the keywords that it uses. */
export interface SchemaNode {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  /** In the order of `enum`. */
  readonly enumDescriptions?: readonly string[];
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
  readonly unit?: string;
  /** What the original program sets by default. */
  readonly originalValue?: unknown;
  /** What the ESRGAN paper sets. */
  readonly paperValue?: unknown;
  /** What the value costs in memory or time, in sentences. */
  readonly cost?: string;
  /** What a text leads to on the disk, where it is a path. */
  readonly pathTo?: string;
  /** The keys of a section that people set most, those first that come first. */
  readonly commonKeys?: readonly string[];
  readonly [keyword: string]: unknown;
}
