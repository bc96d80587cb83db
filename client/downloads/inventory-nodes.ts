import type { InventoryItem, InventoryReport } from '../../server/protocol/downloads.ts';
import type { TreeNode } from '../tree/tree-node.ts';

/** A folder of the workspace and what run files in it can name. */
export interface FolderInventory {
  readonly folder: string;
  readonly name: string;
  readonly report: InventoryReport;
}

/** The lines of the view: one list, or one for each folder where there are several. */
export function inventoryNodes(inventories: readonly FolderInventory[]): readonly TreeNode[] {
  const [only] = inventories;
  if (only !== undefined && inventories.length === 1) {
    return only.report.items.map((item) => itemNode(only.folder, item));
  }
  return inventories.map(({ folder, name, report }) => ({
    id: folder,
    label: name,
    icon: 'root-folder',
    spoken: `Folder ${name}`,
    children: report.items.map((item) => itemNode(folder, item)),
  }));
}

/** The id of an item's line, by which the command that gets it finds it again. */
export function inventoryId(folder: string, { kind, name }: Pick<InventoryItem, 'kind' | 'name'>): string {
  return `${folder}#${kind}/${name}`;
}

/** What a person has to know of a data set that cannot be downloaded. */
export function whyNoDownload({ name }: Pick<InventoryItem, 'name'>): string {
  return `${name} has no address that lasts: get its archive from where you know, and name the folder in which it lies.`;
}

function itemNode(folder: string, item: InventoryItem): TreeNode {
  const { kind, name, present, description, path, canGet } = item;
  return {
    id: inventoryId(folder, item),
    label: name,
    description: present
      ? description
      : `not here · ${canGet ? `get (${description})` : 'unpack its archive'}`,
    tooltip: [
      `${present ? 'In' : 'Would be in'} \`${path.replaceAll('`', '')}\``,
      ...(present || canGet ? [] : [whyNoDownload(item)]),
    ].join('\n\n'),
    icon: present ? 'check' : 'circle-slash',
    context: ['item', kind, ...(present ? ['present'] : ['missing', 'get'])].join(' '),
    spoken: `${kind === 'data' ? 'Data set' : 'Weights'} ${name}, ${present ? description : `missing, ${description}`}`,
    children: 'none',
  };
}
