// Bundles the apps that run in webviews.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const apps = {
  'run-panel': 'media/run-panel/main.ts',
  compare: 'media/compare/main.ts',
  'before-after': 'media/before-after/main.ts',
  weights: 'media/weights/main.ts',
};

/**
 * Makes `<app>.js` and `<app>.css` of each app, in one piece as their content security policy asks.
 *
 * @param {string} folder where they go
 */
export async function bundleMedia(folder) {
  await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: apps,
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // VS Code 1.100 stands on Chromium 132.
    target: 'chrome132',
    minify: true,
    sourcemap: 'linked',
    loader: { '.svg': 'text' },
    logLevel: 'warning',
  });
}
