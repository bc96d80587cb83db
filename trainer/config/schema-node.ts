/** A node of the schema of run files, with the keywords that the schema uses. */
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
