import { l10n, type QuickPickItem, ThemeColor, ThemeIcon, window } from 'vscode';
import type { CommandTarget } from '../../server/protocol/commands.ts';
import { maximumComparedRuns } from '../../server/protocol/comparison.ts';
import { actionsOf, type RunAction } from '../../server/protocol/run-actions.ts';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { colorId, describeRun, stateIcons } from './run-labels.ts';
import type { RunList } from './run-list.ts';

interface RunChoice {
  readonly prompt: string;
  /** The action that must be possible with the run; any run will do if absent. */
  readonly action?: RunAction;
  /** The run of the panel that has the focus. */
  readonly active: string | undefined;
}

/**
 * The runs of the targets, else the active panel's, else the only candidate, else a quick pick. Empty if the person
 * cancels, or if there is no candidate, which the status bar reports.
 */
export async function runsFor(
  targets: readonly CommandTarget[],
  runs: RunList,
  { prompt, action, active }: RunChoice,
): Promise<readonly string[]> {
  const given = targets.flatMap(({ run }) => run ?? []);
  if (given.length > 0) return given;
  const possible = (await runs.all()).filter(
    (run) => action === undefined || actionsOf(run).includes(action),
  );
  if (active !== undefined && possible.some(({ run }) => run === active)) return [active];
  const [only] = possible;
  if (only === undefined) {
    window.setStatusBarMessage(l10n.t('ESRGAN: No run is available for this command'), 5000);
    return [];
  }
  if (possible.length === 1) return [only.run];
  const picked = await window.showQuickPick(possible.map(runItem), {
    placeHolder: prompt,
    matchOnDescription: true,
  });
  return picked === undefined ? [] : [picked.run];
}

function runItem(run: RunSummary): QuickPickItem & { readonly run: string } {
  return {
    label: run.name,
    description: describeRun(run),
    iconPath: new ThemeIcon(stateIcons[run.state], new ThemeColor(colorId(run.color))),
    run: run.run,
  };
}

/** Lets the person pick runs to compare, with some preselected; undefined if the person cancels. */
export async function pickRunsToCompare(
  runs: RunList,
  preselected: readonly string[],
): Promise<readonly string[] | undefined> {
  const all = await runs.all();
  if (all.length === 0) throw new Error(l10n.t('There are no runs to compare. Start one from a run file.'));
  const items = all.map((run) => ({ ...runItem(run), picked: preselected.includes(run.run) }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: l10n.t('Select 1 to {0} runs to compare', maximumComparedRuns),
    matchOnDescription: true,
  });
  if (picked === undefined || picked.length === 0) return undefined;
  requireComparable(picked.length);
  // Preselected runs keep their order.
  const now = picked.map(({ run }) => run);
  return [
    ...preselected.filter((run) => now.includes(run)),
    ...now.filter((run) => !preselected.includes(run)),
  ];
}

/** Throws an error when so many runs cannot be compared. */
export function requireComparable(count: number): void {
  if (count <= maximumComparedRuns) return;
  throw new Error(
    l10n.t('Select at most {0} runs to compare; {1} are selected.', maximumComparedRuns, count),
  );
}
