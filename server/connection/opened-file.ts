import type { TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { pathIdentity } from '../../trainer/files/paths.ts';

/** The document of a file that is open in the editor. */
export function openedFile(documents: TextDocuments<TextDocument>, file: string): TextDocument | undefined {
  const identity = pathIdentity(file);
  return documents.all().find(({ uri }) => pathIdentity(URI.parse(uri).fsPath) === identity);
}
