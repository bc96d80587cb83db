import { dirname } from 'node:path';
import type { TextEdit } from 'vscode-languageserver-types';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { writtenPath } from '../../trainer/image-files/split-images.ts';
import { textEdit } from './code-actions.ts';
import type { RunDocument } from './document.ts';
import { insertAtEnd } from './insert.ts';
import { literal } from './literal.ts';

/**
 * The edits that name a file of weights for the perceptual loss, in a run file that names none.
 *
 * @throws WorkbenchError `config` if the text has no place for the key
 */
export function nameWeights(document: RunDocument, file: string): TextEdit[] {
  const quote = document.isJson ? '"' : '';
  const path = writtenPath(dirname(document.file), file);
  const entry = (flow: boolean) => `${literal('weights', quote, flow)}: ${literal(path, quote, flow)}`;
  const edit = insertAtEnd(document, ['perceptual_loss'], {
    inBraces: () => entry(true),
    inLines: (column) => `${' '.repeat(column)}${entry(false)}`,
  });
  if (edit !== undefined) return [textEdit(document, edit)];
  throw new WorkbenchError('config', `Write \`${entry(false)}\` into the section \`perceptual_loss\`.`);
}
