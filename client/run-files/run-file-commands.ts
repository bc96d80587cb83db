import { basename, dirname } from 'node:path';
import { FileType, ProgressLocation, Uri, ViewColumn, window, workspace } from 'vscode';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { commandTargets } from '../runs/command-targets.ts';
import { runsFor } from '../runs/run-picker.ts';
import type { ServerLink } from '../server/server-link.ts';
import { mayStart } from '../trust.ts';
import type { Command, Workbench } from '../workbench.ts';
import { isRunFile, nameProblem, withNotes } from './new-run-file.ts';

type RunFileCommand =
  | 'esrgan.startPretraining'
  | 'esrgan.startTraining'
  | 'esrgan.newRun'
  | 'esrgan.duplicateRun'
  | 'esrgan.importBasicSR';

/** The commands about run files: start what they describe, and make new ones. */
export function runFileCommands({
  link,
  runs,
  runsView,
  panels,
}: Workbench): Record<RunFileCommand, Command> {
  const start =
    (stage: Stage) =>
    async (...args: unknown[]) => {
      if (!(await mayStart())) return;
      const [target] = commandTargets(args, runsView.selection);
      const file = target?.file ?? (await askForRunFile(link, stage));
      if (file === undefined) return;
      await saveDocument(file);
      const { run, queued } = await window.withProgress(
        { location: ProgressLocation.Window, title: `ESRGAN: starting ${stage} of ${basename(file)}` },
        () => link.request('esrgan/start', { file, stage, resume: false }),
      );
      if (queued) {
        window.setStatusBarMessage(`ESRGAN: ${basename(run)} is queued`, 5000);
      } else {
        panels.open(run, window.activeTextEditor ? ViewColumn.Beside : ViewColumn.Active, true);
      }
    };

  return {
    'esrgan.startPretraining': start('pretraining'),
    'esrgan.startTraining': start('training'),
    async 'esrgan.newRun'(...args) {
      const presets = await link.request('esrgan/presets', null);
      const preset = await window.showQuickPick(
        presets.map(({ id, label, description, text }) => ({ id, label, detail: description, text })),
        { placeHolder: 'What is the run to begin with?', matchOnDetail: true },
      );
      if (preset === undefined) return;
      const [target] = commandTargets(args, []);
      const folder = await folderFor(target?.file);
      if (folder === undefined) {
        await showUntitled(preset.text);
        return;
      }
      const name = await askForName(folder, preset.id);
      if (name !== undefined) await writeRunFile(folder, name, preset.text);
    },
    async 'esrgan.duplicateRun'(...args) {
      const source = await sourceOf(args);
      if (source === undefined) return;
      const text = new TextDecoder().decode(await workspace.fs.readFile(Uri.file(source.file)));
      const entries = await workspace.fs.readDirectory(source.to);
      const taken = [...entries.map(([name]) => runNameOf(name)), ...runs.known.map(({ name }) => name)];
      const copy = await link.request('esrgan/duplicate', { text, name: source.name, taken });
      await writeRunFile(source.to, copy.name, copy.text);
    },
    async 'esrgan.importBasicSR'(...args) {
      const [target] = commandTargets(args, []);
      const source =
        target?.file === undefined
          ? (
              await window.showOpenDialog({
                title: 'BasicSR Option File',
                filters: { 'BasicSR options': ['yml', 'yaml', 'json'] },
              })
            )?.[0]
          : Uri.file(target.file);
      if (source === undefined) return;
      const options = new TextDecoder().decode(await workspace.fs.readFile(source));
      const { text, notes } = await link.request('esrgan/importBasicSR', { text: options });
      await showUntitled(withNotes(text, notes));
    },
  };

  /** The run file to copy, what its run is called, and the folder for the copy. */
  async function sourceOf(
    args: readonly unknown[],
  ): Promise<{ readonly file: string; readonly name: string; readonly to: Uri } | undefined> {
    const targets = commandTargets(args, runsView.selection);
    const active = window.activeTextEditor?.document.uri;
    const isActive = targets.length === 0 && active?.scheme === 'file' && isRunFile(active.path);
    const file = isActive ? active.fsPath : targets[0]?.run === undefined ? targets[0]?.file : undefined;
    if (file !== undefined) return { file, name: runNameOf(file), to: Uri.file(dirname(file)) };
    const [run] = await runsFor(targets, runs, {
      question: 'Which run is to be done again with changes?',
      active: panels.activeRun,
    });
    if (run === undefined) return undefined;
    const { files, summary } = await link.request('esrgan/run', { run });
    if (files.config === null)
      throw new Error(`${summary.name} has no run file: another program trained it.`);
    // Its paths are absolute, so the copy may lie anywhere but among the files of runs.
    const to = await folderFor(undefined);
    return { file: files.config, name: summary.name, to: to ?? Uri.file(dirname(summary.runsDir)) };
  }
}

