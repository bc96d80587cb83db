import { basename, dirname, join } from 'node:path';
import { commands, l10n, Uri, ViewColumn, window, workspace } from 'vscode';
import { messageOf } from '../../trainer/errors/errors.ts';
import { confirm } from '../notifications.ts';
import type { Command, Services } from '../services.ts';
import { convertWeights } from '../weights/convert-weights.ts';
import { lossesWith, runItem, runLookup, runOf, samplePlace } from './run-items.ts';
import { requireComparable } from './run-picker.ts';

/** The commands of the context menus of checkpoints and samples, in the Runs view and in the run panel. */
export function checkpointCommands(
  services: Services,
): Record<
  | 'esrgan.compareCheckpoint'
  | 'esrgan.exportCheckpoint'
  | 'esrgan.keepCheckpoint'
  | 'esrgan.unkeepCheckpoint'
  | 'esrgan.deleteCheckpoint'
  | 'esrgan.compareSamples'
  | 'esrgan.deleteSample'
  | 'esrgan.deleteSamples'
  | 'esrgan.revealItem',
  Command
> {
  const { link, comparePanels } = services;
  const lookup = runLookup(services);
  return {
    async 'esrgan.compareCheckpoint'(item) {
      const { model } = await runItem(item, lookup);
      if (model !== undefined) {
        await comparePanels.open([runOfCheckpoint(model)], ViewColumn.Active, { checkpoint: model });
      }
    },
    async 'esrgan.exportCheckpoint'(item) {
      const { model } = await runItem(item, lookup);
      if (model === undefined) return;
      const run = runOfCheckpoint(model);
      const name = `${basename(run)}-${basename(model)}`;
      const folder = workspace.getWorkspaceFolder(Uri.file(run))?.uri ?? Uri.file(dirname(run));
      const path = await convertWeights(link, {
        source: model,
        title: l10n.t('Export {0}', basename(model)),
        saveLabel: l10n.t('Export'),
        suggested: Uri.joinPath(folder, `${name}.pth`),
      });
      if (path !== null) window.setStatusBarMessage(l10n.t('ESRGAN: Exported {0}', basename(path)), 5000);
    },
    'esrgan.keepCheckpoint': (item) => keep(item, true),
    'esrgan.unkeepCheckpoint': (item) => keep(item, false),
    async 'esrgan.deleteCheckpoint'(item) {
      const { model } = await runItem(item, lookup);
      if (model === undefined) return;
      const run = runOfCheckpoint(model);
      const { checkpoints } = await link.request('esrgan/run', { run });
      const checkpoint = checkpoints.find(({ path }) => path === model);
      if (checkpoint === undefined) throw new Error(l10n.t('{0} no longer exists.', model));
      await trash(
        run,
        model,
        l10n.t('Delete checkpoint “{0}”?', basename(model)),
        [
          ...lossesWith(checkpoint, checkpoints),
          l10n.t(
            'Its weights and the state of the optimizer are moved to the trash: {0}',
            workspace.asRelativePath(model),
          ),
        ].join('\n'),
      );
    },
    async 'esrgan.compareSamples'(item, items) {
      const { file, folder = file } = await runItem(item, lookup);
      const all = await lookup.all();
      const run = folder === undefined ? undefined : runOf(all, folder);
      if (folder === undefined || run === undefined) return;
      const sample = samplePlace(await lookup.detail(run), folder);
      // Items of other runs may be selected too.
      const others = Array.isArray(items) ? items.map((each: unknown) => runItem(each, lookup)) : [];
      const paths = (await Promise.all(others)).flatMap((each) => each.folder ?? each.file ?? []);
      const runs = new Set([run, ...paths.flatMap((path) => runOf(all, path) ?? [])]);
      requireComparable(runs.size);
      await comparePanels.open([...runs], ViewColumn.Active, sample && { sample });
    },
    async 'esrgan.deleteSample'(item) {
      const { file } = await runItem(item, lookup);
      if (file === undefined) return;
      const folder = dirname(file);
      await trash(
        dirname(dirname(dirname(folder))),
        file,
        l10n.t('Delete the sample “{0}” of step {1}?', basename(file), Number(basename(folder))),
        l10n.t('The image is moved to the trash: {0}', workspace.asRelativePath(file)),
      );
    },
    async 'esrgan.deleteSamples'(item) {
      const { folder } = await runItem(item, lookup);
      if (folder === undefined) return;
      await trash(
        dirname(dirname(dirname(folder))),
        folder,
        l10n.t('Delete the samples of step {0}?', Number(basename(folder))),
        l10n.t('The images are moved to the trash: {0}', workspace.asRelativePath(folder)),
      );
    },
    async 'esrgan.revealItem'(item) {
      const { file, folder = file } = await runItem(item, lookup);
      if (folder === undefined) return;
      const uri = Uri.file(folder);
      const isInWorkspace = workspace.getWorkspaceFolder(uri) !== undefined;
      await commands.executeCommand(isInWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
    },
  };

  async function keep(item: unknown, isKept: boolean): Promise<void> {
    const { model } = await runItem(item, lookup);
    if (model === undefined) return;
    await link.request('esrgan/keepCheckpoint', {
      run: runOfCheckpoint(model),
      checkpoint: model,
      keep: isKept,
    });
  }

  /**
   * Moves a folder or file of a run to the trash, after confirmation; where there is none, as on remote machines, it asks and
   * deletes it permanently. Fails if the run is live: its trainer may need the folder.
   */
  async function trash(run: string, folder: string, question: string, detail: string): Promise<void> {
    if (!(await confirm(question, detail, l10n.t('Move to Trash')))) return;
    await link.request('esrgan/requireDeletable', { run });
    const uri = Uri.file(folder);
    try {
      await workspace.fs.delete(uri, { recursive: true, useTrash: true });
    } catch (error) {
      const again = l10n.t('Delete “{0}” permanently?', join(basename(dirname(folder)), basename(folder)));
      const reason = l10n.t('Moving it to the trash failed: {0}', messageOf(error));
      if (!(await confirm(again, reason, l10n.t('Delete Permanently')))) return;
      await link.request('esrgan/requireDeletable', { run });
      await workspace.fs.delete(uri, { recursive: true, useTrash: false });
    }
  }
}

function runOfCheckpoint(checkpoint: string): string {
  return dirname(dirname(checkpoint));
}
