import type { Hover, Position } from 'vscode-languageserver-types';
import type { Path } from '../../trainer/config/index.ts';
import { namedDatasets, namesDataset } from './datasets.ts';
import { describeKey, describeLayer } from './describe.ts';
import type { Place, RunDocument } from './document.ts';
import { schemaAt } from './schema.ts';

/** The description of the key or value at a position; `null` if there is none. */
export function hover(document: RunDocument, position: Position): Hover | null {
  const place = document.pathAt(document.offsetAt(position));
  if (!place || place.kind === 'empty' || place.span.start === place.span.end) return null;
  const text = (place.kind === 'value' && describeValue(document, place)) || describe(document, place.path);
  return text ? { contents: { kind: 'markdown', value: text }, range: document.rangeOf(place.span) } : null;
}

function describe({ data }: RunDocument, path: Path): string | undefined {
  const last = path.at(-1);
  const layer = path.at(-2) === 'layer_weights' ? describeLayer(String(last)) : undefined;
  if (layer) return `Weight of the layer \`${last}\` in the perceptual loss.\n\n${layer}`;
  const node = schemaAt(path, data);
  if (node?.description) return describeKey(path, node);
  // An item has no description, so its list's is shown.
  const list = typeof last === 'number' ? schemaAt(path.slice(0, -1), data) : undefined;
  return list && describeKey(path.slice(0, -1), list);
}

/** The description of a value: of a choice or of a data set. */
function describeValue(document: RunDocument, { path, span }: Place): string | undefined {
  const node = schemaAt(path, document.data);
  const written = unquoted(document.text.slice(span.start, span.end));
  const choice = node?.enumDescriptions?.[node.enum?.map(String).indexOf(written) ?? -1];
  if (choice) return `\`${written}\`: ${choice}\n\n${describe(document, path)}`;
  if (!namesDataset(path)) return undefined;
  const dataset = namedDatasets(document).find(({ name }) => name === written);
  if (!dataset) return undefined;
  const origin = dataset.isOwn ? 'defined in this file under `datasets`' : 'predefined';
  const folders = dataset.paths.map((folder) => `- \`${folder}\``);
  return [`Data set \`${written}\`, ${origin}.`, folders.join('\n')].filter(Boolean).join('\n\n');
}

function unquoted(written: string): string {
  return written.replace(/^(["'])(.*)\1$/, '$2');
}
