import { commands, window, workspace } from 'vscode';

/** What is said where something would have to be started. */
export const whyNothingStarts = 'Nothing is started in a workspace that is not trusted.';

/** Whether programs may be started for this workspace; where not, says so and `why`, and offers to change it. */
export async function mayStart(why = 'A run file names programs’ inputs and folders'): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const choice = await window.showWarningMessage(
    `${why}: nothing is started in a workspace that is not trusted.`,
    'Manage Workspace Trust',
  );
  if (choice !== undefined) await commands.executeCommand('workbench.trust.manage');
  return workspace.isTrusted;
}
