import { dirname } from 'node:path';
import type { TextEdit } from 'vscode-languageserver-types';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { splitImages, writtenPath } from '../../trainer/image-files/split-images.ts';
import type { RunDocument } from './document.ts';
import { literal } from './literal.ts';

/**
 * The edits that give a data set of a run file the images of a folder, split into training and validation.
 *
 * @throws WorkbenchError `data` if the folder has too few images, `config` if the file has no such data set
 */
export function replaceImages(document: RunDocument, dataset: string, folder: string): TextEdit[] {
  const split = splitImages(folder);
  if (split === undefined) {
    throw new WorkbenchError('data', `${folder} has fewer than two images. Choose a folder with more.`);
  }
  const span = document.nodeAt(['datasets', dataset, 'hr'])?.valueSpan;
  if (span === undefined) {
    throw new WorkbenchError('config', `The run file has no data set \`${dataset}\` with \`hr\`.`);
  }
  const quote = document.isJson ? '"' : '';
  const entries = (['train', 'val'] as const).map((key) => {
    const path = writtenPath(dirname(document.file), split[key]);
    return `${literal(key, quote, true)}: ${literal(path, quote, true)}`;
  });
  return [{ range: document.rangeOf(span), newText: `{ ${entries.join(', ')} }` }];
}
