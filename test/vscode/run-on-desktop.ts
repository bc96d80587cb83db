// Runs the in-host suite in a desktop VS Code, which it downloads: `npm run test:desktop`. ESRGAN_VSIX names a package to
// test as installed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
  runTests,
} from '@vscode/test-electron';
import { bundleTests, emptyExtension, windows } from './windows.ts';

const vsix = process.env.ESRGAN_VSIX;
const temporary = mkdtempSync(join(tmpdir(), 'esrgan-desktop-'));
const folders = [
  '--user-data-dir',
  join(temporary, 'user'),
  '--extensions-dir',
  join(temporary, 'extensions'),
];
try {
  const vscodeExecutablePath = await downloadAndUnzipVSCode(process.env.VSCODE_VERSION ?? 'stable');
  if (vsix) install(vscodeExecutablePath, resolve(vsix));
  for (const window of windows) {
    const workspace = await window.createWorkspace();
    const opened = window.workspaceFile ? workspace.path(window.workspaceFile) : workspace.folder;
    try {
      await runTests({
        vscodeExecutablePath,
        extensionDevelopmentPath: [vsix ? emptyExtension : resolve('.'), ...window.others],
        extensionTestsPath: await bundleTests(window),
        launchArgs: [opened, '--disable-workspace-trust', ...folders],
      });
    } finally {
      await workspace.remove();
    }
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

function install(executable: string, path: string): void {
  const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable);
  if (!cli) throw new Error(`No command line in ${executable}.`);
  const { status } = spawnSync(cli, [...args, ...folders, '--install-extension', path], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${path} could not be installed.`);
}
