import { randomBytes } from 'node:crypto';
import { Uri, type WebviewPanel } from 'vscode';
import type {
  ForwardedRequestName,
  HostRequestName,
  WebviewMessage,
  WebviewRequest,
  WebviewRequestName,
} from '../../server/protocol/webview.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { isInside } from '../../trainer/files/paths.ts';
import { isNumber, isObject } from '../../trainer/guards/guards.ts';
import type { Services } from '../services.ts';
import { type Handlers, pageHandlers } from './page-handlers.ts';
import { webviewPage } from './webview-page.ts';
import { isWebviewRequest } from './webview-requests.ts';

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
    ...pageHandlers(panel, isAllowed, { link, followedRuns }),
  };
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
      post({ kind: 'failure', id, message: messageOf(error) });
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
    link.onNotification('esrgan/trainingPatchesChanged', (params) => {
      if (params.file === app.parameters.file)
        post({ kind: 'notification', name: 'esrgan/trainingPatchesChanged', params });
    }),
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

function isForwarded(request: WebviewRequest): request is WebviewRequest<ForwardedRequestName> {
  return request.name.startsWith('esrgan/');
}

const hasId = isObject({ id: isNumber });
