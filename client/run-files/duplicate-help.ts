import { extensions, workspace } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { isSchemaProblem, othersHelp } from './schema-help.ts';

/**
 * Suppresses our help where another extension gives the same from the schema: in a run file whose language is set to
 * plain YAML or JSON. What the schema does not say (problems between keys, lenses, hints) remains.
 */
export const duplicateHelpMiddleware: Middleware = {
  provideCompletionItem: (document, position, context, token, next) =>
    isHelped(document) ? undefined : next(document, position, context, token),
  provideHover: (document, position, token, next) =>
    isHelped(document) ? undefined : next(document, position, token),
  provideDocumentSymbols: (document, token, next) => (isHelped(document) ? undefined : next(document, token)),
  provideFoldingRanges: (document, context, token, next) =>
    isHelped(document) ? undefined : next(document, context, token),
  provideSelectionRanges: (document, positions, token, next) =>
    isHelped(document) ? undefined : next(document, positions, token),
  handleDiagnostics(uri, diagnostics, next) {
    const document = workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
    const isOurs = document === undefined || !isHelped(document);
    next(uri, isOurs ? diagnostics : diagnostics.filter(({ code }) => !isSchemaProblem(code)));
  },
};

function isHelped({ languageId }: { readonly languageId: string }): boolean {
  return othersHelp(languageId, extensions.getExtension('redhat.vscode-yaml') !== undefined);
}
