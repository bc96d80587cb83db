// Starts VS Code's server on plain Node: the workbench in a browser, the extension host on this machine.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vscodeRoot } from './setup-vscode.mjs';

const main = join(vscodeRoot, 'out', 'server-main.js');
const secondsToEnd = 5;

/** Settings without notifications and network access. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
};

/**
 * @typedef {object} VSCodeServer
 * @property {number} port
 * @property {number} pid leads a process group: extension hosts and language servers belong to it, trainers do not
 * @property {() => string} output of the process
 * @property {() => Promise<void>} stop
 */

/**
 * @param {object} options
 * @param {string} options.dataDir user settings, extensions, logs; made if missing
 * @param {Record<string, unknown>} [options.settings] user settings of a new folder, added to those above
 * @param {string} [options.vsix] a packaged extension to install first
 * @param {Record<string, string>} [options.env] of extension hosts and their child processes
 * @param {boolean} [options.trust] false: windows prompt for trust, as on the desktop
 * @param {boolean} [options.dialogs] false: modal dialogs are confirmed automatically
 * @param {number} [options.port] 0: any that is free
 * @returns {Promise<VSCodeServer>} once it listens
 */
export async function startVSCodeServer({
  dataDir,
  settings = {},
  vsix,
  env = {},
  trust = true,
  dialogs = true,
  port = 0,
}) {
  const user = join(dataDir, 'data', 'User');
  const temporary = join(dataDir, 'tmp');
  for (const folder of [user, temporary, join(dataDir, 'data', 'logs')])
    mkdirSync(folder, { recursive: true });
  const settingsFile = join(user, 'settings.json');
  if (!existsSync(settingsFile)) {
    writeFileSync(settingsFile, JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  }
  // No gallery: nothing is looked up or fetched. Sockets go into a folder that goes away with the rest.
  const environment = { ...process.env, EXTENSIONS_GALLERY: '{}', TMPDIR: temporary, ...env };
  const common = [main, '--accept-server-license-terms', '--server-data-dir', dataDir];
  if (vsix) {
    execFileSync(process.execPath, [...common, '--install-extension', vsix], {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const child = spawn(
    process.execPath,
    [
      ...common,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
      ...['--telemetry-level', 'off', '--disable-update-check', '--disable-getting-started-override'],
      ...(dialogs ? [] : ['--enable-smoke-test-driver']),
      ...(trust ? ['--disable-workspace-trust'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: environment },
  );
  let output = '';
  const listening = await new Promise((resolve, reject) => {
    const read = (data) => {
      output += data;
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (match) resolve(Number(match[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`VS Code's server ended with ${code}:\n${output}`)));
  });
  const killGroup = () => signalGroup(child.pid, 'SIGKILL');
  process.once('exit', killGroup);
  return {
    port: listening,
    pid: child.pid,
    output: () => output,
    async stop() {
      process.removeListener('exit', killGroup);
      child.kill('SIGTERM');
      for (const end = Date.now() + secondsToEnd * 1000; signalGroup(child.pid, 0) && Date.now() < end; ) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      killGroup();
    },
  };
}

/** @returns {boolean} whether the group has a process */
function signalGroup(leader, signal) {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}

/**
 * Address of a window.
 *
 * @param {number} port
 * @param {{folder: string, extension?: string, tests?: string}} window absolute paths: the folder or the
 * `.code-workspace` that it opens, an extension in development, a module of tests that run inside the extension host
 */
export function windowUrl(port, { folder, extension, tests }) {
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  const payload = [
    ...(extension ? [['extensionDevelopmentPath', remote(extension)]] : []),
    ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
  ];
  const url = new URL(`http://127.0.0.1:${port}/`);
  url.searchParams.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', folder);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
