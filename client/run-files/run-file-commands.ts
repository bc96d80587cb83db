import { basename, dirname } from 'node:path';
import { FileType, l10n, Position, ProgressLocation, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import type { CommandTarget } from '../../server/protocol/commands.ts';
import type { SubmitTarget } from '../../server/protocol/runs.ts';
import { type StageChoice, stages } from '../../trainer/run-state/run-state.ts';
import { commandTargets } from '../runs/command-targets.ts';
import { runsFor } from '../runs/run-picker.ts';
import { startRun } from '../runs/start-run.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { currentText, exists, runNameOf, writeRunFile } from './copy-run-file.ts';
import { chooseNewRun, writeTimedRun } from './new-run.ts';
import { isRunFile, nameProblem } from './new-run-file.ts';
import { saveDocument } from './save-document.ts';
import { isImagesTarget, isWeightsTarget, useImages, useWeights } from './use-images.ts';

type RunFileCommand =
  | 'esrgan.startPretraining'
  | 'esrgan.startTraining'
  | 'esrgan.startBothStages'
  | 'esrgan.startOn'
  | 'esrgan.showTrainingPatches'
  | 'esrgan.newRun'
  | 'esrgan.duplicateRun'
  | 'esrgan.useImages'
  | 'esrgan.useWeights'
  | 'esrgan.importOptions';

/** The commands on run files. */
export function runFileCommands(services: Services): Record<RunFileCommand, Command> {
  const { link, runs, runsView, panels, trainingPatchesPanels, extension } = services;
  const start =
    (stage: StageChoice) =>
    async (...args: unknown[]) => {
      if (!(await requireTrust())) return;
      const [{ file: given, run } = {}] = commandTargets(args, runsView.selection);
      if (run !== undefined) {
        await startRun(services, { run, stage, ...(given !== undefined && { file: given }) });
        return;
      }
      const file = given ?? (await pickRunFile(link, toTrain(stage)));
      if (file !== undefined) await startRun(services, { file, stage });
    };

  return {
    'esrgan.startPretraining': start('pretraining'),
    'esrgan.startTraining': start('training'),
    'esrgan.startBothStages': start('all'),
    async 'esrgan.startOn'(...args) {
      if (!(await requireTrust())) return;
      const target = await submitTarget(commandTargets(args, runsView.selection)[0]);
      const profile = target && (await pickProfile(link));
      if (target === undefined || profile === undefined) return;
      if ('file' in target) await saveDocument(target.file);
      const { run } = await window.withProgress(
        { location: ProgressLocation.Window, title: l10n.t('ESRGAN: Submitting a run to {0}', profile) },
        () => link.request('esrgan/submit', { target, profile }),
      );
      window.setStatusBarMessage(l10n.t('ESRGAN: {0} is submitted to {1}', basename(run), profile), 5000);
    },
    async 'esrgan.showTrainingPatches'(...args) {
      if (!(await requireTrust(l10n.t('Training patches are disabled in Restricted Mode.')))) return;
      const [{ file: given, stage = 'pretraining' } = {}] = commandTargets(args, []);
      const file = given ?? (await pickRunFile(link, l10n.t('Choose a run file')));
      if (file !== undefined) trainingPatchesPanels.open(file, stage);
    },
    async 'esrgan.newRun'(...args) {
      const presets = await link.request('esrgan/presets', null);
      const choice = await chooseNewRun(presets);
      if (choice === undefined) return;
      const [target] = commandTargets(args, []);
      const folder = await folderFor(target?.file);
      if ('minutes' in choice) {
        const file = await writeTimedRun({ link, extension }, choice, folder);
        if (file !== undefined) await window.showTextDocument(file, { preview: false });
        return;
      }
      const { preset } = choice;
      if (folder === undefined) {
        await showUntitled(preset.text);
        return;
      }
      const name = await promptForName(folder, preset.id);
      if (name !== undefined) await writeRunFile(folder, name, preset.text);
    },
    async 'esrgan.duplicateRun'(...args) {
      const source = await sourceOf(args);
      if (source === undefined) return;
      const text = await currentText(source.file);
      const entries = await workspace.fs.readDirectory(source.to);
      const taken = [...entries.map(([name]) => runNameOf(name)), ...runs.known.map(({ name }) => name)];
      const copy = await link.request('esrgan/duplicate', { text, name: source.name, taken });
      await writeRunFile(source.to, copy.name, copy.text);
    },
    async 'esrgan.useImages'(target) {
      if (isImagesTarget(target)) await useImages({ link, extension }, target);
    },
    async 'esrgan.useWeights'(target) {
      if (isWeightsTarget(target)) await useWeights({ link }, target);
    },
    async 'esrgan.importOptions'(...args) {
      const [target] = commandTargets(args, []);
      const source =
        target?.file === undefined
          ? (
              await window.showOpenDialog({
                title: l10n.t('Option File of BasicSR, traiNNer-redux, neosr or KAIR'),
                filters: { [l10n.t('Option files')]: ['yml', 'yaml', 'toml', 'json'] },
              })
            )?.[0]
          : Uri.file(target.file);
      if (source === undefined) return;
      const options = await currentText(source.fsPath);
      const { text, name } = await link.request('esrgan/importOptions', { text: options });
      await showNewRunFile(Uri.joinPath(source, '..'), name, text);
    },
  };

  /** What to train on a cluster: the stage of a run file, or a run of the list; undefined if the person cancels. */
  async function submitTarget(target: CommandTarget | undefined): Promise<SubmitTarget | undefined> {
    if (target?.run !== undefined && target.file === undefined) {
      const file = await link.request('esrgan/runFile', { run: target.run });
      if (file !== null) await saveDocument(file);
      return { run: target.run };
    }
    const stage = target?.stage ?? (await pickStage());
    if (stage === undefined) return undefined;
    const file = target?.file ?? (await pickRunFile(link, toTrain(stage)));
    return file === undefined ? undefined : { file, stage, resume: false };
  }

  /** The run file to copy, the name of its run, and the folder for the copy. */
  async function sourceOf(
    args: readonly unknown[],
  ): Promise<{ readonly file: string; readonly name: string; readonly to: Uri } | undefined> {
    const targets = commandTargets(args, runsView.selection);
    const active = window.activeTextEditor?.document.uri;
    const isActive = targets.length === 0 && active?.scheme === 'file' && isRunFile(active.path);
    const file = isActive ? active.fsPath : targets[0]?.run === undefined ? targets[0]?.file : undefined;
    if (file !== undefined) return { file, name: runNameOf(file), to: Uri.file(dirname(file)) };
    const [run] = await runsFor(targets, runs, {
      prompt: l10n.t('Choose a run to duplicate'),
      active: panels.activeRun,
    });
    if (run === undefined) return undefined;
    const { files, summary } = await link.request('esrgan/run', { run });
    if (files.config === null)
      throw new Error(l10n.t('Run “{0}” has no run file: another program trained it.', summary.name));
    // Its paths are absolute, so the copy can be in any folder outside the runs.
    const to = await folderFor(undefined);
    return { file: files.config, name: summary.name, to: to ?? Uri.file(dirname(summary.runsDir)) };
  }
}

async function pickStage(): Promise<StageChoice | undefined> {
  const picked = await window.showQuickPick(
    [
      ...stages.map((stage) => ({ label: stage, stage })),
      { label: l10n.t('both stages'), stage: 'all' as const },
    ],
    { placeHolder: l10n.t('Choose a stage to train') },
  );
  return picked?.stage;
}

/** The name of a profile of a cluster; undefined if the person cancels, or edits the file of profiles instead. */
async function pickProfile(link: ServerLink): Promise<string | undefined> {
  const { file, profiles } = await link.request('esrgan/profiles', null);
  const edit = { label: l10n.t('$(edit) Edit Profiles'), description: file, name: undefined };
  const picked = await window.showQuickPick(
    [...profiles.map(({ name, description }) => ({ label: name, description, name })), edit],
    { placeHolder: l10n.t('Choose a profile of a cluster') },
  );
  if (picked === edit) await editProfiles(file);
  return picked?.name;
}

/** Opens the file of profiles; without one, a new document with an example. */
async function editProfiles(file: string): Promise<void> {
  const uri = Uri.file(file);
  const isThere = await workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (!isThere) await workspace.fs.writeFile(uri, new TextEncoder().encode(exampleProfile));
  await window.showTextDocument(uri);
}

const exampleProfile = `# Clusters for “ESRGAN: Start on…” and \`esrgan submit\`: what a job requests of Slurm.
# gpu:
#   partition: gpu
#   gres: gpu:1
#   cpus: 8
#   memory: 32G
#   time: 4:00:00
#   setup: [module load cuda]
`;

/** The run file of the active editor, or one of the workspace that the person picks. */
function toTrain(stage: StageChoice): string {
  return stage === 'pretraining'
    ? l10n.t('Choose a run file to pretrain')
    : l10n.t('Choose a run file to train');
}

async function pickRunFile(link: ServerLink, placeHolder: string): Promise<string | undefined> {
  const active = window.activeTextEditor?.document;
  if (active?.isUntitled && active.languageId.startsWith('esrgan-')) {
    throw new Error(l10n.t('Save the run file first: its relative paths are resolved from its folder.'));
  }
  if (active?.uri.scheme === 'file' && isRunFile(active.uri.path)) return active.uri.fsPath;
  const files = await link.request('esrgan/runFiles', null);
  if (files.length === 0) {
    throw new Error(l10n.t('This workspace has no run file. Create one with “ESRGAN: New Run…”.'));
  }
  const picked = await window.showQuickPick(
    files.map((file) => ({ label: basename(file), description: relativeFolder(file), file })),
    {
      placeHolder,
      matchOnDescription: true,
    },
  );
  return picked?.file;
}

function relativeFolder(file: string): string {
  return workspace.asRelativePath(dirname(file), true);
}

/** The folder for a new file: that of `path`, else a workspace folder; undefined without one. */
async function folderFor(path: string | undefined): Promise<Uri | undefined> {
  if (path !== undefined) {
    const uri = Uri.file(path);
    const { type } = await workspace.fs.stat(uri);
    return (type & FileType.Directory) === 0 ? Uri.joinPath(uri, '..') : uri;
  }
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0]?.uri;
  return (await window.showWorkspaceFolderPick({ placeHolder: l10n.t('Choose a folder for the run file') }))
    ?.uri;
}

