// `npm start`: opens the example workspace in VS Code with this extension: in the desktop VS Code if its command `code`
// exists; otherwise, or with `-- --browser`, in the browser, on the port of the environment variable PORT.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { prepareDemoData } from './demo-data.mjs';
import { setUpVSCode } from './setup-vscode.mjs';
import { startVSCodeServer, windowUrl } from './vscode-server.mjs';

const extension = resolve('.');
const folder = resolve('examples/workspace');
const data = join(folder, 'data');

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
    spawnSync('code', shell ? args.map((arg) => `"${arg}"`) : args, { shell }).status === 0;
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
  });
  console.log(`\nVS Code with the extension: ${windowUrl(server.port, { folder, extension })}`);
  console.log('Ctrl-C ends it.');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await server.stop();
      process.exit(0);
    });
  }
}
