import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { files } from './suite.ts';

/** Stands in for the extension in development when an installed one is tested. */
export const emptyExtension = join(import.meta.dirname, 'empty-extension');

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
