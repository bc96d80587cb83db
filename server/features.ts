import { statSync } from 'node:fs';
import {
  type Connection,
  ErrorCodes,
  ResponseError,
  type ServerCapabilities,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { failureOf } from './failure.ts';
import { complete } from './language/complete.ts';
import { definition } from './language/definition.ts';
import { diskProviders } from './language/disk-providers.ts';
import { openDocument, type RunDocument } from './language/document.ts';
import { foldingRanges } from './language/folding.ts';
import { hover } from './language/hover.ts';
import { documentLinks } from './language/links.ts';
import type { PathProbe } from './language/path-values.ts';
import { references } from './language/references.ts';
import { prepareRename, type Refusal, rename } from './language/rename.ts';
import { selectionRanges } from './language/selection-ranges.ts';
import { documentSymbols } from './language/symbols.ts';

/** What the server can do for the text of a run file. */
export const featureCapabilities: ServerCapabilities = {
  completionProvider: { triggerCharacters: [':', ' ', '/', '[', '"', ','] },
  hoverProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentLinkProvider: {},
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
};

const disk: PathProbe = {
  kindOf(path) {
    try {
      const found = statSync(path, { throwIfNoEntry: false });
      return found && (found.isDirectory() ? 'folder' : 'file');
    } catch {
      return undefined;
    }
  },
};

/** Registers the language features, each a function of the text and the place in it. */
export function registerFeatures(connection: Connection, documents: TextDocuments<TextDocument>): void {
  const opened = new WeakMap<TextDocument, { readonly version: number; readonly run: RunDocument }>();

  /** The run file of a URI as it stands in the editor, read once for each version. */
  function runDocument(uri: string): RunDocument | undefined {
    const document = documents.get(uri);
    if (document === undefined) return undefined;
    const known = opened.get(document);
    if (known?.version === document.version) return known.run;
    const run = openDocument(document.getText(), URI.parse(uri).fsPath);
    opened.set(document, { version: document.version, run });
    return run;
  }

  /** A handler of messages about one document; nothing is known of one that is not open. */
  function about<Params extends { readonly textDocument: { readonly uri: string } }, Result>(
    answer: (document: RunDocument, params: Params) => Result,
  ): (params: Params) => Result | null | ResponseError<void> {
    return (params) => {
      const document = runDocument(params.textDocument.uri);
      if (document === undefined) return null;
      try {
        return answer(document, params);
      } catch (error) {
        return failureOf(error, connection);
      }
    };
  }

  connection.onCompletion(about((document, { position }) => complete(document, position, diskProviders)));
  connection.onHover(about((document, { position }) => hover(document, position)));
  connection.onDocumentSymbol(about((document) => documentSymbols(document)));
  connection.onFoldingRanges(about((document) => foldingRanges(document)));
  connection.onSelectionRanges(about((document, { positions }) => selectionRanges(document, positions)));
  connection.onDocumentLinks(about((document) => documentLinks(document, disk)));
  connection.onDefinition(
    about((document, { textDocument, position }) =>
      definition(document, textDocument.uri, document.offsetAt(position), disk),
    ),
  );
  connection.onReferences(
    about((document, { textDocument, position, context }) =>
      references(document, textDocument.uri, document.offsetAt(position), context.includeDeclaration),
    ),
  );
  connection.onPrepareRename(
    about((document, { position }) => granted(prepareRename(document, document.offsetAt(position)))),
  );
  connection.onRenameRequest(
    about((document, { textDocument, position, newName }) => ({
      changes: { [textDocument.uri]: granted(rename(document, document.offsetAt(position), newName)) },
    })),
  );
}

/** The answer, where it is not a refusal; its reason is shown to the person. */
function granted<T extends object>(answer: T | Refusal): T {
  if ('refusal' in answer) throw new ResponseError(ErrorCodes.InvalidRequest, answer.refusal);
  return answer;
}
