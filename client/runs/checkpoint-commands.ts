import { basename, dirname } from 'node:path';
import { commands, l10n, Uri, workspace } from 'vscode';
import { messageOf } from '../../trainer/errors/errors.ts';
import { confirm } from '../notifications.ts';
import type { Command, Services } from '../services.ts';

/** The commands of the context menus of checkpoints and samples in the Runs view. */
export function checkpointCommands({
  link,
  followedRuns,
}: Services): Record<'esrgan.deleteCheckpoint' | 'esrgan.revealItem', Command> {
  return {
    async 'esrgan.deleteCheckpoint'(item) {
      const checkpoint = modelOf(item);
      if (checkpoint === undefined) return;
      const question = l10n.t('Delete checkpoint “{0}”?', basename(checkpoint));
      const detail = l10n.t(
        'Its weights and the state of the optimizer are moved to the trash: {0}',
        checkpoint,
      );
      if (!(await confirm(question, detail, l10n.t('Move to Trash')))) return;
      // Fails if the run is live: its trainer may need the checkpoint.
      await link.request('esrgan/releaseRun', { run: dirname(dirname(checkpoint)) });
      try {
        await trash(checkpoint);
      } finally {
        followedRuns.notifyAll();
      }
    },
    async 'esrgan.revealItem'(item) {
      const file = fileOf(item);
      if (file === undefined) return;
      const uri = Uri.file(file);
      const isInWorkspace = workspace.getWorkspaceFolder(uri) !== undefined;
      await commands.executeCommand(isInWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
    },
  };
}

/** Moves a folder to the trash; where there is none, as on remote machines, it asks and deletes it permanently. */
async function trash(folder: string): Promise<void> {
  try {
    await workspace.fs.delete(Uri.file(folder), { recursive: true, useTrash: true });
  } catch (error) {
    const question = l10n.t('Delete checkpoint “{0}” permanently?', basename(folder));
    const detail = l10n.t('Moving it to the trash failed: {0}', messageOf(error));
    if (!(await confirm(question, detail, l10n.t('Delete Permanently')))) return;
    await workspace.fs.delete(Uri.file(folder), { recursive: true, useTrash: false });
  }
}

/** The folder of the checkpoint of an item. */
function modelOf(item: unknown): string | undefined {
  return typeof item === 'object' && item !== null && 'model' in item && typeof item.model === 'string'
    ? item.model
    : undefined;
}

function fileOf(item: unknown): string | undefined {
  return typeof item === 'object' && item !== null && 'file' in item && typeof item.file === 'string'
    ? item.file
    : undefined;
}
