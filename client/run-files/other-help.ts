import { extensions, workspace } from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { isSchemaProblem, othersHelp } from './schema-help.ts';

/**
 * Keeps our help out of the way where another extension helps with the same schema: in a run file that the person
 * has told the editor to take for plain YAML or JSON. What others cannot know (meaning, lenses, hints) stays.
 */
export const otherHelpMiddleware: Middleware = {
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
