import { basename, dirname, relative } from 'node:path';
import { commands, l10n, Uri, window, workspace } from 'vscode';
import { isInside, pathIdentity } from '../../trainer/files/paths.ts';
import { showInformation } from '../notifications.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Command, Services } from '../services.ts';
import { modelExtensions } from '../upscaling/model-files.ts';

/** The command that adds images or a model to the Data & Weights view. */
export function addCommands({
  inventoryView,
  link,
}: Pick<Services, 'inventoryView' | 'link'>): Record<'esrgan.add', Command> {
  return {
    async 'esrgan.add'() {
      const picked = await window.showQuickPick(
        [
          {
            label: l10n.t('Images to Train On…'),
            detail: l10n.t('A run file with the images of a folder'),
            add: async () => void (await commands.executeCommand('esrgan.newRun')),
          },
          {
            label: l10n.t('Test Set…'),
            detail: l10n.t('A folder of high-resolution images to measure models on'),
            add: addTestSet,
          },
          {
            label: l10n.t('Model…'),
            detail: l10n.t('A file of weights to upscale with'),
            add: () => addModel(link),
          },
        ],
        { placeHolder: l10n.t('What do you want to add?') },
      );
      await picked?.add();
      inventoryView.refresh();
    },
  };
}

async function addTestSet(): Promise<void> {
  const [folder] =
    (await window.showOpenDialog({
      title: l10n.t('Folder of the Test Set'),
      openLabel: l10n.t('Add'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  if (folder !== undefined) await addFolder('testSetFolders', folder.fsPath);
}

/**
 * Adds the folder of a file of weights, unless it is in the workspace, where models are found without a setting; says what was
 * added. Refuses a file that cannot upscale, such as VGG's.
 */
async function addModel(link: ServerLink): Promise<void> {
  const [file] =
    (await window.showOpenDialog({
      title: l10n.t('Model to Upscale With'),
      openLabel: l10n.t('Add'),
      filters: { [l10n.t('Weights')]: [...modelExtensions] },
    })) ?? [];
  if (file === undefined) return;
  const name = basename(file.fsPath);
  const models = await link.request('esrgan/upscalingModels', { files: [file.fsPath] });
  const model = models.find(({ path }) => pathIdentity(path) === pathIdentity(file.fsPath));
  if (model !== undefined && model.problem !== null) throw new Error(model.problem);
  if (workspace.getWorkspaceFolder(file) !== undefined) {
    void showInformation(l10n.t('“{0}” is in the workspace, whose models are always listed.', name));
    return;
  }
  const folder = dirname(file.fsPath);
  await addFolder('upscale.modelFolders', folder);
  void showInformation(l10n.t('Added the folder of “{0}”: all models in {1} are listed now.', name, folder));
}

/** Adds a folder to a setting of the workspace: its path from the first workspace folder if it is in there. */
async function addFolder(setting: string, folder: string): Promise<void> {
  const root = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const settings = workspace.getConfiguration('esrgan', root === undefined ? undefined : Uri.file(root));
  const path = root !== undefined && isInside(root, folder) ? relative(root, folder) || '.' : folder;
  const present = settings.get<readonly string[]>(setting, []);
  if (present.includes(path)) return;
  await settings.update(setting, [...present, path]);
}
