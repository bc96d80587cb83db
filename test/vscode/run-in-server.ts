// Runs the in-host suite in the extension host of VS Code's server, with windows in a browser, so that it needs no desktop
// (see run-on-desktop.ts). Arguments: names of windows (none: all). ESRGAN_VSIX names a package to install and test.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { windowUrl } from '../../scripts/vscode-server.mjs';
import { type StartedEditor, startEditor } from '../e2e/editor.ts';
import { readResults } from './results.ts';
import { bundleTests, emptyExtension, type SuiteWindow, windows } from './windows.ts';

// Only a hanging window takes so long: on a slow machine the longest takes a minute.
const limitSeconds = 600;
const results = resolve('build/test-results-vscode.json');
const temporary = mkdtempSync(join(tmpdir(), 'esrgan-in-host-'));
const log = join(temporary, 'mocha.log');

rmSync(results, { force: true });
const env = { ESRGAN_TEST_LOG: log, ESRGAN_TEST_RESULTS: results };
const chosen = windows.filter(({ name }) => process.argv.includes(name));
for (const window of chosen.length > 0 ? chosen : windows) {
  const before = readResults(results).length;
  const editor = await startEditor({ env, others: window.others });
  try {
    const problem = await runTests(editor, window);
    if (problem) fail(window, problem);
    else if (readResults(results).length === before) fail(window, 'No test ran.');
  } finally {
    await editor.stop();
  }
}
if (existsSync(log)) process.stdout.write(readFileSync(log, 'utf8'));
rmSync(temporary, { recursive: true });
process.exit(readResults(results).some(({ state }) => state === 'failed') ? 1 : 0);

/** Records the failure of a window as a failed test. */
function fail({ name }: SuiteWindow, problem: string): void {
  console.error(`${name}: ${problem}`);
  const title = `${name}: ${problem.split('\n', 1)[0]}`;
  writeFileSync(results, JSON.stringify([...readResults(results), { title, state: 'failed' }]));
}

/** Opens the window that runs its tests; resolves with a message if they did not finish. */
async function runTests(
  { browser: endpoint, port, extension, output }: StartedEditor,
  window: SuiteWindow,
): Promise<string | undefined> {
  const tests = await bundleTests(window);
  const workspace = await window.createWorkspace();
  const browser = await chromium.connect(endpoint);
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  const ended = new Promise<string | undefined>((end) => {
    // The workbench calls this with 0 or 1 when run() ends, but also with 0 when the extension host crashes.
    void page.exposeFunction('codeAutomationExit', () => end(undefined));
    page.on('crash', () => end('The page crashed.'));
    setTimeout(() => end(`The tests did not end in ${limitSeconds} s.`), limitSeconds * 1000).unref();
  });
  // A window runs tests only with an extension in development: an installed one is tested next to an empty one.
  const folder = window.workspaceFile ? workspace.path(window.workspaceFile) : workspace.folder;
  await page.goto(windowUrl(port, { folder, extension: extension ?? emptyExtension, tests }));
  const outcome = await ended;
  await browser.close();
  await workspace.remove();
  const died = /Extension Host Process exited with code: ([1-9]\d*), signal: (\S+?)\./.exec(output());
  if (died) return `The extension host died (code ${died[1]}, signal ${died[2]}).`;
  return outcome && `${outcome}\n${lines.slice(-40).join('\n')}`;
}
