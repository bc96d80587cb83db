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
import {
  describeFailure,
  describeFinished,
  describeLiveRun,
  describeQueue,
  runTooltip,
  spokenRun,
} from './run-labels.ts';
import type { RunList } from './run-list.ts';
import type { RunPanels } from './run-panel.ts';
import { noTrackedRuns, trackRuns } from './unread-ends.ts';

/**
 * Three items at the left of the status bar: the live run with the length of the queue, the run that finished last, and the
 * run that failed, both since this window was opened and until their panels are. Each is hidden when there is none.
 */
export function createStatusBar(runs: RunList, panels: RunPanels): Disposable {
  const live = createItem('esrgan.run', l10n.t('ESRGAN Run'));
  const finished = createItem('esrgan.finished', l10n.t('ESRGAN Finished Run'));
  const failed = createItem('esrgan.failure', l10n.t('ESRGAN Failure'));
  failed.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
  let tracked = noTrackedRuns;
  const update = () => {
    tracked = trackRuns(tracked, runs.known, (run) => panels.isOpen(run));
    const liveRuns = runs.known.filter(isLive);
    const queued = runs.known.filter(({ state }) => state === 'queued');
    if (liveRuns.length === 0 && queued.length > 0) {
      show(live, queued.slice(0, 1), () => `$(watch) ${describeQueue(queued.length)}`, 'esrgan.runs.focus');
    } else {
      const queue = queued.length === 0 ? '' : ` · ${describeQueue(queued.length)}`;
      const command = liveRuns.length > 1 ? 'esrgan.runs.focus' : undefined;
      show(live, liveRuns, liveText, command, queue);
    }
    const done = tracked.finished === undefined ? undefined : runs.find(tracked.finished);
    show(finished, done ? [done] : [], (run) => `$(check) ${plain(describeFinished(run))}`);
    const unread = tracked.failed.flatMap((run) => runs.find(run) ?? []).reverse();
    show(failed, unread, (run) => `$(error) ${plain(describeFailure(run))}`);
  };
  update();
  return Disposable.from(runs.onDidChange(update), panels.onDidOpen(update), live, finished, failed);
}

function createItem(id: string, name: string): StatusBarItem {
  const item = window.createStatusBarItem(id, StatusBarAlignment.Left, 10);
  item.name = name;
  return item;
}

/** Shows the first run, then `ending`. A click opens its panel unless another `command` is given. */
function show(
  item: StatusBarItem,
  [first, ...others]: readonly RunSummary[],
  textOf: (run: RunSummary) => string,
  command?: string,
  ending = '',
): void {
  if (first === undefined) {
    item.hide();
    return;
  }
  const text = textOf(first);
  item.text = (others.length > 0 ? l10n.t('{0} · +{1} more', text, others.length) : text) + ending;
  item.tooltip = new MarkdownString(runTooltip(first));
  item.accessibilityInformation = {
    label: spokenRun(first) + ending.replaceAll(' · ', ', '),
    role: 'button',
  };
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
