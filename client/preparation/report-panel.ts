import { l10n, Uri, ViewColumn, window, workspace } from 'vscode';

/** Shows a report of `esrgan data`: a page without scripts, whose own content security policy forbids everything else. */
export async function openReport(path: string, title: string): Promise<void> {
  const bytes = await workspace.fs.readFile(Uri.file(path));
  const panel = window.createWebviewPanel('esrgan.report', l10n.t('Report: {0}', title), ViewColumn.Active, {
    enableFindWidget: true,
    localResourceRoots: [],
  });
  panel.webview.html = Buffer.from(bytes).toString('utf8');
}
