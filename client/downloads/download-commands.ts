import { l10n, Uri, window, workspace } from 'vscode';
import type { DownloadCommandTarget } from '../../server/protocol/commands.ts';
import type { InventoryItem } from '../../server/protocol/downloads.ts';
import {
  type Guard,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isString,
} from '../../trainer/guards/guards.ts';
import { showInformation } from '../notifications.ts';
import type { Command, Services } from '../services.ts';
import type { TreeNode } from '../tree/tree-node.ts';
import { requireTrust } from '../workspace-trust.ts';
import { whyNoDownload } from './inventory-nodes.ts';
import { runDownload } from './run-download.ts';

/** The commands of the Data & Weights view. */
export function downloadCommands({
  link,
  inventoryView,
}: Services): Record<'esrgan.get' | 'esrgan.refreshInventory', Command> {
  return {
    async 'esrgan.refreshInventory'() {
      inventoryView.refresh();
    },
    async 'esrgan.get'(target) {
      if (!(await requireTrust(l10n.t('Downloads are disabled in Restricted Mode.')))) return;
      const item = isNode(target)
        ? inventoryView.itemOf(target)
        : ((await targetItem(target)) ?? (await pickMissing()));
      if (item === undefined) return;
      const archives = item.canGet ? null : await pickArchives(item);
      if (archives === undefined) return;
      const { kind, name, path, scale } = item;
      try {
        await runDownload(link, { kind, name, path, scale, archives });
      } finally {
        inventoryView.refresh();
      }
    },
  };

  /** The item that a run file needs, at the scale of this file and in its data folder. */
  async function targetItem(target: unknown): Promise<InventoryItem | undefined> {
    if (!isTarget(target)) return undefined;
    const { kind, name, scale, file } = target;
    const of = workspace.getWorkspaceFolder(Uri.file(file)) ?? workspace.workspaceFolders?.[0];
    if (of === undefined) return undefined;
    const { items } = await link.request('esrgan/inventory', { folder: of.uri.fsPath, file });
    const item = items.find((each) => each.kind === kind && each.name === name);
    return item && { ...item, scale };
  }

  /** A missing item that the person picks. */
  async function pickMissing(): Promise<InventoryItem | undefined> {
    const missing = (await inventoryView.items()).filter(({ present }) => !present);
    if (missing.length === 0) {
      window.setStatusBarMessage(l10n.t('ESRGAN: All data sets and weights are downloaded'), 5000);
      return undefined;
    }
    const picked = await window.showQuickPick(
      missing.map((item) => ({
        label: item.name,
        description: item.canGet ? item.description : l10n.t('from archive'),
        item,
      })),
      { placeHolder: l10n.t('What do you want to download?') },
    );
    return picked?.item;
  }
}

/** Lets the person choose the folder with the archives of a data set; undefined if the person cancels. */
async function pickArchives(item: InventoryItem): Promise<string | undefined> {
  const choose = l10n.t('Choose Folder…');
  if ((await showInformation(whyNoDownload(item), choose)) !== choose) return undefined;
  const [folder] =
    (await window.showOpenDialog({
      title: l10n.t('Folder with the Archive of {0}', item.name),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder?.fsPath;
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'id' in value && 'children' in value;
}

const isTarget: Guard<DownloadCommandTarget> = isObject({
  kind: isOneOf(['data', 'weights']),
  name: isString,
  scale: isNullable(isNumber),
  file: isString,
});
