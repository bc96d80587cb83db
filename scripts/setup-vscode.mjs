// Makes the VS Code inside the npm package code-server run on plain Node: `npm start` and the tests of the editor need
// it. code-server's own install script is not run: it compiles modules that only its wrapper uses, and downloads.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of VS Code's server, its web workbench and its extension host. */
export const vscodeRoot = fileURLToPath(new URL('../node_modules/code-server/lib/vscode', import.meta.url));

const stamp = join(vscodeRoot, '.esrgan-workbench');
const packages = {
  /** VS Code's own version downloads its program at install; from this one on it comes inside a package. */
  required: '@vscode/ripgrep@1.18.0',
  /** Writes log files, which the Output panel shows. It is compiled here. */
  logging: '@vscode/spdlog',
};

/**
 * Installs missing parts; does nothing the second time.
 *
 * @param {{ logging?: boolean }} [options] `logging`: also builds the module of the Output panel, with a C++
 * compiler in half a minute. If that fails, VS Code works but the panel is empty.
 */
export function setUpVSCode({ logging = false } = {}) {
  const done = existsSync(stamp) ? readFileSync(stamp, 'utf8').split('\n') : [];
  if (!done.includes(packages.required)) {
    console.log("Installing what VS Code's server needs …");
    npm('install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', packages.required);
    const link = join(vscodeRoot, 'node_modules.asar');
    if (!existsSync(link)) symlinkSync('node_modules', link, 'junction');
    done.push(packages.required);
  }
  if (logging && !done.some((line) => line.startsWith(packages.logging))) {
    console.log("Compiling VS Code's logging (once) …");
    try {
      npm('rebuild', packages.logging);
      done.push(packages.logging);
    } catch {
      console.log('That needs a C++ compiler. VS Code runs without it, but its Output panel stays empty.');
      done.push(`${packages.logging} could not be built`);
    }
  }
  writeFileSync(stamp, done.join('\n'));
}

function npm(...args) {
  execFileSync('npm', [...args, '--loglevel=error'], {
    cwd: vscodeRoot,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
}
