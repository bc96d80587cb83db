import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver-types';
import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import type { RunDocument } from './document.ts';
import { type Entry, entriesAt, entriesOf, isBlock, wholeSpan } from './nodes.ts';

/** Maximum length of a value in the outline. */
const longest = 60;

/** The keys of the text as a tree, with short values. */
export function documentSymbols(document: RunDocument): DocumentSymbol[] {
  return symbolsOf(document, entriesAt(document, []));
}

function symbolsOf(document: RunDocument, entries: readonly Entry[]): DocumentSymbol[] {
  return entries.flatMap((entry) => {
    const whole = wholeSpan(entry);
    if (!whole) return [];
    const { value } = entry;
    const children =
      isMap(value) || hasMaps(value) ? symbolsOf(document, entriesOf(document, entry.path, value)) : [];
    return [
      {
        name: entry.name.trim() === '' ? `"${entry.name}"` : entry.name,
        detail: detailOf(document, entry),
        kind: kindOf(value),
        range: document.rangeOf(whole),
        selectionRange: document.rangeOf(entry.keySpan ?? whole),
        children,
      },
    ];
  });
}

/** Whether a list has items with keys. */
function hasMaps(node: Node | undefined): boolean {
  return isSeq(node) && node.items.some((item) => isMap(item));
}

function detailOf({ text }: RunDocument, { value, valueSpan }: Entry): string {
  if (!valueSpan || isBlock(value)) return '';
  const line = text.slice(valueSpan.start, valueSpan.end).replaceAll(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function kindOf(node: Node | undefined): SymbolKind {
  if (isMap(node)) return SymbolKind.Object;
  if (isSeq(node)) return SymbolKind.Array;
  if (isAlias(node)) return SymbolKind.Constant;
  switch (isScalar(node) ? typeof node.value : undefined) {
    case 'string':
      return SymbolKind.String;
    case 'number':
      return SymbolKind.Number;
    case 'boolean':
      return SymbolKind.Boolean;
    default:
      return SymbolKind.Null;
  }
}
