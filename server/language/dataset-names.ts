import { predefinedDatasets } from '../../trainer/config/index.ts';
import { stages } from '../../trainer/run-state/run-state.ts';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { entriesAt, innerSpan, textOf } from './nodes.ts';

/** A name of a data set in the text. */
export interface DatasetName {
  readonly name: string;
  /** Without quotes. */
  readonly span: Span;
  /** Includes the quotes. */
  readonly written: Span;
  /** Its entry in `datasets`, or its use by a stage. */
  readonly kind: 'entry' | 'use';
}

/** Names of the data sets that need no entry. */
export const predefinedNames: readonly string[] = Object.keys(predefinedDatasets('', 4));

/** All names of data sets in the order of the text. Names that the stages share by an alias are listed once. */
export function datasetNames(document: RunDocument): DatasetName[] {
  const entries = entriesAt(document, ['datasets']).flatMap(({ name, keySpan }) =>
    keySpan ? [nameAt(document, name, keySpan, 'entry')] : [],
  );
  const uses = stages.flatMap((stage) =>
    ['train_datasets', 'val_datasets'].flatMap((key) =>
      entriesAt(document, [stage, key]).flatMap(({ value, valueSpan }) => {
        const name = textOf(document, value);
        return name !== undefined && valueSpan ? [nameAt(document, name, valueSpan, 'use')] : [];
      }),
    ),
  );
  const all = [...entries, ...uses].toSorted((a, b) => a.span.start - b.span.start);
  return all.filter(({ span }, index) => all[index - 1]?.span.start !== span.start);
}

/** The name at an offset. */
export function datasetNameAt(document: RunDocument, offset: number): DatasetName | undefined {
  return datasetNames(document).find(({ written: { start, end } }) => start <= offset && offset <= end);
}

function nameAt(document: RunDocument, name: string, written: Span, kind: DatasetName['kind']): DatasetName {
  return { name, span: innerSpan(document, written), written, kind };
}
