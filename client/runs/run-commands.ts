import { basename } from 'node:path';
import { commands, l10n, Uri, ViewColumn, window, workspace } from 'vscode';
import type { NotesCommand, TargetCommand } from '../../server/protocol/commands.ts';
import type { RunAction } from '../../server/protocol/run-actions.ts';
import { confirm, showInformation } from '../notifications.ts';
import type { Command, Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { commandTargets } from './command-targets.ts';
import { deleteRuns } from './delete-runs.ts';
import { runsFor } from './run-picker.ts';
import { resumeRun, runAgain } from './start-run.ts';

type RunCommand = Exclude<
  TargetCommand,
  | 'esrgan.startPretraining'
  | 'esrgan.startTraining'
  | 'esrgan.startBothStages'
  | 'esrgan.startOn'
  | 'esrgan.showTrainingPatches'
  | 'esrgan.duplicateRun'
  | 'esrgan.compareRuns'
  | 'esrgan.upscaleWith'
  | NotesCommand
>;

/** The commands on runs; each lets the person pick runs when it is called without one. */
export function runCommands(services: Services): Record<RunCommand, Command> {
  const { link, followedRuns, runs, runsView, panels } = services;
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
      for (const run of await targetRuns(args, l10n.t('Choose a run to resume'), 'resume')) {
        const isTarget = run === target?.run;
        if (runs.find(run)?.state === 'paused')
          await link.request('esrgan/control', { run, request: 'resume' });
        else await resumeRun(services, isTarget ? { ...target, run } : { run });
      }
    },
    async 'esrgan.runAgain'(...args) {
      if (!(await requireTrust())) return;
      const [target] = commandTargets(args, runsView.selection);
      const [run] = await targetRuns(args, l10n.t('Choose a run to start again'), 'again');
      if (run === undefined) return;
      const stage = target?.stage ?? runs.find(run)?.stage ?? 'pretraining';
      await runAgain(services, run === target?.run ? { ...target, run, stage } : { run, stage });
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
}
