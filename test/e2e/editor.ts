import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium, howToGetChromium } from '../../scripts/chromium.mjs';
import { startVSCodeServer } from '../../scripts/vscode-server.mjs';

/** VS Code's server and a browser, in which any process can open windows. */
export interface Editor {
  readonly port: number;
  /** Address of the browser for Playwright. */
  readonly browser: string;
  /** The folder of the extension under test; null if it is installed from a `.vsix`. */
  readonly extension: string | null;
  /** Process id of VS Code's server. */
  readonly pid: number;
  /** Its folder of user data. */
  readonly dataDir: string;
}

/** An editor that this process started. */
export interface StartedEditor extends Editor {
  /** The output of VS Code's server. */
  output(): string;
  stop(): Promise<void>;
}

/** Differences from the default editor. */
export interface EditorOptions {
  /** Environment of extension hosts. */
  readonly env?: Readonly<Record<string, string>>;
  /** Windows prompt for trust and show modal dialogs; otherwise both are confirmed automatically. */
  readonly prompts?: boolean;
  /** Windows of trusted workspaces show modal dialogs. */
  readonly dialogs?: boolean;
  /** Folders of other extensions to install. */
  readonly others?: readonly string[];
}

/**
 * Starts VS Code's server with this repository as the extension in development, or with the installed package that
 * ESRGAN_VSIX names, and a browser.
 */
export async function startEditor({
  env = {},
  prompts = false,
  dialogs = prompts,
  others = [],
}: EditorOptions = {}): Promise<StartedEditor> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`There is no Chromium here: ${howToGetChromium}.`);
  const dataDir = mkdtempSync(join(tmpdir(), 'esrgan-vscode-'));
  for (const folder of others) {
    // The server installs these extensions when it first starts.
    const { publisher, name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    cpSync(folder, join(dataDir, 'extensions', `${publisher}.${name}-${version}`), { recursive: true });
  }
  const vsix = process.env.ESRGAN_VSIX;
  const server = await startVSCodeServer({
    dataDir,
    // The user's cache is inside this temporary folder, and is deleted with it.
    env: { XDG_CACHE_HOME: join(dataDir, 'cache'), ...env },
    trust: !prompts,
    dialogs,
    ...(vsix ? { vsix: resolve(vsix) } : {}),
    settings: { 'workbench.reduceMotion': 'on', 'editor.wordBasedSuggestions': 'off', 'git.enabled': false },
  });
  const browser = await chromium.launchServer({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
  return {
    port: server.port,
    browser: browser.wsEndpoint(),
    extension: vsix ? null : resolve(import.meta.dirname, '../..'),
    pid: server.pid,
    dataDir,
    output: server.output,
    async stop() {
      await browser.close();
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
