// Bundles the apps that run in webviews.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const apps = {
  'run-panel': 'media/run-panel/main.ts',
  compare: 'media/compare/main.ts',
  'runs-table': 'media/runs-table/main.ts',
  'before-after': 'media/before-after/main.ts',
  'upscaling-preview': 'media/upscaling-preview/main.ts',
  weights: 'media/weights/main.ts',
  'training-patches': 'media/training-patches/main.ts',
};

/**
 * Bundles each app into one `<app>.js` and one `<app>.css`, as their content security policy requires.
 *
 * @param {string} folder of the output
 */
export async function bundleMedia(folder) {
  await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: apps,
    outdir: folder,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // The Chromium of VS Code 1.100.
    target: 'chrome132',
    minify: true,
    sourcemap: 'linked',
    loader: { '.svg': 'text' },
    logLevel: 'warning',
  });
}
