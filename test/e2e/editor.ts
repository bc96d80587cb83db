import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium, howToGetChromium } from '../../scripts/chromium.mjs';
import { startVSCodeServer } from '../../scripts/vscode-server.mjs';

/** VS Code's server and a browser, which any process can open windows with. */
export interface Editor {
  readonly port: number;
  /** Where Playwright reaches the browser. */
  readonly browser: string;
  /** The folder of the extension under test; null where it is installed from a `.vsix`. */
  readonly extension: string | null;
  /** Process id of VS Code's server. */
  readonly pid: number;
  /** Its folder of user data. */
  readonly dataDir: string;
}

/** An editor that this process started. */
export interface StartedEditor extends Editor {
  /** What VS Code's server has printed. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts VS Code's server with this repository as the extension in development, or with the installed package that
 * ESRGAN_VSIX names, and a browser.
 *
 * @param env for extension hosts
 */
export async function startEditor(env: Readonly<Record<string, string>> = {}): Promise<StartedEditor> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(`There is no Chromium here: ${howToGetChromium}.`);
  const dataDir = mkdtempSync(join(tmpdir(), 'esrgan-vscode-'));
  const vsix = process.env.ESRGAN_VSIX;
  const server = await startVSCodeServer({
    dataDir,
    env,
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
