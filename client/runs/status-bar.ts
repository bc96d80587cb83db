import {
  Disposable,
  MarkdownString,
  StatusBarAlignment,
  type StatusBarItem,
  ThemeColor,
  window,
} from 'vscode';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import { describeFailure, describeLiveRun, runTooltip, spokenRun } from './run-labels.ts';
import type { RunList } from './run-list.ts';
import type { RunPanels } from './run-panel.ts';
import { nothingWatched, watchRuns } from './unread-failures.ts';

/**
 * Two items at the left of the status bar, each hidden where there is nothing to say, each with how many more: the run
 * that trains, and the run that failed while this window was open, until its panel is looked at.
 */
export function createStatusBar(runs: RunList, panels: RunPanels): Disposable {
  const live = createItem('esrgan.run', 'ESRGAN Run');
  const failed = createItem('esrgan.failure', 'ESRGAN Failure');
  failed.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
  let watched = nothingWatched;
  const update = () => {
    watched = watchRuns(watched, runs.known, (run) => panels.isOpen(run));
    const training = runs.known.filter(isLive);
    show(live, training, liveText, training.length > 1 ? 'esrgan.runs.focus' : undefined);
    const unseen = watched.failed.flatMap((run) => runs.find(run) ?? []).reverse();
    show(failed, unseen, (run) => `$(error) ${plain(describeFailure(run))}`);
  };
  update();
  return Disposable.from(runs.onDidChange(update), panels.onDidOpen(update), live, failed);
}

function createItem(id: string, name: string): StatusBarItem {
  const item = window.createStatusBarItem(id, StatusBarAlignment.Left, 10);
  item.name = name;
  return item;
}

/** Says the first of them; a click opens its panel where there is no other `command`. */
function show(
  item: StatusBarItem,
  [first, ...others]: readonly RunSummary[],
  textOf: (run: RunSummary) => string,
  command?: string,
): void {
  if (first === undefined) {
    item.hide();
    return;
  }
  item.text = `${textOf(first)}${others.length > 0 ? ` · +${others.length}` : ''}`;
  item.tooltip = new MarkdownString(runTooltip(first));
  item.accessibilityInformation = { label: spokenRun(first), role: 'button' };
  item.command = command ?? {
    command: 'esrgan.openRun',
    title: 'Open Run',
    arguments: [{ run: first.run }],
  };
  item.show();
}

function liveText(run: RunSummary): string {
  return `$(${run.state === 'paused' ? 'debug-pause' : 'circle-filled'}) ${plain(describeLiveRun(run))}`;
}

/** Only our own icon is one: a name with `$(` in it stays a name. */
function plain(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}
