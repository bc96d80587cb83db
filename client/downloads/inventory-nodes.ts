import { l10n } from 'vscode';
import type { InventoryItem, InventoryReport, OwnImages } from '../../server/protocol/downloads.ts';
import type { UpscalingModel } from '../../server/protocol/upscaling.ts';
import { formatBytes } from '../../trainer/format/format.ts';
import { codeSpan, plainText } from '../../trainer/format/markup.ts';
import type { TreeNode } from '../tree/tree-node.ts';
import { modelLabel } from '../upscaling/upscale-labels.ts';

/** A workspace folder with its data sets, test sets and weights. */
export interface FolderInventory {
  readonly folder: string;
  readonly name: string;
  readonly report: InventoryReport;
}

/** The items of the Data & Weights view: of one folder, or one for each folder if there are several; then the models. */
export function inventoryNodes(
  inventories: readonly FolderInventory[],
  models: readonly UpscalingModel[],
): readonly TreeNode[] {
  const [only] = inventories;
  const folders =
    only !== undefined && inventories.length === 1
      ? folderNodes(only)
      : inventories.map((inventory) => ({
          id: inventory.folder,
          label: inventory.name,
          icon: 'root-folder',
          spoken: l10n.t('Folder {0}', inventory.name),
          children: folderNodes(inventory),
        }));
  const usable = models.filter(({ source }) => source.kind !== 'checkpoint');
  return [...folders, ...group('models', l10n.t('Models to Upscale With'), usable.map(modelNode))];
}

/** The id of an item in the view, by which the download command finds it. */
export function inventoryId(folder: string, { kind, name }: Pick<InventoryItem, 'kind' | 'name'>): string {
  return `${folder}#${kind}/${name}`;
}

/** The message for a data set that cannot be downloaded. */
export function whyNoDownload({ name }: Pick<InventoryItem, 'name'>): string {
  return l10n.t('{0} has no stable download URL. Download the archive, then choose its folder.', name);
}

function folderNodes({ folder, report: { items, own } }: FolderInventory): TreeNode[] {
  const of = (kind: InventoryItem['kind']) =>
    items.filter((item) => item.kind === kind).map((item) => itemNode(folder, item));
  const ownOf = (kind: OwnImages['kind']) =>
    own.filter((images) => images.kind === kind).map((images) => ownNode(folder, images));
  return [
    ...group(`${folder}#data`, l10n.t('Data Sets'), [...ownOf('dataset'), ...of('data')]),
    ...group(`${folder}#test-sets`, l10n.t('Test Sets'), ownOf('testSet')),
    ...group(`${folder}#weights`, l10n.t('Weights for Losses and Metrics'), of('weights')),
  ];
}

/** A heading with nodes, if there are any. */
function group(id: string, label: string, children: readonly TreeNode[]): TreeNode[] {
  return children.length === 0 ? [] : [{ id, label, spoken: label, isExpanded: true, children }];
}

function itemNode(folder: string, item: InventoryItem): TreeNode {
  const { kind, name, present, description, path, canGet } = item;
  const isPrepared = present && kind === 'data';
  const source = canGet ? description : l10n.t('from archive');
  const state = present
    ? description
    : source === ''
      ? l10n.t('not downloaded')
      : l10n.t('not downloaded · {0}', source);
  return {
    id: inventoryId(folder, item),
    label: name,
    description: state,
    tooltip: [
      present ? codeSpan(path) : l10n.t('Expected at {0}', codeSpan(path)),
      ...(present || canGet ? [] : [whyNoDownload(item)]),
    ].join('\n\n'),
    icon: present ? 'check' : 'circle-slash',
    context: [
      'item',
      kind,
      ...(present ? ['present'] : ['missing', 'get']),
      ...(isPrepared ? ['prepare'] : []),
    ].join(' '),
    ...(isPrepared && { images: { name, paths: [path], runFile: null } }),
    spoken: spoken(kind === 'data' ? l10n.t('Data set {0}', name) : l10n.t('Weights {0}', name), state),
    children: 'none',
  };
}

function ownNode(folder: string, { kind, name, description, paths, runFile }: OwnImages): TreeNode {
  return {
    // Data sets may share their images, and run files may use one name for several.
    id: `${folder}#${kind}/${[name, ...paths].join(' ')}`,
    label: name,
    description,
    tooltip: paths.map(codeSpan).join('\n\n'),
    icon: 'file-media',
    context: `images ${kind}${kind === 'dataset' ? ' prepare' : ''}`,
    ...(kind === 'dataset' && { images: { name, paths, runFile } }),
    spoken: spoken(
      kind === 'dataset' ? l10n.t('Data set {0}', name) : l10n.t('Test set {0}', name),
      description,
    ),
    children: 'none',
  };
}

function modelNode(model: UpscalingModel): TreeNode {
  const { path, source, bytes, scale, problem } = model;
  const name = modelLabel(model);
  const facts = [
    ...(scale === null ? [] : [`×${scale}`]),
    formatBytes(bytes),
    ...(source.kind === 'bundled' ? [l10n.t('bundled')] : []),
  ];
  return {
    id: `model/${path}`,
    label: name,
    description: facts.join(' · '),
    tooltip: [codeSpan(path), ...(problem === null ? [] : [plainText(problem)])].join('\n\n'),
    icon: problem === null ? 'layers' : 'warning',
    context: 'model',
    spoken: spoken(l10n.t('Model {0}', name), facts.join(', ')),
    file: path,
    children: 'none',
  };
}

function spoken(name: string, state: string): string {
  return `${name}, ${state.replaceAll(' · ', ', ')}`;
}
