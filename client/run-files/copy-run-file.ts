import { basename } from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import { isJson } from '../../trainer/guards/guards.ts';
import { openedDocument } from './save-document.ts';

/** The text of a file with its unsaved changes. */
export async function currentText(file: string): Promise<string> {
  const document = openedDocument(file);
  return document
    ? document.getText()
    : new TextDecoder().decode(await workspace.fs.readFile(Uri.file(file)));
}

/** Writes a new run file and opens it; returns it. Never replaces a file, which may have appeared since the name was chosen. */
export async function writeRunFile(folder: Uri, name: string, text: string): Promise<Uri> {
  // A YAML file can start with a brace, too.
  const uri = Uri.joinPath(folder, `${name}.esrgan.${isJson(text) ? 'json' : 'yaml'}`);
  if (await exists(uri)) throw new Error(l10n.t('A run file named “{0}” already exists.', name));
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await window.showTextDocument(uri, { preview: false });
  return uri;
}

export async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** The name of the run of a file, if the file itself names none. */
export function runNameOf(file: string): string {
  return basename(file).replace(/\.esrgan\.(yaml|yml|json)$/i, '');
}
