import { dirname, relative, resolve } from 'node:path';
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver-types';
import {
  type Path,
  replacePlaceholder,
  type SchemaNode,
  subject,
  withoutPlaceholder,
} from '../../trainer/config/index.ts';
import { portablePath, typedFolder } from '../../trainer/files/paths.ts';
import { formatCount, formatScore } from '../../trainer/format/format.ts';
import type { CompletionSources } from './completion-sources.ts';
import { inMap, namedDatasets, namesDataset, rootText, scaleOf } from './datasets.ts';
import type { Place, RunDocument } from './document.ts';
import { inlineText, literal } from './literal.ts';
import { schemaAt, typesOf } from './schema.ts';

/** The place of a completion request for values. */
export interface Spot {
  readonly document: RunDocument;
  readonly place: Place;
  readonly offset: number;
  readonly sources: CompletionSources;
}

/** A possible value. */
interface Choice {
  readonly value: unknown;
  /** Shown instead of the value. */
  readonly label?: string;
  readonly kind: CompletionItemKind;
  /** Shown next to the label. */
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** What the typed text is compared with, instead of the value. */
  readonly filter?: string;
}

const weightFile = /\.(safetensors|pth|pt)$/i;
const imageFile = /\.(png|jpe?g|webp|tiff?|bmp)$/i;

/** The possible values of a key or list item, most likely first. */
export function valueItems(spot: Spot, path: Path): CompletionItem[] {
  const node = schemaAt(path, spot.document.data);
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

/** Items of a list in block style. */
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
  const descriptions = node.enumDescriptions ?? node.presetDescriptions;
  return (node.enum ?? node.presets ?? []).map((value, i) => {
    const documentation = descriptions?.[i];
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

/** The data sets that the list lacks. */
function datasetChoices({ document, place }: Spot, list: Path): Choice[] {
  const named = list.reduce<unknown>((map, step) => inMap(map, String(step)), document.data);
  const typed = document.text.slice(place.span.start, place.span.end).replaceAll(/["']/g, '');
  const present = new Set<unknown>(Array.isArray(named) ? named.filter((name) => name !== typed) : []);
  return namedDatasets(document)
    .filter(({ name }) => !present.has(name))
    .map(({ name, isOwn, paths }) => ({
      value: name,
      kind: CompletionItemKind.Reference,
      detail: isOwn ? 'in this file' : 'predefined',
      documentation: paths.map((path) => `- \`${path}\``).join('\n'),
    }));
}

/** Lists of one data set, for a key without a value. */
function listChoices(spot: Spot, list: Path): Choice[] {
  return datasetChoices(spot, list).map((choice) => ({ ...choice, value: [choice.value] }));
}

function stageChoices(path: Path): Choice[] {
  if (subject(path) !== '`training.init`') return [];
  const checkpoint = 'checkpoint of this run’s pretraining';
  return [
    { value: 'last', kind: CompletionItemKind.EnumMember, detail: `latest ${checkpoint}` },
    { value: 'best', kind: CompletionItemKind.EnumMember, detail: `best ${checkpoint}` },
  ];
}

function checkpointChoices({ document, sources }: Spot): Choice[] {
  const folder = dirname(document.file);
  const runsDir = resolve(folder, rootText(document, 'runs_dir'));
  return sources.listCheckpoints(runsDir).map(({ path, run, stage, step, psnr }) => ({
    value: portablePath(relative(folder, path)),
    label: `${run} · ${stage} ${formatCount(step)}`,
    kind: CompletionItemKind.Constant,
    ...(psnr !== null && { detail: `PSNR ${formatScore(psnr)} dB` }),
  }));
}

/** The content of the folder that is typed so far. */
function pathChoices({ document, place, offset, sources }: Spot, to: string): Choice[] {
  const typed = document.text.slice(place.span.start, offset).replace(/^["']/, '');
  const { written, given } = typedFolder(typed);
  const isPattern = to === 'images';
  const folder = resolve(
    dirname(document.file),
    isPattern ? replacePlaceholder(given, scaleOf(document)) : given,
  );
  const showHidden = typed.slice(written.length).startsWith('.');
  // A folder may contain very many images, so only the choices are sorted.
  const entries = sources.listFolder(folder).filter(({ name }) => showHidden || !name.startsWith('.'));
  const sorted = (names: readonly string[]) =>
    names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const folders = entries.flatMap(({ name, isFolder }) => (isFolder ? name : []));
  const files = entries.flatMap(({ name, isFolder }) => (isFolder ? [] : name));
  const endings = isPattern ? files.flatMap((name) => imageFile.exec(name)?.[0].toLowerCase() ?? []) : [];
  const entry = (name: string) => ({
    value: given + (isPattern ? withoutPlaceholder(name) : name),
    filter: written + name,
  });
  const ending = to === 'weights' ? weightFile : to === 'list' ? /\.txt$/i : undefined;
  const chosen = ending ? files.filter((name) => ending.test(name)) : [];
  return [
    ...sorted(folders).map((name) => ({ ...entry(name), kind: CompletionItemKind.Folder })),
    ...sorted([...new Set(endings)]).map((ending) => ({
      ...entry(`*${ending}`),
      kind: CompletionItemKind.File,
      detail: 'images in this folder only',
    })),
    ...sorted(chosen).map((name) => ({ ...entry(name), kind: CompletionItemKind.File })),
  ];
}

/** Known numbers and lists: the default, the original program's and the paper's. */
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
    const entry = known.get(inlineText(value)) ?? { value, origins: [] };
    entry.origins.push(origin);
    known.set(inlineText(value), entry);
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
  // A space separates the colon from the value.
  const before = /[:-]/.test(text[place.span.start - 1] ?? '') ? ' ' : '';
  const keyFollows = isJson && !place.inList && /^\s*"/.test(text.slice(place.span.end));
  return {
    label: choice.label ?? (typeof choice.value === 'string' ? choice.value : written),
    kind: choice.kind,
    filterText: before + (choice.filter === undefined ? written : quote + choice.filter),
    textEdit: { range: document.rangeOf(place.span), newText: `${before}${written}${keyFollows ? ',' : ''}` },
    ...(choice.detail && { labelDetails: { description: choice.detail } }),
    ...(choice.documentation && { documentation: { kind: 'markdown', value: choice.documentation } }),
  };
}
