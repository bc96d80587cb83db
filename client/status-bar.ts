import { type Disposable, MarkdownString, StatusBarAlignment, window } from 'vscode';
import { isLive } from './run-abilities.ts';
import { describeLiveRun, runTooltip, spokenRun } from './run-labels.ts';
import type { RunList } from './run-list.ts';

/** The item at the left of the status bar: the run that trains, and how many more; hidden where none does. */
export function createStatusBar(runs: RunList): Disposable {
  const item = window.createStatusBarItem('esrgan.run', StatusBarAlignment.Left, 10);
  item.name = 'ESRGAN Run';
  const show = () => {
    const [first, ...others] = runs.known.filter(isLive);
    if (first === undefined) {
      item.hide();
      return;
    }
    const icon = first.state === 'paused' ? 'debug-pause' : 'circle-filled';
    // Only our own icon is one: a name with `$(` in it stays a name.
    const text = describeLiveRun(first).replaceAll('$(', '$\u200b(');
    item.text = `$(${icon}) ${text}${others.length > 0 ? ` · +${others.length}` : ''}`;
    item.tooltip = new MarkdownString(runTooltip(first));
    item.accessibilityInformation = { label: spokenRun(first), role: 'button' };
    item.command =
      others.length > 0
        ? 'esrgan.runs.focus'
        : { command: 'esrgan.openRun', title: 'Open Run', arguments: [{ run: first.run }] };
    item.show();
  };
  const listener = runs.onDidChange(show);
  show();
  return {
    dispose() {
      listener.dispose();
      item.dispose();
    },
  };
}
