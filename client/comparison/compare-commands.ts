import { ViewColumn } from 'vscode';
import { commandTargets } from '../runs/command-targets.ts';
import { pickRunsToCompare, requireComparable } from '../runs/run-picker.ts';
import type { Command, Services } from '../services.ts';

/** The command that compares the selected runs, or runs that the person picks if fewer than two are selected. */
export function compareCommands({
  runs,
  runsView,
  panels,
  comparePanels,
}: Services): Record<'esrgan.compareRuns', Command> {
  return {
    async 'esrgan.compareRuns'(...args) {
      const given = commandTargets(args, runsView.selection).flatMap(({ run }) => run ?? []);
      requireComparable(given.length);
      const active = panels.activeRun;
      const preselected = given.length > 0 || active === undefined ? given : [active];
      const compared = given.length > 1 ? given : await pickRunsToCompare(runs, preselected);
      if (compared !== undefined) await comparePanels.open(compared, ViewColumn.Active);
    },
  };
}
