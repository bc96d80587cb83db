import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type CancellationToken, type Progress, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { GetTarget } from '../../server/protocol/commands.ts';
import type { InventoryItem } from '../../server/protocol/downloads.ts';
import type { TreeNode } from '../tree/tree-node.ts';
import { mayStart } from '../trust.ts';
import type { Command, Workbench } from '../workbench.ts';
import { getArguments, parseGetProgress } from './download-progress.ts';
import { whyNoDownload } from './inventory-nodes.ts';

/** The commands of the view of data and weights. */
export function getCommands({
  extension,
  log,
  inventoryView,
}: Workbench): Record<'esrgan.get' | 'esrgan.refreshInventory', Command> {
  return {
    async 'esrgan.refreshInventory'() {
      inventoryView.refresh();
    },
    async 'esrgan.get'(wanted) {
      if (!(await mayStart())) return;
      const item = isNode(wanted) ? inventoryView.itemOf(wanted) : await missingItem(wanted);
      if (item === undefined) return;
      const archives = item.canGet ? undefined : await askForArchives(item);
      if (!item.canGet && archives === undefined) return;
      const program = Uri.joinPath(extension, 'dist', 'esrgan.js').fsPath;
      try {
        await window.withProgress(
          { location: ProgressLocation.Notification, title: `Getting ${item.name}`, cancellable: true },
          (progress, token) =>
            runGet([program, ...getArguments(item, archives)], progress, token, (line) => log.info(line)),
        );
      } finally {
        inventoryView.refresh();
      }
    },
  };

  /** What is wanted, if it is missing; else what the person picks of that which is. */
  async function missingItem(wanted: unknown): Promise<InventoryItem | undefined> {
    const missing = await inventoryView.missing();
    const named = missing.find(
      (item) => isTarget(wanted) && item.kind === wanted.kind && item.name === wanted.name,
    );
    if (named !== undefined) return named;
    if (missing.length === 0) {
      window.setStatusBarMessage('ESRGAN: no data set and no weights are missing', 5000);
      return undefined;
    }
    const picked = await window.showQuickPick(
      missing.map((item) => ({
        label: item.name,
        description: item.canGet ? item.description : 'from its archive',
        item,
      })),
      { placeHolder: 'What is to be here?' },
    );
    return picked?.item;
  }
}

/** The folder in which the person has the archives of a data set; undefined where they have none or think better of it. */
async function askForArchives(item: InventoryItem): Promise<string | undefined> {
  const choose = 'Choose Folder…';
  if ((await window.showInformationMessage(whyNoDownload(item), choose)) !== choose) return undefined;
  const [folder] =
    (await window.showOpenDialog({
      title: `Folder with the Archive of ${item.name}`,
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder?.fsPath;
}

/** Runs the command until it ends; rejects with its last words where it fails. What it has got so far stays. */
function runGet(
  words: readonly string[],
  progress: Progress<{ message: string }>,
  token: CancellationToken,
  log: (line: string) => void,
): Promise<void> {
  const nodePath = workspace.getConfiguration('esrgan').get('nodePath', '');
  const child = spawn(nodePath === '' ? process.execPath : nodePath, words, {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const cancelled = token.onCancellationRequested(() => child.kill('SIGINT'));
  const lastWords: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    const now = parseGetProgress(line);
    if (now) progress.report(now);
    else log(line);
  });
  createInterface(child.stderr).on('line', (line) => {
    log(line);
    lastWords.push(line);
  });
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || token.isCancellationRequested) resolve();
      else reject(new Error(lastWords.slice(-5).join('\n') || `esrgan ended with code ${code}.`));
    });
  }).finally(() => cancelled.dispose());
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'id' in value && 'children' in value;
}

function isTarget(value: unknown): value is GetTarget {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value;
}
