import { basename } from 'node:path';
import { l10n, Uri, workspace } from 'vscode';
import { messageOf } from '../../trainer/errors/errors.ts';
import { confirm } from '../notifications.ts';
import type { Services } from '../services.ts';

type DeletingServices = Pick<Services, 'link' | 'followedRuns'>;

/** Moves run directories to the trash, after confirmation. Live runs are never deleted. */
export async function deleteRuns(services: DeletingServices, runs: readonly string[]): Promise<void> {
  const [first] = runs;
  if (first === undefined) return;
  const question =
    runs.length === 1
      ? l10n.t('Delete run “{0}”?', basename(first))
      : l10n.t('Delete {0} runs?', runs.length);
  const detail = l10n.t(
    'Checkpoints, curves, samples and log are moved to the trash: {0}',
    runs.map((run) => workspace.asRelativePath(run)).join(', '),
  );
  if (await confirm(question, detail, l10n.t('Move to Trash'))) await trashRuns(services, runs);
}

/**
 * Moves run directories to the trash. Where that fails, as on remote machines, which have no trash, it asks and deletes them
 * permanently. Fails if a run is live.
 *
 * @returns whether all runs are gone
 */
export async function trashRuns(
  { link, followedRuns }: DeletingServices,
  runs: readonly string[],
): Promise<boolean> {
  const failures: { readonly run: string; readonly reason: string }[] = [];
  for (const run of runs) {
    await link.request('esrgan/releaseRun', { run });
    try {
      await workspace.fs.delete(Uri.file(run), { recursive: true, useTrash: true });
    } catch (error) {
      failures.push({ run, reason: messageOf(error) });
    }
  }
  if (failures.length === 0) return true;
  if (!(await confirmPermanently(failures))) {
    // The server has released the runs, which stay.
    followedRuns.notifyAll();
    return false;
  }
  for (const { run } of failures) await link.request('esrgan/deleteRun', { run });
  return true;
}

async function confirmPermanently(
  failures: readonly { readonly run: string; readonly reason: string }[],
): Promise<boolean> {
  const question =
    failures.length === 1
      ? l10n.t('Delete run “{0}” permanently?', basename(failures[0]?.run ?? ''))
      : l10n.t('Delete {0} runs permanently?', failures.length);
  const detail = l10n.t(
    'Checkpoints, curves, samples and log would be lost, because moving to the trash failed: {0}',
    failures.map(({ reason }) => reason).join('\n'),
  );
  return confirm(question, detail, l10n.t('Delete Permanently'));
}
