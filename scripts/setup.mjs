// Installs the dependencies on a fresh machine, so that `npm test` and `npm run demo` need no other command.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const installed = 'node_modules/.package-lock.json';
const stale = !existsSync(installed) || statSync(installed).mtimeMs < statSync('package-lock.json').mtimeMs;
if (stale) {
  console.log('Installing dependencies …');
  // `npm ci` would fail if a registry lacks the optional packages of other platforms. ONNX Runtime's install script
  // downloads CUDA libraries and fails offline; `allowScripts` in package.json skips it, but older versions of npm
  // ignore that.
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    shell: process.platform === 'win32',
  });
}