/** The run file of the active editor, or one of the workspace that the person picks. */
async function askForRunFile(link: ServerLink, stage: Stage): Promise<string | undefined> {
  const active = window.activeTextEditor?.document;
  if (active?.isUntitled && active.languageId.startsWith('esrgan-')) {
    throw new Error('Save the run file first: relative paths in it start at its folder.');
  }
  if (active?.uri.scheme === 'file' && isRunFile(active.uri.path)) return active.uri.fsPath;
  const files = await link.request('esrgan/runFiles', null);
  if (files.length === 0) {
    throw new Error('There is no run file in this workspace. “ESRGAN: New Run…” makes one.');
  }
  const picked = await window.showQuickPick(
    files.map((file) => ({ label: basename(file), description: relativeFolder(file), file })),
    { placeHolder: `Which run file’s ${stage} is to start?`, matchOnDescription: true },
  );
  return picked?.file;
}

function relativeFolder(file: string): string {
  return workspace.asRelativePath(dirname(file), true);
}

/** What is trained is what stands in the editor. */
async function saveDocument(file: string): Promise<void> {
  const document = workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  if (document?.isDirty && !(await document.save())) throw new Error(`${basename(file)} could not be saved.`);
}

/** The folder for a new file: the one under the mouse, else that of the workspace, else undefined. */
async function folderFor(path: string | undefined): Promise<Uri | undefined> {
  if (path !== undefined) {
    const uri = Uri.file(path);
    const { type } = await workspace.fs.stat(uri);
    return (type & FileType.Directory) === 0 ? Uri.joinPath(uri, '..') : uri;
  }
  const folders = workspace.workspaceFolders ?? [];
  if (folders.length < 2) return folders[0]?.uri;
  return (await window.showWorkspaceFolderPick({ placeHolder: 'Where is the run file to be?' }))?.uri;
}

/** The name for a new run file in a folder, which has none of it yet; undefined where the person thinks better. */
async function askForName(folder: Uri, suggested: string): Promise<string | undefined> {
  const entries = await workspace.fs.readDirectory(folder);
  const taken = new Set(entries.map(([name]) => runNameOf(name).toLowerCase()));
  return window.showInputBox({
    title: 'Name of the New Run',
    prompt: 'The run file and the folder of the run are called by it.',
    value: suggested,
    validateInput: (name) =>
      nameProblem(name) ?? (taken.has(name.toLowerCase()) ? `There is a run file ${name} already.` : null),
  });
}

/** Writes a new run file and shows it. */
async function writeRunFile(folder: Uri, name: string, text: string): Promise<void> {
  const uri = Uri.joinPath(folder, `${name}.esrgan.${/^\s*\{/.test(text) ? 'json' : 'yaml'}`);
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await window.showTextDocument(uri, { preview: false });
}

async function showUntitled(text: string): Promise<void> {
  const document = await workspace.openTextDocument({ language: 'esrgan-yaml', content: text });
  await window.showTextDocument(document);
}

function runNameOf(file: string): string {
  return basename(file).replace(/\.esrgan\.(yaml|yml|json)$/i, '');
}
