/**
 * Whether another extension completes and checks documents of this language by our schema, which the manifest
 * offers to all: Red Hat's for plain YAML where it is installed, the editor's own for plain JSON.
 */
export function othersHelp(languageId: string, hasYamlExtension: boolean): boolean {
  if (languageId === 'json' || languageId === 'jsonc') return true;
  return languageId === 'yaml' && hasYamlExtension;
}

/** Rules that follow from the syntax or the schema alone. */
const schemaRules: ReadonlySet<unknown> = new Set([
  'syntax',
  'duplicate-key',
  'unknown-key',
  'type',
  'choice',
  'range',
  'length',
  'repeated',
  'empty',
  'pattern',
  'required',
]);

/** Whether a problem of this code, as diagnostics carry it, is one that others find by the schema too. */
export function isSchemaProblem(
  code: string | number | { readonly value: string | number } | undefined,
): boolean {
  return schemaRules.has(typeof code === 'object' ? code.value : code);
}
