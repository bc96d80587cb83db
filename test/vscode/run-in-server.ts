// Runs the in-host suite in the extension host of VS Code's server, with a window in a browser: what the desktop does
// (run-on-desktop.ts) where no desktop is. ESRGAN_VSIX names a package to test as installed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { windowUrl } from '../../scripts/vscode-server.mjs';
import { type StartedEditor, startEditor } from '../e2e/editor.ts';
import { bundleSuite, createSuiteWorkspace, emptyExtension } from './prepare.ts';
import { readResults } from './results.ts';

const limitSeconds = 180;
const results = resolve('build/test-results-vscode.json');
const temporary = mkdtempSync(join(tmpdir(), 'esrgan-in-host-'));
const log = join(temporary, 'mocha.log');

rmSync(results, { force: true });
const tests = await bundleSuite();
const workspace = await createSuiteWorkspace();
const editor = await startEditor({ ESRGAN_TEST_LOG: log, ESRGAN_TEST_RESULTS: results });
let problem: string | undefined;
try {
  problem = await runSuite(editor);
} finally {
  await editor.stop();
  workspace.remove();
}
if (existsSync(log)) process.stdout.write(readFileSync(log, 'utf8'));
rmSync(temporary, { recursive: true });
const outcomes = readResults(results);
const failed = outcomes.filter(({ state }) => state === 'failed').length;
if (problem) console.error(problem);
else if (failed === 0 && outcomes.length === 0) console.error('No test of the extension host ran.');
process.exit(problem || failed > 0 || outcomes.length === 0 ? 1 : 0);

/** Opens the window that runs the suite; what went wrong, if the suite did not come to its end. */
async function runSuite({
  browser: endpoint,
  port,
  extension,
  output,
}: StartedEditor): Promise<string | undefined> {
  const browser = await chromium.connect(endpoint);
  const page = await browser.newPage();
  const lines: string[] = [];
  page.on('console', (message) => lines.push(message.text()));
  const ended = new Promise<string | undefined>((end) => {
    // The workbench calls this with 0 or 1 when run() has ended, but also with 0 when the extension host died.
    void page.exposeFunction('codeAutomationExit', () => end(undefined));
    page.on('crash', () => end('The page crashed.'));
    setTimeout(() => end(`The suite did not end in ${limitSeconds} s.`), limitSeconds * 1000).unref();
  });
  // A window runs tests only with an extension in development; an installed one is tested beside an empty one.
  const window = { folder: workspace.folder, extension: extension ?? emptyExtension, tests };
  await page.goto(windowUrl(port, window));
  const outcome = await ended;
  await browser.close();
  const died = /Extension Host Process exited with code: (\S+), signal: (\S+?)\./.exec(output());
  if (!existsSync(results) && died) return `The extension host died (code ${died[1]}, signal ${died[2]}).`;
  return outcome && `${outcome}\n${lines.slice(-40).join('\n')}`;
}
