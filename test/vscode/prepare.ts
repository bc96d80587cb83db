import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { createWorkspace, tinyRunFile, type Workspace } from '../e2e/workspace.ts';
import { files } from './suite.ts';

/** Stands in for the extension in development when an installed one is tested. */
export const emptyExtension = join(import.meta.dirname, 'empty-extension');

/** The folder that the window of the suite opens. */
export function createSuiteWorkspace(): Promise<Workspace> {
  return createWorkspace({
    'short.esrgan.yaml': tinyRunFile(60),
    'old.esrgan.json': '{ "scale_factor": 2 }\n',
  });
}

/** Bundles the suite for an extension host; gives the path for `extensionTestsPath`. */
export async function bundleSuite(): Promise<string> {
  const outdir = resolve('build/vscode-tests');
  await build({
    entryPoints: ['suite.ts', ...files.map((file) => file.replace('.cjs', '.ts'))].map((file) =>
      join(import.meta.dirname, file),
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
