import { readdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { createWorkspace, tinyRunFile, type Workspace } from '../e2e/workspace.ts';

/** Replaces the extension in development when an installed one is tested. */
export const emptyExtension = join(import.meta.dirname, 'empty-extension');

/** A window that runs the tests of a folder next to this file. */
export interface SuiteWindow {
  /** Name of that folder. */
  readonly name: 'folder' | 'multi-root' | 'beside-yaml';
  /** Folders of other extensions to install. */
  readonly others: readonly string[];
  /** Makes what the window opens: the workspace folder or, in it, the workspace file of this name. */
  createWorkspace(): Promise<Workspace>;
  readonly workspaceFile?: string;
}

/** A run file in its own folder, next to those of the images. */
const below = tinyRunFile(20).replace('train: train, val: val', 'train: ../train, val: ../val');

export const windows: readonly SuiteWindow[] = [
  {
    name: 'folder',
    others: [],
    createWorkspace: () =>
      createWorkspace({
        'short.esrgan.yaml': tinyRunFile(60),
        'endless.esrgan.yaml': tinyRunFile(1_000_000),
        'second.esrgan.yaml': tinyRunFile(40),
        'old.esrgan.json': '{ "scale_factor": 2 }\n',
      }),
  },
  {
    name: 'multi-root',
    others: [],
    workspaceFile: 'two.code-workspace',
    createWorkspace: () =>
      createWorkspace({
        'two.code-workspace': JSON.stringify({
          folders: [{ path: 'sea' }, { path: 'inland', name: 'land' }],
        }),
        'sea/waves.esrgan.yaml': below,
        'sea/same.esrgan.yaml': below,
        'inland/hills.esrgan.yaml': below,
        'inland/same.esrgan.yaml': below,
        // Only this folder has a further runs folder.
        'inland/.vscode/settings.json': JSON.stringify({ 'esrgan.runsFolders': ['../others'] }),
        'third/late.esrgan.yaml': below,
      }),
  },
  {
    name: 'beside-yaml',
    others: [join(import.meta.dirname, 'yaml-extension')],
    createWorkspace: () =>
      createWorkspace(
        { 'plain.esrgan.yaml': tinyRunFile(60) },
        { 'files.associations': { '*.esrgan.yaml': 'yaml' } },
      ),
  },
];

/** Bundles the tests of a window for its extension host; returns the path for `extensionTestsPath`. */
export async function bundleTests({ name }: SuiteWindow): Promise<string> {
  const outdir = resolve('build/vscode-tests', name);
  rmSync(outdir, { recursive: true, force: true });
  const folder = join(import.meta.dirname, name);
  const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts'));
  await build({
    entryPoints: [join(import.meta.dirname, 'suite.ts'), ...files.map((file) => join(folder, file))].map(
      (path) => ({ in: path, out: basename(path, '.ts') }),
    ),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    packages: 'external',
    external: ['vscode'],
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(outdir, 'suite.cjs');
}
