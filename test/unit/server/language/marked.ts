import type { Range } from 'vscode-languageserver-types';
import { openDocument, type RunDocument } from '../../../../server/language/document.ts';

/** A text with `|` at the cursor: the text without it, and its offset. */
export function marked(text: string): { text: string; offset: number } {
  const offset = text.indexOf('|');
  if (offset < 0 || text.indexOf('|', offset + 1) >= 0) throw new Error(`Not one cursor in ${text}`);
  return { text: text.slice(0, offset) + text.slice(offset + 1), offset };
}

/** The run file `/p/run.esrgan.yaml` with this text. */
export function runDocument(text: string): RunDocument {
  return openDocument(text, '/p/run.esrgan.yaml');
}

/** What stands in a range of a document. */
export function textIn(document: RunDocument, { start, end }: Range): string {
  return document.text.slice(document.offsetAt(start), document.offsetAt(end));
}
