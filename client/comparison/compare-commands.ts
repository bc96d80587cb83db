import { ViewColumn } from 'vscode';
import { maximumComparedRuns } from '../../server/protocol/comparison.ts';
import { commandTargets } from '../runs/command-targets.ts';
import { pickRunsToCompare } from '../runs/run-picker.ts';
import type { Command, Workbench } from '../workbench.ts';

/** The command that shows runs beside each other: those that are selected or, where that is one or none, those picked. */
export function compareCommands({
  runs,
  runsView,
  panels,
  comparePanels,
}: Workbench): Record<'esrgan.compareRuns', Command> {
  return {
    async 'esrgan.compareRuns'(...args) {
      const given = commandTargets(args, runsView.selection).flatMap(({ run }) => run ?? []);
      if (given.length > maximumComparedRuns) {
        throw new Error(
          `At most ${maximumComparedRuns} runs can be compared, and ${given.length} are selected.`,
        );
      }
      const active = panels.activeRun;
      const likely = given.length > 0 || active === undefined ? given : [active];
      const compared = given.length > 1 ? given : await pickRunsToCompare(runs, likely);
      if (compared !== undefined) await comparePanels.open(compared, ViewColumn.Active);
    },
  };
}
