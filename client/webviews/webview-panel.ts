import { randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { commands, l10n, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import type {
  ForwardedRequestName,
  HostRequestName,
  WebviewMessage,
  WebviewRequest,
  WebviewRequestName,
  WebviewRequests,
} from '../../server/protocol/webview.ts';
import { isNumber, isObject } from '../../trainer/guards/guards.ts';
import type { Services } from '../services.ts';
import { restrictedMode } from '../workspace-trust.ts';
import { isInside } from './is-inside.ts';
import { webviewPage } from './webview-page.ts';
import { isWebviewRequest } from './webview-requests.ts';

/** Handlers of requests, by name. */
export type Handlers<Names extends WebviewRequestName> = {
  readonly [Name in Names]: (
    params: WebviewRequests[Name]['params'],
  ) => Promise<WebviewRequests[Name]['result']>;
};

/** The page of a panel. */
interface PanelApp {
  /** Name of the app: `dist/media/<name>.js` and `.css`. */
  readonly name: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The only folders whose files the page can load and open. */
  readonly folders: readonly string[];
  /** Handlers of the requests that only this app sends. */
  readonly handlers?: Partial<Handlers<HostRequestName>>;
}

/** An app in its panel. */
interface HostedApp {
  /** Sets the folders whose files the page can load and open. A change reloads the page. */
  allow(folders: readonly string[]): void;
}

/** The services of the extension that panels use. */
export type PanelServices = Pick<Services, 'extension' | 'link' | 'followedRuns'>;

/**
 * Runs a webview app in a panel: creates its page, handles its requests and forwards notifications of the server, until
 * the panel is closed.
 */
export function hostApp(
  panel: WebviewPanel,
  app: PanelApp,
  { extension, link, followedRuns }: PanelServices,
): HostedApp {
  const { webview } = panel;
  const programs = Uri.joinPath(extension, 'dist', 'media');
  let folders: readonly string[] = [];
  let isMade = false;
  const allow = (allowed: readonly string[]) => {
    const isSame = allowed.length === folders.length && allowed.every((folder) => folders.includes(folder));
    if (isMade && isSame) return;
    isMade = true;
    folders = allowed;
    const localResourceRoots = [programs, ...folders.map((folder) => Uri.file(folder))];
    webview.options = { enableScripts: true, localResourceRoots };
  };
  allow(app.folders);
  const isAllowed = (path: string) => folders.some((folder) => isInside(folder, path));
  const post = (message: WebviewMessage) => void webview.postMessage(message);

  const handlers: Partial<Handlers<WebviewRequestName>> = {
    ...app.handlers,
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
      const inside = paths.filter(isAllowed);
      return Object.fromEntries(
        inside.map((path) => [path, webview.asWebviewUri(Uri.file(path)).toString()]),
      );
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
    async 'host/command'({ command, args: [target] }) {
      await commands.executeCommand(command, target);
      return null;
    },
  };
  function requireAllowed(path: string): void {
    if (!isAllowed(path)) throw new Error(l10n.t('{0} is outside the folders of this view.', path));
  }
  const handle = <Name extends WebviewRequestName>({ name, params }: WebviewRequest<Name>) =>
    handlers[name]?.(params);
  const forward = <Name extends ForwardedRequestName>({ name, params }: WebviewRequest<Name>) =>
    link.request(name, params);
  const respond = (request: WebviewRequest): Promise<unknown> => {
    const handled = handle(request);
    if (handled !== undefined) return handled;
    if (isForwarded(request)) return forward(request);
    throw new Error(`This view cannot send the request ${request.name}.`);
  };
  const reply = async (request: WebviewRequest) => {
    const { id } = request;
    try {
      post({ kind: 'answer', id, result: await respond(request) });
    } catch (error) {
      post({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error) });
    }
  };

  const listeners = [
    webview.onDidReceiveMessage((message: unknown) => {
      if (isWebviewRequest(message)) void reply(message);
      else if (hasId(message)) {
        post({ kind: 'failure', id: message.id, message: 'The editor has no such request.' });
      }
    }),
    link.onNotification('esrgan/runsChanged', (params) =>
      post({ kind: 'notification', name: 'esrgan/runsChanged', params }),
    ),
    link.onNotification('esrgan/jobChanged', (params) =>
      post({ kind: 'notification', name: 'esrgan/jobChanged', params }),
    ),
    link.onNotification('esrgan/runChanged', (params) => {
      if (followedRuns.isFollowing(panel, params.run)) {
        post({ kind: 'notification', name: 'esrgan/runChanged', params });
      }
    }),
    link.onDidStart(() => {
      for (const run of followedRuns.runsOf(panel)) {
        post({
          kind: 'notification',
          name: 'esrgan/runChanged',
          params: {
            run,
            parts: ['points', 'status', 'samples', 'checkpoints', 'evaluations', 'log'],
          },
        });
      }
    }),
    panel.onDidChangeViewState(() => {
      // A hidden page is discarded, and created again when it becomes visible.
      if (!panel.visible) followedRuns.release(panel);
    }),
  ];
  panel.onDidDispose(() => {
    followedRuns.release(panel);
    for (const listener of listeners) listener.dispose();
  });

  const address = (file: string) => webview.asWebviewUri(Uri.joinPath(programs, file)).toString();
  webview.html = webviewPage({
    title: app.title,
    script: address(`${app.name}.js`),
    style: address(`${app.name}.css`),
    source: webview.cspSource,
    nonce: randomBytes(18).toString('base64url'),
    parameters: app.parameters,
  });
  return { allow };
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

function isForwarded(request: WebviewRequest): request is WebviewRequest<ForwardedRequestName> {
  return request.name.startsWith('esrgan/');
}

const hasId = isObject({ id: isNumber });
