import { basename } from 'node:path';
import { l10n, type TextDocument, workspace } from 'vscode';
import { pathIdentity } from '../../trainer/files/paths.ts';

/** The open document of a file. */
export function openedDocument(file: string): TextDocument | undefined {
  return workspace.textDocuments.find(
    ({ uri }) => uri.scheme === 'file' && pathIdentity(uri.fsPath) === pathIdentity(file),
  );
}

/** Saves the document of a file, so that unsaved changes are trained too. */
export async function saveDocument(file: string): Promise<void> {
  const document = openedDocument(file);
  if (document === undefined || !document.isDirty || (await document.save())) return;
  // VS Code also returns false if it has just saved the document by itself.
  if (document.isDirty) throw new Error(l10n.t('{0} could not be saved.', basename(file)));
}
