import type { Location } from 'vscode-languageserver-types';
import { datasetNameAt, datasetNames } from './dataset-names.ts';
import type { RunDocument } from './document.ts';

/**
 * All places that name the data set at an offset, in the order of the text; none elsewhere.
 *
 * @param uri of the document
 * @param withEntry whether its entry under `datasets` is one of them
 */
export function references(
  document: RunDocument,
  uri: string,
  offset: number,
  withEntry: boolean,
): Location[] {
  const wanted = datasetNameAt(document, offset);
  return datasetNames(document)
    .filter(({ name, kind }) => name === wanted?.name && (withEntry || kind === 'use'))
    .map(({ span }) => ({ uri, range: document.rangeOf(span) }));
}
