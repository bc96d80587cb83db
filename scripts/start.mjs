// `npm start`: opens the example workspace in VS Code with this extension: in the desktop VS Code if its command `code`
// exists; otherwise, or with `-- --browser`, it serves it, on the port of the environment variable PORT, and opens the browser if there is
// one.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { prepareDemoData } from './demo-data.mjs';
import { setUpVSCode } from './setup-vscode.mjs';
import { startVSCodeServer, windowUrl } from './vscode-server.mjs';

const secondsToOpen = 3;

const extension = resolve('.');
const folder = resolve('examples/workspace');
const data = join(folder, 'data');
/** For the extension: the window shows the walkthrough. */
const welcome = { ESRGAN_WALKTHROUGH: '1' };

if (!existsSync(data)) {
  console.log("Cutting NASA's Blue Marble into tiles to train on …");
  await prepareDemoData(data);
}
if (process.argv.includes('--browser') || !openOnDesktop()) await serve();

/** @returns {boolean} whether there is a desktop VS Code; then it shows the workspace */
function openOnDesktop() {
  // On Windows `code` is a script, which needs a shell. That gets one line, and folders may have spaces in their names.
  const shell = process.platform === 'win32';
  const code = (...args) =>
    spawnSync('code', shell ? args.map((arg) => `"${arg}"`) : args, {
      shell,
      env: { ...process.env, ...welcome },
    }).status === 0;
  if (!code('--version')) return false;
  const opened = code('--new-window', `--extensionDevelopmentPath=${extension}`, folder);
  if (opened) console.log(`${folder} is open in VS Code, in a window with the extension.`);
  return opened;
}

/** Serves the workbench until Ctrl-C. Runs continue after that, as after closing a window. */
async function serve() {
  setUpVSCode({ logging: true });
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const server = await startVSCodeServer({
    dataDir: join(cache, 'esrgan-workbench', 'vscode'),
    port: Number(process.env.PORT ?? 0),
    env: welcome,
  });
  const url = windowUrl(server.port, { folder, extension });
  const opened = await openInBrowser(url);
  console.log(`\nVS Code with the extension${opened ? ', opened in the browser' : ''}: ${url}`);
  console.log('Ctrl-C ends it.');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await server.stop();
      process.exit(0);
    });
  }
}

/**
 * Opens a page in the person's browser.
 *
 * @returns {Promise<boolean>} whether there is a browser to open it
 */
async function openInBrowser(url) {
  const command = browserCommand(url);
  if (command === undefined) return false;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
    // It runs: some openers end together with the browser.
    setTimeout(() => resolve(true), secondsToOpen * 1000).unref();
  });
}

function browserCommand(url) {
  if (process.platform === 'darwin') return ['open', url];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = process.env;
  return (DISPLAY || WAYLAND_DISPLAY) && !SSH_CONNECTION ? ['xdg-open', url] : undefined;
}
