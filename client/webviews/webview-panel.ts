import { randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { commands, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import type {
  WebviewMessage,
  WebviewRequest,
  WebviewRequestName,
  WebviewRequests,
} from '../../server/protocol/webview.ts';
import type { Follows } from '../runs/follows.ts';
import type { ServerLink } from '../server/server-link.ts';
import { whyNothingStarts } from '../trust.ts';
import { webviewPage } from './webview-page.ts';
import { isInside, parseWebviewRequest } from './webview-requests.ts';

/** What a panel shows and may see. */
export interface PanelApp {
  /** Name of the app: `dist/media/<name>.js` and `.css`. */
  readonly name: string;
  readonly title: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The only folders whose files the page can load and open. */
  readonly folders: readonly string[];
  /** What only this app may ask. */
  readonly ownAnswers?: Partial<Answers<OwnRequestName>>;
}

/** The requests that one app only has, and that its panel answers. */
export type OwnRequestName =
  | 'host/pickRuns'
  | 'host/runsOf'
  | 'host/draggedRuns'
  | 'host/setRuns'
  | 'host/drawableImage'
  | 'host/upscaleWith'
  | 'host/convertWeights'
  | 'host/pickWeights'
  | 'host/openAsText';

type Answers<Names extends WebviewRequestName> = {
  readonly [Name in Names]: (
    params: WebviewRequests[Name]['params'],
  ) => Promise<WebviewRequests[Name]['result']>;
};

/** An app in its panel. */
export interface HostedApp {
  /** Lets the page load and open files of these folders and no others; the page is made anew where that is a change. */
  allow(folders: readonly string[]): void;
}

/** What panels need of the rest of the editor's side. */
export interface PanelServices {
  readonly extension: Uri;
  readonly link: ServerLink;
  readonly follows: Follows;
}

/**
 * Runs a webview app in a panel: makes its page, answers its requests, passes on what the server tells. Everything
 * ends with the panel.
 */
export function hostApp(
  panel: WebviewPanel,
  app: PanelApp,
  { extension, link, follows }: PanelServices,
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

  const refused = async () => {
    throw new Error('The page of another view asks this.');
  };
  const answers: Answers<WebviewRequestName> = {
    'host/pickRuns': refused,
    'host/runsOf': refused,
    'host/draggedRuns': refused,
    'host/setRuns': refused,
    'host/drawableImage': refused,
    'host/upscaleWith': refused,
    'host/convertWeights': refused,
    'host/pickWeights': refused,
    'host/openAsText': refused,
    ...app.ownAnswers,
    'esrgan/runs': (params) => link.request('esrgan/runs', params),
    'esrgan/run': (params) => link.request('esrgan/run', params),
    'esrgan/points': (params) => link.request('esrgan/points', params),
    'esrgan/newestPoints': (params) => link.request('esrgan/newestPoints', params),
    async 'esrgan/follow'({ run, follow }) {
      if (follow) follows.follow(panel, run);
      else follows.unfollow(panel, run);
      return null;
    },
    async 'esrgan/control'(params) {
      if (params.request === 'resume' && !workspace.isTrusted) throw new Error(whyNothingStarts);
      return link.request('esrgan/control', params);
    },
    'esrgan/comparison': (params) => link.request('esrgan/comparison', params),
    'esrgan/evaluation': (params) => link.request('esrgan/evaluation', params),
    'esrgan/testSets': (params) => link.request('esrgan/testSets', params),
    'esrgan/evaluate': (params) => link.request('esrgan/evaluate', params),
    'esrgan/configDifference': (params) => link.request('esrgan/configDifference', params),
    'esrgan/curveScale': (params) => link.request('esrgan/curveScale', params),
    'esrgan/imageResults': (params) => link.request('esrgan/imageResults', params),
    'esrgan/weightsDifference': (params) => link.request('esrgan/weightsDifference', params),
    'esrgan/interpolate': (params) => link.request('esrgan/interpolate', params),
    'esrgan/closeInterpolation': (params) => link.request('esrgan/closeInterpolation', params),
    'esrgan/exportComparison': (params) => link.request('esrgan/exportComparison', params),
    'esrgan/jobs': (params) => link.request('esrgan/jobs', params),
    'esrgan/cancelJob': (params) => link.request('esrgan/cancelJob', params),
    'esrgan/weights': (params) => link.request('esrgan/weights', params),
    'esrgan/tensorValues': (params) => link.request('esrgan/tensorValues', params),
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
    if (!isAllowed(path)) throw new Error(`${path} is not in ${folders.join(' or ')}.`);
  }
  const answer = async <Name extends WebviewRequestName>({ id, name, params }: WebviewRequest<Name>) => {
    try {
      post({ kind: 'answer', id, result: await answers[name](params) });
    } catch (error) {
      post({ kind: 'failure', id, message: error instanceof Error ? error.message : String(error) });
    }
  };

  const listeners = [
    webview.onDidReceiveMessage((message: unknown) => {
      const request = parseWebviewRequest(message);
      if (request) void answer(request);
      else if (hasId(message)) {
        post({ kind: 'failure', id: message.id, message: 'The editor does not know this request.' });
      }
    }),
    link.onNotification('esrgan/runsChanged', (params) =>
      post({ kind: 'notification', name: 'esrgan/runsChanged', params }),
    ),
    link.onNotification('esrgan/jobChanged', (params) =>
      post({ kind: 'notification', name: 'esrgan/jobChanged', params }),
    ),
    link.onNotification('esrgan/runChanged', (params) => {
      if (follows.isFollowing(panel, params.run)) {
        post({ kind: 'notification', name: 'esrgan/runChanged', params });
      }
    }),
    link.onDidStart(() => {
      for (const run of follows.runsOf(panel)) {
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
      // The page is gone while it is out of view, and begins anew when it comes back.
      if (!panel.visible) follows.release(panel);
    }),
  ];
  panel.onDidDispose(() => {
    follows.release(panel);
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
    // A system's dialog has one by itself, the editor's own has not.
    title: 'Save As',
    ...(folder && { defaultUri: Uri.joinPath(folder, name.replaceAll(/[\\/:]/g, '-')) }),
  });
  if (to === undefined) return { path: null };
  await workspace.fs.writeFile(to, typeof content === 'string' ? new TextEncoder().encode(content) : content);
  return { path: to.fsPath };
}

function hasId(message: unknown): message is { readonly id: number } {
  return typeof message === 'object' && message !== null && 'id' in message && typeof message.id === 'number';
}
