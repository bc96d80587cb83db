import { basename, dirname } from 'node:path';
import { commands, l10n, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import type { WebviewRequestName, WebviewRequests } from '../../server/protocol/webview.ts';
import type { Services } from '../services.ts';
import { restrictedMode } from '../workspace-trust.ts';

/** Handlers of requests, by name. */
export type Handlers<Names extends WebviewRequestName> = {
  readonly [Name in Names]: (
    params: WebviewRequests[Name]['params'],
  ) => Promise<WebviewRequests[Name]['result']>;
};

/** The requests of all pages that the editor handles. */
type PageRequestName =
  | 'esrgan/follow'
  | 'esrgan/control'
  | 'host/uris'
  | 'host/save'
  | 'host/open'
  | 'host/diff'
  | 'host/command';

/** `isAllowed` is true for the files that the page can load and open. */
export function pageHandlers(
  panel: WebviewPanel,
  isAllowed: (path: string) => boolean,
  { link, followedRuns }: Pick<Services, 'link' | 'followedRuns'>,
): Handlers<PageRequestName> {
  return {
    async 'esrgan/follow'({ run, follow }) {
      if (follow) followedRuns.follow(panel, run);
      else followedRuns.unfollow(panel, run);
      return null;
    },
    async 'esrgan/control'(params) {
      if (params.request === 'resume' && !workspace.isTrusted) throw new Error(restrictedMode);
      return link.request('esrgan/control', params);
    },
    async 'host/uris'({ paths }) {
      const uriOf = (path: string) => panel.webview.asWebviewUri(Uri.file(path)).toString();
      return Object.fromEntries(paths.filter(isAllowed).map((path) => [path, uriOf(path)]));
    },
    'host/save': ({ name, content }) => save(name, content),
    async 'host/open'({ path }) {
      requireAllowed(path);
      await commands.executeCommand('vscode.open', Uri.file(path), ViewColumn.Beside);
      return null;
    },
    async 'host/diff'({ left, right }) {
      requireAllowed(left);
      requireAllowed(right);
      const nameOf = (path: string) => `${basename(dirname(path))}/${basename(path)}`;
      const title = `${nameOf(left)} ↔ ${nameOf(right)}`;
      const options = { viewColumn: ViewColumn.Beside };
      await commands.executeCommand('vscode.diff', Uri.file(left), Uri.file(right), title, options);
      return null;
    },
    async 'host/command'({ command, args }) {
      await commands.executeCommand(command, ...args);
      return null;
    },
  };

  function requireAllowed(path: string): void {
    if (!isAllowed(path)) throw new Error(l10n.t('{0} is outside the folders of this view.', path));
  }
}

async function save(name: string, content: string | Uint8Array): Promise<{ path: string | null }> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const to = await window.showSaveDialog({
    // The dialog of VS Code has no title by default.
    title: l10n.t('Save As'),
    ...(folder && { defaultUri: Uri.joinPath(folder, name.replaceAll(/[\\/:]/g, '-')) }),
  });
  if (to === undefined) return { path: null };
  await workspace.fs.writeFile(to, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  return { path: to.fsPath };
}
