import { type Disposable, EventEmitter, type TreeDataProvider, window, workspace } from 'vscode';
import type { InventoryItem } from '../../server/protocol/downloads.ts';
import type { ServerLink } from '../server/server-link.ts';
import { treeItem } from '../tree/tree-item.ts';
import { failureNode, type TreeNode } from '../tree/tree-node.ts';
import { findModelFiles } from '../upscaling/model-files.ts';
import { type FolderInventory, inventoryId, inventoryNodes } from './inventory-nodes.ts';

/**
 * Milliseconds after the last change of a run file until the view loads again. The server is told of the change before:
 * the language client waits 250 ms for more.
 */
const pause = 500;

/** The Data & Weights view. */
export interface InventoryView extends Disposable {
  /** Loads the items again, and has the server check open run files again. */
  refresh(): void;
  itemOf(node: TreeNode): InventoryItem | undefined;
  items(): Promise<readonly InventoryItem[]>;
}

/** The settings that add test sets and models. */
const folderSettings = ['esrgan.testSetFolders', 'esrgan.upscale.modelFolders'];

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
  const loadModels = async () => link.request('esrgan/upscalingModels', { files: await findModelFiles() });
  const provider: TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: treeItem,
    async getChildren(node) {
      if (node !== undefined) return typeof node.children === 'string' ? [] : [...node.children];
      try {
        const [folders, models] = await Promise.all([load(), loadModels()]);
        return [...inventoryNodes(folders, models)];
      } catch (error) {
        return [failureNode(error)];
      }
    },
  };
  const view = window.createTreeView('esrgan.inventory', { treeDataProvider: provider });
  let timer: NodeJS.Timeout | undefined;
  const loadSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => view.visible && changed.fire(), pause);
  };
  const runFiles = workspace.createFileSystemWatcher('**/*.esrgan.{yaml,yml,json}');
  const listeners = [
    runFiles,
    // Run files name data sets and the data folder.
    runFiles.onDidCreate(loadSoon),
    runFiles.onDidChange(loadSoon),
    runFiles.onDidDelete(loadSoon),
    workspace.onDidChangeConfiguration((change) => {
      if (folderSettings.some((setting) => change.affectsConfiguration(setting))) loadSoon();
    }),
    workspace.onDidChangeWorkspaceFolders(() => changed.fire()),
    // Files may have changed while the view was hidden.
    view.onDidChangeVisibility(({ visible }) => visible && changed.fire()),
  ];
  return {
    refresh() {
      changed.fire();
      // The view itself shows a failure of the server.
      link.request('esrgan/filesChanged', null).catch(() => {});
    },
    itemOf: (node) =>
      inventories
        .flatMap(({ folder, report }) => report.items.map((item) => ({ folder, item })))
        .find(({ folder, item }) => inventoryId(folder, item) === node.id)?.item,
    async items() {
      return (await load()).flatMap(({ report }) => report.items);
    },
    dispose() {
      clearTimeout(timer);
      for (const listener of listeners) listener.dispose();
      view.dispose();
      changed.dispose();
    },
  };
}
