import type { CompletionItem, Position } from 'vscode-languageserver-types';
import { keyItems } from './complete-keys.ts';
import { listItems, valueItems } from './complete-values.ts';
import type { CompletionSources } from './completion-sources.ts';
import type { RunDocument } from './document.ts';
import { schemaAt } from './schema.ts';

/** The completions at a position, most likely first. Keys are snippets. */
export function complete(
  document: RunDocument,
  position: Position,
  sources: CompletionSources,
): CompletionItem[] {
  const offset = document.offsetAt(position);
  const place = document.pathAt(offset);
  if (!place) return [];
  const spot = { document, place, offset, sources };
  const around = schemaAt(place.parent);
  const items =
    place.kind === 'value'
      ? valueItems(spot, place.path)
      : around?.items
        ? listItems(spot, place.parent)
        : keyItems(document, place, around ?? {});
  return items.map((item, i) => ({ ...item, sortText: String(i).padStart(4, '0') }));
}
