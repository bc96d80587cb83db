import type { Range, TextEdit } from 'vscode-languageserver-types';
import { type DatasetName, datasetNameAt, datasetNames, predefinedNames } from './dataset-names.ts';
import type { RunDocument } from './document.ts';
import { entryAt } from './nodes.ts';

/** Why something cannot be renamed, a sentence for the person. */
export interface Refusal {
  readonly refusal: string;
}

/** What a rename at an offset would change: the name of a data set of the file's own, and nothing else. */
export function prepareRename(
  document: RunDocument,
  offset: number,
): { readonly range: Range; readonly placeholder: string } | Refusal {
  const found = renamable(document, offset);
  if ('refusal' in found) return found;
  return { range: document.rangeOf(found.span), placeholder: found.name };
}

/** Renames the data set at an offset in its entry and in all uses. */
export function rename(document: RunDocument, offset: number, newName: string): TextEdit[] | Refusal {
  const found = renamable(document, offset);
  if ('refusal' in found) return found;
  const { name } = found;
  if (newName === name) return [];
  if (newName.trim() === '') return { refusal: 'A data set needs a name.' };
  if (predefinedNames.includes(newName)) {
    return { refusal: `\`${newName}\` is the name of a predefined data set; choose another one.` };
  }
  if (entryAt(document, ['datasets', newName])) {
    return { refusal: `\`datasets\` has an entry \`${newName}\` already; choose another name.` };
  }
  return datasetNames(document)
    .filter((each) => each.name === name)
    .map(({ written }) => ({
      range: document.rangeOf(written),
      newText: quoted(document, newName, written.start),
    }));
}

function renamable(document: RunDocument, offset: number): DatasetName | Refusal {
  const found = datasetNameAt(document, offset);
  if (!found)
    return { refusal: 'Only names of data sets can be renamed: their keys under `datasets` and their uses.' };
  const { name } = found;
  const entry = entryAt(document, ['datasets', name]);
  const isPredefined = predefinedNames.includes(name);
  if (isPredefined && !entryAt(document, ['datasets', name, 'hr'])) {
    const why = entry
      ? 'the entry only changes it, and under another name it would have no images'
      : 'only data sets under `datasets` can be renamed';
    return { refusal: `\`${name}\` is a predefined data set: ${why}.` };
  }
  if (!entry)
    return { refusal: `There is no data set \`${name}\` under \`datasets\`; give it an entry there first.` };
  return found;
}

/** A name as the text around it needs it: in the quotes that it had, and in quotes where YAML would misread it. */
function quoted({ text, isJson }: RunDocument, name: string, at: number): string {
  if (isJson || text[at] === '"') return JSON.stringify(name);
  if (text[at] === "'") return `'${name.replaceAll("'", "''")}'`;
  const isPlain = /^[\p{L}_][\p{L}\d _.+-]*$/u.test(name) && name === name.trim();
  const isWord = /^(true|false|null|yes|no|on|off|y|n)$/i.test(name);
  return isPlain && !isWord ? name : JSON.stringify(name);
}
