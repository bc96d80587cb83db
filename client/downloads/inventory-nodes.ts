import { l10n } from 'vscode';
import type { InventoryItem, InventoryReport } from '../../server/protocol/downloads.ts';
import type { TreeNode } from '../tree/tree-node.ts';

/** A workspace folder with the data sets and weights that its run files can name. */
export interface FolderInventory {
  readonly folder: string;
  readonly name: string;
  readonly report: InventoryReport;
}

/** The items of the Data & Weights view: one list, or one per workspace folder if there are several. */
export function inventoryNodes(inventories: readonly FolderInventory[]): readonly TreeNode[] {
  const [only] = inventories;
  if (only !== undefined && inventories.length === 1) {
    return only.report.items.map((item) => itemNode(only.folder, item));
  }
  return inventories.map(({ folder, name, report }) => ({
    id: folder,
    label: name,
    icon: 'root-folder',
    spoken: l10n.t('Folder {0}', name),
    children: report.items.map((item) => itemNode(folder, item)),
  }));
}

/** The id of an item in the view, by which the download command finds it. */
export function inventoryId(folder: string, { kind, name }: Pick<InventoryItem, 'kind' | 'name'>): string {
  return `${folder}#${kind}/${name}`;
}

/** The message for a data set that cannot be downloaded. */
export function whyNoDownload({ name }: Pick<InventoryItem, 'name'>): string {
  return l10n.t('{0} has no stable download URL. Download the archive, then choose its folder.', name);
}

function itemNode(folder: string, item: InventoryItem): TreeNode {
  const { kind, name, present, description, path, canGet } = item;
  const state = present
    ? description
    : l10n.t('not downloaded · {0}', canGet ? description : l10n.t('from archive'));
  const shownPath = `\`${path.replaceAll('`', '')}\``;
  return {
    id: inventoryId(folder, item),
    label: name,
    description: state,
    tooltip: [
      present ? shownPath : l10n.t('Expected at {0}', shownPath),
      ...(present || canGet ? [] : [whyNoDownload(item)]),
    ].join('\n\n'),
    icon: present ? 'check' : 'circle-slash',
    context: ['item', kind, ...(present ? ['present'] : ['missing', 'get'])].join(' '),
    spoken: `${kind === 'data' ? l10n.t('Data set {0}', name) : l10n.t('Weights {0}', name)}, ${state.replaceAll(' · ', ', ')}`,
    children: 'none',
  };
}