/** Prompts for the name of a new run file in a folder; undefined if the person cancels. */
async function promptForName(folder: Uri, suggested: string): Promise<string | undefined> {
  const entries = await workspace.fs.readDirectory(folder);
  const taken = new Set(entries.map(([name]) => runNameOf(name).toLowerCase()));
  return window.showInputBox({
    title: l10n.t('Name of the New Run'),
    prompt: l10n.t('Names the run file and the run’s folder.'),
    value: suggested,
    validateInput: (name) =>
      nameProblem(name) ??
      (taken.has(name.toLowerCase()) ? l10n.t('A run file named “{0}” already exists.', name) : null),
  });
}

/** Shows a run file that is not saved yet, with a name that no file in the folder has. */
async function showNewRunFile(folder: Uri, name: string, text: string): Promise<void> {
  let file = Uri.joinPath(folder, `${name}.esrgan.yaml`);
  for (let number = 2; await exists(file); number++)
    file = Uri.joinPath(folder, `${name}-${number}.esrgan.yaml`);
  const untitled = file.with({ scheme: 'untitled' });
  const edit = new WorkspaceEdit();
  edit.insert(untitled, new Position(0, 0), text);
  await workspace.openTextDocument(untitled);
  await workspace.applyEdit(edit);
  await window.showTextDocument(await workspace.openTextDocument(untitled));
}

async function showUntitled(text: string): Promise<void> {
  const document = await workspace.openTextDocument({ language: 'esrgan-yaml', content: text });
  await window.showTextDocument(document);
}
