import type { CompletionItem, Position } from 'vscode-languageserver-types';
import { keyItems } from './complete-keys.ts';
import { listItems, type Spot, valueItems } from './complete-values.ts';
import type { CompletionSources } from './completion-sources.ts';
import type { RunDocument } from './document.ts';
import { isSection, schemaAt } from './schema.ts';

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
  return itemsAt(spot).map((item, i) => ({ ...item, sortText: String(i).padStart(4, '0') }));
}

function itemsAt(spot: Spot): CompletionItem[] {
  const { document, place } = spot;
  const around = schemaAt(place.parent, document.data);
  const entry = around?.items;
  // A list of sections: what is typed at an item is its first key.
  if (entry && isSection(entry)) return keyItems(document, place, entry);
  if (place.kind === 'value') return valueItems(spot, place.path);
  return entry ? listItems(spot, place.parent) : keyItems(document, place, around ?? {});
}
