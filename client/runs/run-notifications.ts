import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Disposable, l10n, type Uri, ViewColumn, workspace } from 'vscode';
import { discard } from '../../trainer/files/change-files.ts';
import { defaultAfterMinutes } from '../../trainer/notify/settings.ts';
import { showError, showInformation, showWarning } from '../notifications.ts';
import type { ServerLink } from '../server/server-link.ts';
import { type KnownRuns, newsOf, type RunNews, sessionMinutes } from './ended-runs.ts';
import { describeFailure, describeFinished } from './run-labels.ts';
import type { RunList } from './run-list.ts';
import type { RunPanels } from './run-panel.ts';

const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Shows a message when a run that ran for longer than the setting `esrgan.notify.afterMinutes` finishes, fails or needs
 * attention; of several windows that list the run, only one does.
 *
 * @param storage of the extension, the same for all windows: what has been shown
 */
export function createRunNotifications(
  link: ServerLink,
  runs: RunList,
  panels: RunPanels,
  storage: Uri,
): Disposable {
  const folder = join(storage.fsPath, 'notified');
  let known: KnownRuns | undefined;
  return runs.onDidChange(() => {
    const update = newsOf(known, runs.known);
    known = update.known;
    for (const each of update.news) {
      // A message that cannot be shown is missed: the status bar has the same.
      report(each).catch(() => {});
    }
  });

  async function report(news: RunNews): Promise<void> {
    const after = workspace
      .getConfiguration('esrgan')
      .get<number>('notify.afterMinutes', defaultAfterMinutes);
    const { run } = news.run;
    if (after <= 0 || panels.activeRun === run) return;
    const { sessions } = await link.request('esrgan/run', { run });
    if (sessionMinutes(sessions, Date.now()) < after) return;
    const started = sessions.at(-1)?.started ?? 0;
    if (!(await claim(folder, `${run}\n${started}\n${news.hint ?? news.kind}`))) return;
    const open = l10n.t('Open Run');
    if ((await show(news, open)) === open) panels.open(run, ViewColumn.Active, false);
  }
}

function show({ run, kind, hint }: RunNews, action: string): Thenable<string | undefined> {
  if (hint !== null) return showWarning(l10n.t('Run “{0}”: {1}', run.name, hint), action);
  if (kind === 'finished') return showInformation(describeFinished(run), action);
  const [reason] = (run.reason ?? '').split('\n');
  return showError(reason ? `${describeFailure(run)}: ${reason}` : describeFailure(run), action);
}

/** Whether this window is the first to show something: the one that creates its file. */
async function claim(folder: string, news: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const time = (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - time > weekMs) await discard(file);
  }
  try {
    await writeFile(join(folder, createHash('sha256').update(news).digest('hex')), '', { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
