import { dirname, relative, resolve } from 'node:path';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver-types';
import { type Path, type SchemaNode, subject } from '../../trainer/config/index.ts';
import { formatCount } from '../../trainer/format/format.ts';
import type { CompletionSources } from './completion-sources.ts';
import { inMap, namedDatasets, namesDataset, rootText, scaleOf } from './datasets.ts';
import type { Place, RunDocument } from './document.ts';
import { literal, shortly } from './literal.ts';
import { schemaAt, typesOf } from './schema.ts';

/** Where a value is asked for. */
interface Spot {
  readonly document: RunDocument;
  readonly place: Place;
  readonly offset: number;
  readonly sources: CompletionSources;
}

/** A value that could stand at the cursor. */
interface Choice {
  readonly value: unknown;
  /** What is shown in place of the value. */
  readonly label?: string;
  readonly kind: CompletionItemKind;
  /** Beside the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
}

const weightFile = /\.(safetensors|pth|pt)$/i;
const imageFile = /\.(png|jpe?g|webp|tiff?|bmp)$/i;

/** The values that a key or list item may have, the likeliest first. */
export function valueItems(spot: Spot, path: Path): CompletionItem[] {
  const node = schemaAt(path);
  if (!node) return [];
  const choices: Choice[] = [
    ...enumChoices(node),
    ...booleanChoices(node),
    ...(namesDataset(path) ? datasetChoices(spot, path.slice(0, -1)) : []),
    ...(namesDataset([...path, 0]) ? listChoices(spot, path) : []),
    ...stageChoices(path),
    ...(node.pathTo === 'weights' ? checkpointChoices(spot) : []),
    ...(node.pathTo === undefined ? [] : pathChoices(spot, node.pathTo)),
    ...knownChoices(node),
  ];
  return choices.map((choice) => valueItem(spot, choice));
}

/** Items of a list that is written line by line. */
export function listItems(spot: Spot, list: Path): CompletionItem[] {
  return valueItems(spot, [...list, 0]).map(({ label, ...item }) => {
    const newText = `- ${item.textEdit?.newText ?? label}`;
    return {
      ...item,
      label,
      filterText: newText,
      textEdit: { range: spot.document.rangeOf(spot.place.span), newText },
    };
  });
}

function enumChoices(node: SchemaNode): Choice[] {
  return (node.enum ?? []).map((value, i) => {
    const documentation = node.enumDescriptions?.[i];
    return {
      value,
      kind: CompletionItemKind.EnumMember,
      ...(value === node.default && { detail: 'default' }),
      ...(documentation && { documentation }),
    };
  });
}

function booleanChoices(node: SchemaNode): Choice[] {
  if (!typesOf(node).includes('boolean')) return [];
  return [true, false].map((value) => ({
    value,
    kind: CompletionItemKind.Value,
    ...(value === node.default && { detail: 'default' }),
  }));
}

/** The data sets that the list does not name yet. */
function datasetChoices({ document, place }: Spot, list: Path): Choice[] {
  const named = list.reduce<unknown>((map, step) => inMap(map, String(step)), document.data);
  const typed = document.text.slice(place.span.start, place.span.end).replaceAll(/["']/g, '');
  const present = Array.isArray(named) ? named.filter((name) => name !== typed) : [];
  return namedDatasets(document)
    .filter(({ name }) => !present.includes(name))
    .map(({ name, isOwn, paths }) => ({
      value: name,
      kind: CompletionItemKind.Reference,
      detail: isOwn ? 'of this file' : 'predefined',
      documentation: paths.map((path) => `- \`${path}\``).join('\n'),
    }));
}

/** Lists of one data set, for a key that has no value yet. */
function listChoices(spot: Spot, list: Path): Choice[] {
  return datasetChoices(spot, list).map((choice) => ({ ...choice, value: [choice.value] }));
}

function stageChoices(path: Path): Choice[] {
  if (subject(path) !== '`training.init`') return [];
  const of = 'checkpoint of this run’s pretraining';
  return [
    { value: 'last', kind: CompletionItemKind.EnumMember, detail: `the latest ${of}` },
    { value: 'best', kind: CompletionItemKind.EnumMember, detail: `the best ${of}` },
  ];
}

function checkpointChoices({ document, sources }: Spot): Choice[] {
  const folder = dirname(document.file);
  const runsDir = resolve(folder, rootText(document, 'runs_dir'));
  return sources.listCheckpoints(runsDir).map(({ path, run, stage, step, psnr }) => ({
    value: relative(folder, path).replaceAll('\\', '/'),
    label: `${run} · ${stage} ${formatCount(step)}`,
    kind: CompletionItemKind.Constant,
    ...(psnr !== null && { detail: `PSNR ${psnr.toFixed(2)} dB` }),
  }));
}

/** What lies in the folder that the path typed so far leads to. */
function pathChoices({ document, place, offset, sources }: Spot, to: string): Choice[] {
  const typed = document.text.slice(place.span.start, offset).replace(/^["']/, '');
  const given = typed.slice(0, typed.lastIndexOf('/') + 1);
  const folder = resolve(dirname(document.file), given.replaceAll('{scale}', String(scaleOf(document))));
  const showHidden = typed.slice(given.length).startsWith('.');
  // A folder may hold very many images: only what is offered is put in order.
  const entries = sources.listFolder(folder).filter(({ name }) => showHidden || !name.startsWith('.'));
  const inOrder = (names: readonly string[]) =>
    names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const folders = entries.flatMap(({ name, isFolder }) => (isFolder ? name : []));
  const files = entries.flatMap(({ name, isFolder }) => (isFolder ? [] : name));
  const endings =
    to === 'images' ? files.flatMap((name) => imageFile.exec(name)?.[0].toLowerCase() ?? []) : [];
  const weights = to === 'weights' ? files.filter((name) => weightFile.test(name)) : [];
  return [
    ...inOrder(folders).map((name) => ({ value: given + name, kind: CompletionItemKind.Folder })),
    ...inOrder([...new Set(endings)]).map((ending) => ({
      value: `${given}*${ending}`,
      kind: CompletionItemKind.File,
      detail: 'images of this folder alone',
    })),
    ...inOrder(weights).map((name) => ({ value: given + name, kind: CompletionItemKind.File })),
  ];
}

/** Numbers and lists that are known to work: the default, the original's, the paper's. */
function knownChoices(node: SchemaNode): Choice[] {
  if (node.enum || typesOf(node).some((type) => ['string', 'boolean', 'object'].includes(type))) return [];
  if (node.items?.type === 'string') return [];
  const known = new Map<string, { value: unknown; origins: string[] }>();
  const sources: [string, unknown][] = [
    ['default', node.default],
    ['original', node.originalValue],
    ['paper', node.paperValue],
  ];
  for (const [origin, value] of sources) {
    if (value === undefined) continue;
    const entry = known.get(shortly(value)) ?? { value, origins: [] };
    entry.origins.push(origin);
    known.set(shortly(value), entry);
  }
  return [...known.values()].map(({ value, origins }) => ({
    value,
    kind: CompletionItemKind.Value,
    detail: origins.join(', '),
  }));
}

function valueItem({ document, place }: Spot, choice: Choice): CompletionItem {
  const { text, isJson } = document;
  const quote = isJson ? '"' : (/["']/.exec(text[place.span.start] ?? '')?.[0] ?? '');
  const written = literal(choice.value, quote, place.flow);
  // Between a colon and its value stands a space.
  const before = /[:-]/.test(text[place.span.start - 1] ?? '') ? ' ' : '';
  const keyFollows = isJson && !place.inList && /^\s*"/.test(text.slice(place.span.end));
  return {
    label: choice.label ?? (typeof choice.value === 'string' ? choice.value : written),
    kind: choice.kind,
    filterText: before + written,
    textEdit: { range: document.rangeOf(place.span), newText: `${before}${written}${keyFollows ? ',' : ''}` },
    ...(choice.detail && { labelDetails: { description: choice.detail } }),
    ...(choice.documentation && { documentation: { kind: 'markdown', value: choice.documentation } }),
  };
}
