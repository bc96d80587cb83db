import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  InsertTextMode,
} from 'vscode-languageserver-types';
import type { SchemaNode } from '../../trainer/config/index.ts';
import { vggConvolutions } from '../../trainer/models/vgg/shapes.ts';
import { namedDatasets, namesDataset, vggTypeOf } from './datasets.ts';
import { describeKey, describeLayer } from './describe.ts';
import type { Place, RunDocument } from './document.ts';
import { inlineText } from './literal.ts';
import { isSection, valueAt } from './schema.ts';
import { numberStops, type Style, sectionSnippet, stop, valueSnippet } from './snippet.ts';

/** The place of a completion request for keys. */
interface Spot {
  readonly document: RunDocument;
  readonly place: Place;
  readonly style: Style;
  /** The keys that the section already has. */
  readonly present: ReadonlySet<string>;
}

/** The keys that the section around a place lacks, common ones first. */
export function keyItems(document: RunDocument, place: Place, section: SchemaNode): CompletionItem[] {
  const style = { isJson: document.isJson, flow: place.flow && !document.isJson, indent: indentOf(document) };
  const spot = { document, place, style, present: presentKeys(document, place) };
  const { commonKeys = [], properties = {} } = section;
  const names = new Set([...commonKeys, ...Object.keys(properties)]);
  const own = [...names].flatMap((name) => {
    const node = properties[name];
    return node && !spot.present.has(name) ? keyItem(spot, name, node) : [];
  });
  return [...own, ...layerItems(spot, section), ...datasetItems(spot, section)];
}

/** The keys of the section, except for the one that is being typed. */
function presentKeys(document: RunDocument, { parent, span }: Place): ReadonlySet<string> {
  const section = parent.reduce<unknown>(valueAt, document.data);
  const names = typeof section === 'object' && section !== null ? Object.keys(section) : [];
  const others = names.filter((name) => {
    const key = document.nodeAt([...parent, name])?.keySpan;
    return !key || key.end < span.start || key.start > span.end;
  });
  return new Set(others);
}

/** The indentation of the first indented line. */
function indentOf({ text }: RunDocument): string {
  return /^[ \t]+(?=[^\s#])/m.exec(text)?.[0] ?? '  ';
}

function keyItem(spot: Spot, name: string, node: SchemaNode): CompletionItem {
  const path = [...spot.place.parent, name];
  const detail = node.default === undefined || isSection(node) ? undefined : inlineText(node.default);
  const hasChoices = node.pathTo !== undefined || namesDataset([...path, 0]);
  return {
    ...edit(spot, name, name, valueSnippet(path, node, spot.style)),
    kind: isSection(node) ? CompletionItemKind.Module : CompletionItemKind.Property,
    ...(detail && { labelDetails: { description: detail } }),
    documentation: { kind: 'markdown', value: describeKey(path, node) },
    // Opens the list of possible values.
    ...(hasChoices && { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } }),
  };
}

/** The layers of the VGG network, deepest first. */
function layerItems(spot: Spot, section: SchemaNode): CompletionItem[] {
  if (!section.patternProperties) return [];
  const type = vggTypeOf(spot.document, spot.place.parent);
  const layers = vggConvolutions(type).map(({ layer }) => layer);
  return layers
    .toReversed()
    .filter((layer) => !spot.present.has(layer))
    .map((layer) => ({
      ...edit(spot, layer, layer, ` ${stop('1')}`),
      kind: CompletionItemKind.Property,
      labelDetails: { description: type },
      documentation: { kind: 'markdown', value: describeLayer(layer) ?? '' },
    }));
}

/** A new data set, and the predefined ones, which an entry overrides. */
function datasetItems(spot: Spot, section: SchemaNode): CompletionItem[] {
  const entry = section.additionalProperties;
  if (typeof entry !== 'object') return [];
  const body = sectionSnippet([...spot.place.parent, ''], entry, spot.style);
  const documentation = { kind: 'markdown' as const, value: entry.description ?? '' };
  const predefined = namedDatasets(spot.document).filter(
    ({ name, isOwn }) => !isOwn && !spot.present.has(name),
  );
  const typed = spot.document.text.slice(spot.place.span.start, spot.place.span.end);
  return [
    // Matches any text, because that is the start of the new name.
    { ...edit(spot, 'new data set', stop('photos'), body), filterText: typed || 'photos' },
    ...predefined.map(({ name }) => edit(spot, name, name, body)),
  ].map((item) => ({ ...item, kind: CompletionItemKind.Module, documentation }));
}

/** Inserts a key, then a colon and `rest` if it has no colon yet, and the commas that JSON needs. */
function edit({ document, place }: Spot, label: string, name: string, rest: string): CompletionItem {
  const { text, isJson } = document;
  const before = text.slice(0, place.span.start).trimEnd();
  const follows = /^\s*["\w]/.test(text.slice(place.span.end, place.span.end + 1000));
  const quoted = isJson ? `"${name}"` : name;
  const newText = place.hasColon ? quoted : `${quoted}:${rest}${place.flow && follows ? ',' : ''}`;
  const end = { start: before.length, end: before.length };
  return {
    label,
    filterText: isJson ? `"${label}"` : label,
    insertTextFormat: InsertTextFormat.Snippet,
    insertTextMode: InsertTextMode.adjustIndentation,
    textEdit: { range: document.rangeOf(place.span), newText: numberStops(newText) },
    ...(place.flow &&
      !/[{,]$/.test(before) && { additionalTextEdits: [{ range: document.rangeOf(end), newText: ',' }] }),
  };
}
