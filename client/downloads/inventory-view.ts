import { type Disposable, EventEmitter, type TreeDataProvider, window, workspace } from 'vscode';
import type { InventoryItem } from '../../server/protocol/downloads.ts';
import type { ServerLink } from '../server/server-link.ts';
import { treeItem } from '../tree/tree-item.ts';
import { failureNode, type TreeNode } from '../tree/tree-node.ts';
import { type FolderInventory, inventoryId, inventoryNodes } from './inventory-nodes.ts';

/** The view of data sets and weights. */
export interface InventoryView extends Disposable {
  /** Looks again what is there, and whether open run files find it. */
  refresh(): void;
  /** The item of a line of the view. */
  itemOf(node: TreeNode): InventoryItem | undefined;
  /** What is not here, for a picker. */
  missing(): Promise<readonly InventoryItem[]>;
}

export function createInventoryView(link: ServerLink): InventoryView {
  const changed = new EventEmitter<void>();
  let inventories: readonly FolderInventory[] = [];
  const load = async () => {
    const folders = workspace.workspaceFolders ?? [];
    inventories = await Promise.all(
      folders.map(async ({ uri, name }) => ({
        folder: uri.fsPath,
        name,
        report: await link.request('esrgan/inventory', { folder: uri.fsPath }),
      })),
    );
    return inventories;
  };
  const provider: TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: treeItem,
    async getChildren(node) {
      if (node !== undefined) return typeof node.children === 'string' ? [] : [...node.children];
      try {
        return [...inventoryNodes(await load())];
      } catch (error) {
        return [failureNode(error)];
      }
    },
  };
  const view = window.createTreeView('esrgan.inventory', { treeDataProvider: provider });
  const listeners = [
    workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    // Whoever comes back to the view may have got something meanwhile.
    view.onDidChangeVisibility(({ visible }) => visible && changed.fire()),
  ];
  return {
    refresh() {
      changed.fire();
      // Where the server does not answer, the view says so.
      link.request('esrgan/filesChanged', null).catch(() => {});
    },
    itemOf: (node) =>
      inventories
        .flatMap(({ folder, report }) => report.items.map((item) => ({ folder, item })))
        .find(({ folder, item }) => inventoryId(folder, item) === node.id)?.item,
    async missing() {
      const items = (await load()).flatMap(({ report }) => report.items);
      return items.filter(({ present }) => !present);
    },
    dispose() {
      for (const listener of listeners) listener.dispose();
      view.dispose();
      changed.dispose();
    },
  };
}
