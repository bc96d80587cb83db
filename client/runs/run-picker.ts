import { type QuickPickItem, ThemeColor, ThemeIcon, window } from 'vscode';
import type { CommandTarget } from '../../server/protocol/commands.ts';
import { maximumComparedRuns } from '../../server/protocol/comparison.ts';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { type Ability, abilitiesOf } from './run-actions.ts';
import { colorId, describeRun, stateIcons } from './run-labels.ts';
import type { RunList } from './run-list.ts';

/** What to say of a command whose run has to be asked for. */
export interface Asking {
  /** As in `Which run is to be paused?` */
  readonly question: string;
  /** What must be possible with the run; anything if absent. */
  readonly ability?: Ability;
  /** The run of the panel that has the focus. */
  readonly active: string | undefined;
}

/**
 * The runs that a command is for: the given ones; else that of the active panel; else the only one for which it is
 * possible; else what the person picks. Empty when they think better of it, or there is none: then they are told.
 */
export async function runsFor(
  targets: readonly CommandTarget[],
  runs: RunList,
  { question, ability, active }: Asking,
): Promise<readonly string[]> {
  const given = targets.flatMap(({ run }) => run ?? []);
  if (given.length > 0) return given;
  const possible = (await runs.all()).filter(
    (run) => ability === undefined || abilitiesOf(run).includes(ability),
  );
  if (active !== undefined && possible.some(({ run }) => run === active)) return [active];
  const [only] = possible;
  if (only === undefined) {
    window.setStatusBarMessage('ESRGAN: there is no run for this command now', 5000);
    return [];
  }
  if (possible.length === 1) return [only.run];
  const picked = await window.showQuickPick(possible.map(runItem), {
    placeHolder: question,
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

/** The runs that the person picks to be compared, with some picked already; undefined where they think better of it. */
export async function pickRunsToCompare(
  runs: RunList,
  chosen: readonly string[],
): Promise<readonly string[] | undefined> {
  const all = await runs.all();
  if (all.length === 0) throw new Error('There are no runs to compare yet. Start one from a run file.');
  const items = all.map((run) => ({ ...runItem(run), picked: chosen.includes(run.run) }));
  const picked = await window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: `Which runs are to be compared? (2 to ${maximumComparedRuns})`,
    matchOnDescription: true,
  });
  if (picked === undefined || picked.length === 0) return undefined;
  if (picked.length > maximumComparedRuns) {
    throw new Error(`At most ${maximumComparedRuns} runs can be compared, and ${picked.length} were picked.`);
  }
  // Those that were there keep their order.
  const now = picked.map(({ run }) => run);
  return [...chosen.filter((run) => now.includes(run)), ...now.filter((run) => !chosen.includes(run))];
}
