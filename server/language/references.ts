import type { Location } from 'vscode-languageserver-types';
import { datasetNameAt, datasetNames } from './dataset-names.ts';
import type { RunDocument } from './document.ts';

/**
 * All uses of the data set at an offset, in the order of the text.
 *
 * @param uri of the document
 * @param withEntry whether to include its entry in `datasets`
 */
export function references(
  document: RunDocument,
  uri: string,
  offset: number,
  withEntry: boolean,
): Location[] {
  const dataset = datasetNameAt(document, offset);
  return datasetNames(document)
    .filter(({ name, kind }) => name === dataset?.name && (withEntry || kind === 'use'))
    .map(({ span }) => ({ uri, range: document.rangeOf(span) }));
}
