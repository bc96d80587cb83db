import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { isWebviewRequest } from '../../client/webviews/webview-requests.ts';
import { bundleMedia } from '../../scripts/bundle-media.mjs';
import { findChromium, howToGetChromium } from '../../scripts/chromium.mjs';
import type { NotificationName, Notifications } from '../../server/protocol/messages.ts';
import type { WebviewRequestName, WebviewRequests } from '../../server/protocol/webview.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { isList, isNumber, isObject } from '../../trainer/guards/guards.ts';
import { imitateHost } from './imitation-host.ts';
import { type Theme, themeClasses, themeStyle } from './themes.ts';

const root = join(import.meta.dirname, '../..');

export const hasBrowser = findChromium() !== undefined;

/** The title of a test of a page, with the reason where the test is skipped. */
export const needsBrowser = (title: string): string =>
  hasBrowser ? title : `${title} (skipped: no browser; ${howToGetChromium})`;

/** How a test answers what a page asks of its host; a rejection is told to the page. */
export type Answers = {
  [Name in WebviewRequestName]?: (
    params: WebviewRequests[Name]['params'],
  ) => WebviewRequests[Name]['result'] | Promise<WebviewRequests[Name]['result']>;
};

/** A page of a webview app in a browser, with a test in place of the editor. */
export interface Harness {
  readonly page: Page;
  notify<Name extends NotificationName>(name: Name, params: Notifications[Name]): void;
  /** What the page wanted and its content security policy refused. */
  refused(): Promise<string[]>;
  close(): Promise<void>;
}

export interface HarnessOptions {
  /** Name of the app: `<app>.js` and `<app>.css` of the bundle. */
  readonly app: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly answers: Answers;
  /** Hears of each request of the page. */
  readonly onRequest?: (name: WebviewRequestName, params: unknown) => void;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  readonly forcedColors?: boolean;
}

let browser: Promise<Browser> | undefined;
let bundled: Promise<string> | undefined;

/** The apps as they are now, in a folder of this process, so that no other test or build is in the way. */
async function bundle(): Promise<string> {
  const folder = join(root, 'build', `webview-${process.pid}`);
  await bundleMedia(folder);
  return folder;
}

/** Ends what all pages of a test file share: the browser and the bundle. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
  if (bundled) rmSync(await bundled, { recursive: true, force: true });
  bundled = undefined;
}

/** Where a page finds the file of a path: what `host/uris` gives for it. */
export function addressOfFile(path: string): string {
  return `/file?path=${encodeURIComponent(path)}`;
}

/** Opens the page of an app as VS Code would, under the same content security policy. */
export async function openApp(options: HarnessOptions): Promise<Harness> {
  const { theme = 'dark' } = options;
  bundled ??= bundle();
  const media = await bundled;
  const listeners = new Set<ServerResponse>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const send = (type: string, content: string | Buffer) => {
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(content);
    };
    if (url.pathname === '/') {
      send('text/html', pageOf(options));
    } else if (url.pathname === '/theme.css') {
      send('text/css', themeStyle(theme));
    } else if (url.pathname === '/imitation-host.js') {
      send('text/javascript', `(${imitateHost})();`);
    } else if (url.pathname === '/notifications') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      listeners.add(response);
      request.on('close', () => listeners.delete(response));
    } else if (url.pathname === '/host') {
      let body = '';
      for await (const chunk of request) body += chunk;
      send('application/json', JSON.stringify(await reply(options, body)));
    } else if (url.pathname === '/file') {
      sendFile(url.searchParams.get('path') ?? '');
    } else {
      sendFile(join(media, url.pathname));
    }

    function sendFile(path: string): void {
      const types: Record<string, string> = {
        '.js': 'text/javascript',
        '.css': 'text/css',
        '.png': 'image/png',
      };
      if (existsSync(path)) send(types[extname(path)] ?? 'application/octet-stream', readFileSync(path));
      else response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server of the page has no port.');

  browser ??= chromium.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox'] });
  const context: BrowserContext = await (await browser).newContext({
    viewport: { width: options.width ?? 1400, height: options.height ?? 900 },
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    forcedColors: options.forcedColors ? 'active' : 'none',
    colorScheme: theme === 'light' || theme === 'high-contrast-light' ? 'light' : 'dark',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(`http://127.0.0.1:${address.port}/`);
  return {
    page,
    notify(name, params) {
      const message = JSON.stringify({ kind: 'notification', name, params });
      for (const listener of listeners) listener.write(`data: ${message}\n\n`);
    },
    refused: () => page.evaluate('window.refusedByPolicy'),
    async close() {
      await context.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The page as `client/webviews/webview-page.ts` makes it, with the imitation of the host before it. */
function pageOf({ app, parameters, theme = 'dark' }: HarnessOptions): string {
  const policy = `default-src 'none'; script-src 'nonce-test'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'`;
  const data = Object.entries(parameters).map(
    ([name, value]) => ` data-${name}="${value.replaceAll('"', '&quot;')}"`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${app}</title>
<link rel="stylesheet" href="/theme.css">
<link rel="stylesheet" href="/${app}.css">
<script nonce="test" src="/imitation-host.js"></script>
<script type="module" nonce="test" src="/${app}.js"></script>
</head>
<body class="${themeClasses(theme)}">
<main id="app"${data.join('')}></main>
</body>
</html>
`;
}

async function reply({ answers, onRequest }: HarnessOptions, body: string): Promise<unknown> {
  const { id, name, params }: { id: number; name: WebviewRequestName; params: never } = JSON.parse(body);
  onRequest?.(name, params);
  try {
    if (!isWebviewRequest(JSON.parse(body, restoreBytes))) throw new Error(`The editor refuses ${body}`);
    const answer = answers[name];
    if (!answer) throw new Error(`The test does not answer ${name}.`);
    return { kind: 'answer', id, result: await answer(params) };
  } catch (error) {
    return { kind: 'failure', id, message: messageOf(error) };
  }
}

/** The imitation of the host sends bytes as `{ bytes }`, for JSON has none. */
function restoreBytes(_key: string, value: unknown): unknown {
  return isObject({ bytes: isList(isNumber) })(value) ? Uint8Array.from(value.bytes) : value;
}
