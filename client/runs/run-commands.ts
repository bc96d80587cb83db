import { basename } from 'node:path';
import { commands, l10n, Uri, ViewColumn, window, workspace } from 'vscode';
import type { TargetCommand } from '../../server/protocol/commands.ts';
import type { StartedRun } from '../../server/protocol/runs.ts';
import { confirm, showInformation } from '../notifications.ts';
import { saveDocument } from '../run-files/save-document.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { commandTargets } from './command-targets.ts';
import { deleteRuns } from './delete-runs.ts';
import type { RunAction } from './run-actions.ts';
import { runsFor } from './run-picker.ts';

type RunCommand = Exclude<
  TargetCommand,
  | 'esrgan.startPretraining'
  | 'esrgan.startTraining'
  | 'esrgan.startOn'
  | 'esrgan.duplicateRun'
  | 'esrgan.compareRuns'
>;

/** The commands on runs; each lets the person pick runs when it is called without one. */
export function runCommands({
  link,
  followedRuns,
  runs,
  runsView,
  panels,
}: Services): Record<RunCommand, Command> {
  const targetRuns = (args: readonly unknown[], prompt: string, action?: RunAction) =>
    runsFor(commandTargets(args, runsView.selection), runs, {
      prompt,
      ...(action && { action }),
      active: panels.activeRun,
    });

  const control =
    (request: 'pause' | 'checkpoint' | 'validate', prompt: string) =>
    async (...args: unknown[]) => {
      for (const run of await targetRuns(args, prompt, request)) {
        const { job } = await link.request('esrgan/control', { run, request });
        if (request === 'pause' && job !== null) {
          void showInformation(
            l10n.t(
              'While run “{0}” is paused, its job {1} holds its node of the cluster. Stop the run to free it.',
              basename(run),
              job,
            ),
          );
        }
      }
    };

  const move =
    (by: number, prompt: string) =>
    async (...args: unknown[]) => {
      const moved = await targetRuns(args, prompt, 'reorder');
      // Several runs keep their order: the first to move makes room for the next.
      for (const run of by > 0 ? [...moved].reverse() : moved) {
        await link.request('esrgan/moveInQueue', { run, by });
      }
    };

  const resumeStopped = async (run: string) => {
    const file = await link.request('esrgan/runFile', { run });
    if (file !== null) await saveDocument(file);
    return link.request('esrgan/resume', { run });
  };

  const kill = async (killed: readonly string[], detail: string) => {
    const [first] = killed;
    if (first === undefined) return;
    const question =
      killed.length === 1
        ? l10n.t('Stop run “{0}” now?', basename(first))
        : l10n.t('Stop {0} runs now?', killed.length);
    if (!(await confirm(question, detail, l10n.t('Stop Now')))) return;
    for (const run of killed) await link.request('esrgan/kill', { run });
  };

  return {
    async 'esrgan.openRun'(...args) {
      const isFromEditor = window.activeTextEditor !== undefined;
      for (const run of await targetRuns(args, l10n.t('Choose a run to open'))) {
        panels.open(run, isFromEditor ? ViewColumn.Beside : ViewColumn.Active, args.length > 0);
      }
    },
    async 'esrgan.resumeRun'(...args) {
      if (!(await requireTrust())) return;
      const [target] = commandTargets(args, runsView.selection);
      if (target?.file !== undefined && target.stage !== undefined && !isPaused(target.run)) {
        const { file, stage } = target;
        await saveDocument(file);
        showChanges(await link.request('esrgan/start', { file, stage, resume: true }));
        return;
      }
      for (const run of await targetRuns(args, l10n.t('Choose a run to resume'), 'resume')) {
        if (isPaused(run)) await link.request('esrgan/control', { run, request: 'resume' });
        else showChanges(await resumeStopped(run));
      }
    },
    'esrgan.pauseRun': control('pause', l10n.t('Choose a run to pause')),
    async 'esrgan.stopRun'(...args) {
      const stopped = await targetRuns(args, l10n.t('Choose a run to stop with a checkpoint'), 'stop');
      for (const run of stopped) {
        const { isPending } = await link.request('esrgan/control', { run, request: 'stop' });
        // The person is in a hurry, or the trainer hangs.
        if (isPending) {
          await kill(
            [run],
            l10n.t(
              'It is already stopping and will save a checkpoint after its current step. If you stop it now, the steps since the last checkpoint are lost.',
            ),
          );
        }
      }
    },
    'esrgan.checkpointNow': control('checkpoint', l10n.t('Choose a run to save a checkpoint of')),
    'esrgan.validateNow': control('validate', l10n.t('Choose a run to validate')),
    async 'esrgan.stopRunNow'(...args) {
      const killed = await targetRuns(args, l10n.t('Choose a run to stop now'), 'kill');
      const detail = l10n.t(
        'The steps since the last checkpoint are lost. “Stop Run” saves a checkpoint first.',
      );
      await kill(killed, detail);
    },
    'esrgan.moveUpInQueue': move(-1, l10n.t('Choose a run to move up in the queue')),
    'esrgan.moveDownInQueue': move(1, l10n.t('Choose a run to move down in the queue')),
    async 'esrgan.removeFromQueue'(...args) {
      for (const run of await targetRuns(args, l10n.t('Choose a run to remove from the queue'), 'reorder')) {
        await link.request('esrgan/removeFromQueue', { run });
      }
    },
    async 'esrgan.deleteRun'(...args) {
      await deleteRuns(
        { link, followedRuns },
        await targetRuns(args, l10n.t('Choose a run to delete'), 'delete'),
      );
    },
    async 'esrgan.showRunLog'(...args) {
      for (const run of await targetRuns(args, l10n.t('Show the log of which run?'), 'log')) {
        const { files } = await link.request('esrgan/run', { run });
        if (files.log === null) throw new Error(l10n.t('Run “{0}” has no log yet.', basename(run)));
        const document = await workspace.openTextDocument(Uri.file(files.log));
        const editor = await window.showTextDocument(document, { preview: true });
        editor.revealRange(document.lineAt(document.lineCount - 1).range);
      }
    },
    async 'esrgan.revealRun'(...args) {
      for (const run of await targetRuns(args, l10n.t('Reveal the folder of which run?'))) {
        const uri = Uri.file(run);
        const isInWorkspace = workspace.getWorkspaceFolder(uri) !== undefined;
        await commands.executeCommand(isInWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
      }
    },
  };

  function isPaused(run: string | undefined): boolean {
    return run !== undefined && runs.find(run)?.state === 'paused';
  }
}

/** Says with which configuration a run resumes, if that is another one than before. */
function showChanges({ run, file, changes }: StartedRun): void {
  if (changes.length === 0) return;
  const keys = changes.slice(0, 5).join(', ') + (changes.length > 5 ? ', …' : '');
  void showInformation(
    file === null
      ? l10n.t(
          'Run “{0}” resumes with the configuration that was requested last. Changed since its last training: {1}.',
          basename(run),
          keys,
        )
      : l10n.t(
          'Run “{0}” resumes with {1} as it is now. Changed since its last training: {2}.',
          basename(run),
          basename(file),
          keys,
        ),
  );
}
