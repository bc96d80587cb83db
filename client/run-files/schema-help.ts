/**
 * Whether another extension completes and checks documents of this language with our schema, which the manifest
 * contributes: VS Code's own for plain JSON, Red Hat's for plain YAML if it is installed.
 */
export function othersHelp(languageId: string, hasYamlExtension: boolean): boolean {
  if (languageId === 'json' || languageId === 'jsonc') return true;
  return languageId === 'yaml' && hasYamlExtension;
}

/** Codes of problems that follow from the syntax or the schema alone. */
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

/** Whether other extensions find problems of this code too; `code` is that of a diagnostic. */
export function isSchemaProblem(
  code: string | number | { readonly value: string | number } | undefined,
): boolean {
  return schemaRules.has(typeof code === 'object' ? code.value : code);
}
