import { basename } from 'node:path';
import { Uri, window, workspace } from 'vscode';
import { openedDocument } from './save-document.ts';

/** The text of a file with its unsaved changes. */
export async function currentText(file: string): Promise<string> {
  const document = openedDocument(file);
  return document
    ? document.getText()
    : new TextDecoder().decode(await workspace.fs.readFile(Uri.file(file)));
}

/** Writes a new run file and opens it; returns it. */
export async function writeRunFile(folder: Uri, name: string, text: string): Promise<Uri> {
  const uri = Uri.joinPath(folder, `${name}.esrgan.${/^\s*\{/.test(text) ? 'json' : 'yaml'}`);
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await window.showTextDocument(uri, { preview: false });
  return uri;
}

/** The name of the run of a file, if the file itself names none. */
export function runNameOf(file: string): string {
  return basename(file).replace(/\.esrgan\.(yaml|yml|json)$/i, '');
}
