import { basename } from 'node:path';
import { commands, Uri, ViewColumn, window, workspace } from 'vscode';
import type { TargetCommand } from '../../server/protocol/commands.ts';
import { mayStart } from '../trust.ts';
import type { Command, Workbench } from '../workbench.ts';
import { commandTargets } from './command-targets.ts';
import type { Ability } from './run-actions.ts';
import { runsFor } from './run-picker.ts';

type RunCommand = Exclude<
  TargetCommand,
  'esrgan.startPretraining' | 'esrgan.startTraining' | 'esrgan.duplicateRun' | 'esrgan.compareRuns'
>;

/** The commands about runs; each asks for its run where it is called without one. */
export function runCommands({ link, runs, runsView, panels }: Workbench): Record<RunCommand, Command> {
  const ask = (args: readonly unknown[], question: string, ability?: Ability) =>
    runsFor(commandTargets(args, runsView.selection), runs, {
      question,
      ...(ability && { ability }),
      active: panels.activeRun,
    });

  const control =
    (request: 'pause' | 'checkpoint' | 'validate', question: string) =>
    async (...args: unknown[]) => {
      for (const run of await ask(args, question, request)) {
        await link.request('esrgan/control', { run, request });
      }
    };

  const move =
    (by: number, question: string) =>
    async (...args: unknown[]) => {
      const asked = await ask(args, question, 'reorder');
      // Several keep their order: those that go first make room for the others.
      for (const run of by > 0 ? [...asked].reverse() : asked) {
        await link.request('esrgan/moveInQueue', { run, by });
      }
    };

  const kill = async (asked: readonly string[], detail: string) => {
    if (asked.length === 0 || !(await confirm(`End ${named(asked)} by force?`, detail, 'Stop Now'))) return;
    for (const run of asked) await link.request('esrgan/kill', { run });
  };

  return {
    async 'esrgan.openRun'(...args) {
      const isFromEditor = window.activeTextEditor !== undefined;
      for (const run of await ask(args, 'Which run is to be shown?')) {
        panels.open(run, isFromEditor ? ViewColumn.Beside : ViewColumn.Active, args.length > 0);
      }
    },
    async 'esrgan.resumeRun'(...args) {
      if (!(await mayStart())) return;
      const [target] = commandTargets(args, runsView.selection);
      if (target?.file !== undefined && target.stage !== undefined && !isPaused(target.run)) {
        const { file, stage } = target;
        await link.request('esrgan/start', { file, stage, resume: true });
        return;
      }
      for (const run of await ask(args, 'Which run is to go on?', 'resume')) {
        if (isPaused(run)) await link.request('esrgan/control', { run, request: 'resume' });
        else await link.request('esrgan/resume', { run });
      }
    },
    'esrgan.pauseRun': control('pause', 'Which run is to pause?'),
    async 'esrgan.stopRun'(...args) {
      const asked = await ask(args, 'Which run is to stop after its step, with a checkpoint?', 'stop');
      for (const run of asked) {
        const { isPending } = await link.request('esrgan/control', { run, request: 'stop' });
        // Who asks twice is in a hurry, or the trainer hangs.
        if (isPending)
          await kill([run], `It was asked to stop before, and does so after its step. ${lostByForce}`);
      }
    },
    'esrgan.checkpointNow': control('checkpoint', 'Which run is to write a checkpoint?'),
    'esrgan.validateNow': control('validate', 'Which run is to validate?'),
    async 'esrgan.stopRunNow'(...args) {
      const asked = await ask(args, 'Which run is to end at once?', 'kill');
      await kill(asked, `${lostByForce} “Stop” ends it with a checkpoint instead.`);
    },
    'esrgan.moveUpInQueue': move(-1, 'Which run is to come earlier?'),
    'esrgan.moveDownInQueue': move(1, 'Which run is to come later?'),
    async 'esrgan.removeFromQueue'(...args) {
      for (const run of await ask(args, 'Which run is not to start after all?', 'reorder')) {
        await link.request('esrgan/removeFromQueue', { run });
      }
    },
    async 'esrgan.deleteRun'(...args) {
      const asked = await ask(args, 'Which run is to be deleted?', 'delete');
      const detail = `Checkpoints, curves, samples and log in ${asked.join(', ')} are deleted for good.`;
      if (asked.length === 0 || !(await confirm(`Delete ${named(asked)}?`, detail, 'Delete'))) return;
      for (const run of asked) await link.request('esrgan/deleteRun', { run });
    },
    async 'esrgan.showRunLog'(...args) {
      for (const run of await ask(args, 'Whose log?', 'log')) {
        const { files } = await link.request('esrgan/run', { run });
        if (files.log === null) throw new Error(`${basename(run)} has no log yet.`);
        const document = await workspace.openTextDocument(Uri.file(files.log));
        const editor = await window.showTextDocument(document, { preview: true });
        editor.revealRange(document.lineAt(document.lineCount - 1).range);
      }
    },
    async 'esrgan.revealRun'(...args) {
      for (const run of await ask(args, 'Whose folder?')) {
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

const lostByForce = 'By force, its steps since the last checkpoint are lost.';

/** Asks before what cannot be undone. */
async function confirm(question: string, detail: string, action: string): Promise<boolean> {
  return (await window.showWarningMessage(question, { modal: true, detail }, action)) === action;
}

function named(runs: readonly string[]): string {
  const [only] = runs;
  return only !== undefined && runs.length === 1 ? `the run “${basename(only)}”` : `${runs.length} runs`;
}
