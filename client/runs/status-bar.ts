import {
  Disposable,
  l10n,
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
import { noTrackedRuns, trackRuns } from './unread-failures.ts';

/**
 * Two items at the left of the status bar: the live run, and the run that failed since this window was opened, until its
 * panel is opened. Each shows the number of further runs, and is hidden when there is none.
 */
export function createStatusBar(runs: RunList, panels: RunPanels): Disposable {
  const live = createItem('esrgan.run', l10n.t('ESRGAN Run'));
  const failed = createItem('esrgan.failure', l10n.t('ESRGAN Failure'));
  failed.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
  let tracked = noTrackedRuns;
  const update = () => {
    tracked = trackRuns(tracked, runs.known, (run) => panels.isOpen(run));
    const liveRuns = runs.known.filter(isLive);
    show(live, liveRuns, liveText, liveRuns.length > 1 ? 'esrgan.runs.focus' : undefined);
    const unread = tracked.failed.flatMap((run) => runs.find(run) ?? []).reverse();
    show(failed, unread, (run) => `$(error) ${plain(describeFailure(run))}`);
  };
  update();
  return Disposable.from(runs.onDidChange(update), panels.onDidOpen(update), live, failed);
}

function createItem(id: string, name: string): StatusBarItem {
  const item = window.createStatusBarItem(id, StatusBarAlignment.Left, 10);
  item.name = name;
  return item;
}

/** Shows the first run. A click opens its panel unless another `command` is given. */
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
  item.text = others.length > 0 ? l10n.t('{0} · +{1} more', textOf(first), others.length) : textOf(first);
  item.tooltip = new MarkdownString(runTooltip(first));
  item.accessibilityInformation = { label: spokenRun(first), role: 'button' };
  item.command = command ?? {
    command: 'esrgan.openRun',
    title: l10n.t('Open Run'),
    arguments: [{ run: first.run }],
  };
  item.show();
}

function liveText(run: RunSummary): string {
  return `$(${run.state === 'paused' ? 'debug-pause' : 'circle-filled'}) ${plain(describeLiveRun(run))}`;
}

/** Prevents that a name with `$(` in it is drawn as an icon. */
function plain(text: string): string {
  return text.replaceAll('$(', '$\u200b(');
}
