import { join } from 'node:path';
import { commands, l10n, type QuickPickItem, window, workspace } from 'vscode';
import { formatBytes } from '../../trainer/format/format.ts';
import { runDownload } from '../downloads/run-download.ts';
import { showInformation } from '../notifications.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { modelMirror } from './upscale-settings.ts';

/** The command that downloads models of OpenModelDB. */
export function downloadModelsCommands({
  link,
  inventoryView,
}: Pick<Services, 'link' | 'inventoryView'>): Record<'esrgan.downloadModels', Command> {
  return {
    async 'esrgan.downloadModels'() {
      if (!(await requireTrust(l10n.t('Downloads are disabled in Restricted Mode.')))) return;
      const mirror = modelMirror();
      const picked = await window.showQuickPick(modelItems(link, mirror), {
        title: l10n.t('Download Models of OpenModelDB'),
        placeHolder: l10n.t('Search by name, scale, architecture, license, author or tag'),
        matchOnDescription: true,
        matchOnDetail: true,
      });
      if (picked === undefined) return;
      const folder = await modelsFolder();
      if (folder === undefined) return;
      const target = {
        kind: 'models',
        name: picked.label,
        path: folder,
        scale: null,
        archives: mirror,
      } as const;
      await runDownload(link, target);
      inventoryView.refresh();
      const upscale = l10n.t('Upscale With…');
      // Not awaited: the command ends even if the message stays open.
      void showInformation(l10n.t('{0} is in {1}.', picked.label, folder), upscale).then((choice) => {
        if (choice !== undefined) return commands.executeCommand('esrgan.upscaleWith');
      });
    },
  };
}

async function modelItems(link: ServerLink, mirror: string | null): Promise<QuickPickItem[]> {
  const models = await link.request('esrgan/publishedModels', { mirror });
  return models.map(({ id, scale, architecture, type, bytes, license, authors, tags }) => ({
    label: id,
    description: [
      `×${scale}`,
      architecture,
      bytes === null ? type : `${type} ${formatBytes(bytes)}`,
      license ?? l10n.t('no license'),
    ].join(' · '),
    detail: [l10n.t('by {0}', authors.join(', ')), ...tags].join(' · '),
  }));
}

/** The folder `models` of the workspace, where models are found, or one that the person chooses. */
async function modelsFolder(): Promise<string | undefined> {
  const root = workspace.workspaceFolders?.[0]?.uri;
  if (root?.scheme === 'file') return join(root.fsPath, 'models');
  const [folder] =
    (await window.showOpenDialog({
      title: l10n.t('Folder for Models'),
      openLabel: l10n.t('Choose'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder?.fsPath;
}
