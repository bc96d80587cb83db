import { commands, l10n, workspace } from 'vscode';
import { showWarning } from './notifications.ts';

/** Why a request that starts a program is refused. */
export const restrictedMode = l10n.t(
  'This is disabled in Restricted Mode. Trust the workspace to enable it.',
);

/** Whether the workspace is trusted; if not, shows the message and offers to change that. */
export async function requireTrust(
  message = l10n.t('Training is disabled in Restricted Mode.'),
): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  if ((await showWarning(message, manage)) === manage) {
    await commands.executeCommand('workbench.trust.manage');
  }
  return workspace.isTrusted;
}
