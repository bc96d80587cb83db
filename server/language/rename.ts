import type { Range, TextEdit } from 'vscode-languageserver-types';
import { type DatasetName, datasetNameAt, datasetNames, predefinedNames } from './dataset-names.ts';
import type { RunDocument } from './document.ts';
import { entryAt } from './nodes.ts';

/** A message that says why something cannot be renamed. */
export interface Refusal {
  readonly refusal: string;
}

/** The name at an offset that can be renamed: only a data set with an entry in the file. */
export function prepareRename(
  document: RunDocument,
  offset: number,
): { readonly range: Range; readonly placeholder: string } | Refusal {
  const found = renamable(document, offset);
  if ('refusal' in found) return found;
  return { range: document.rangeOf(found.span), placeholder: found.name };
}

/** Renames the data set at an offset, in its entry and all uses. */
export function rename(document: RunDocument, offset: number, newName: string): TextEdit[] | Refusal {
  const found = renamable(document, offset);
  if ('refusal' in found) return found;
  const { name } = found;
  if (newName === name) return [];
  if (newName.trim() === '') return { refusal: 'The name of a data set must not be empty.' };
  if (predefinedNames.includes(newName)) {
    return { refusal: `\`${newName}\` is a predefined data set. Choose another name.` };
  }
  if (entryAt(document, ['datasets', newName])) {
    return { refusal: `\`datasets\` already has an entry \`${newName}\`. Choose another name.` };
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
  if (!found) return { refusal: 'Only the names of data sets can be renamed.' };
  const { name } = found;
  const entry = entryAt(document, ['datasets', name]);
  const isPredefined = predefinedNames.includes(name);
  if (isPredefined && !entryAt(document, ['datasets', name, 'hr'])) {
    const reason = entry ? 'its entry has no images of its own' : 'it has no entry in `datasets`';
    return { refusal: `\`${name}\` is a predefined data set and cannot be renamed, because ${reason}.` };
  }
  if (!entry) return { refusal: `\`datasets\` has no entry \`${name}\`. Add one first.` };
  return found;
}

/** A name in the quotes of the old one, or in quotes if YAML needs them. */
function quoted({ text, isJson }: RunDocument, name: string, at: number): string {
  if (isJson || text[at] === '"') return JSON.stringify(name);
  if (text[at] === "'") return `'${name.replaceAll("'", "''")}'`;
  const isPlain = /^[\p{L}_][\p{L}\d _.+-]*$/u.test(name) && name === name.trim();
  const isWord = /^(true|false|null|yes|no|on|off|y|n)$/i.test(name);
  return isPlain && !isWord ? name : JSON.stringify(name);
}
