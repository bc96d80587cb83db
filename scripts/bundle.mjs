// Bundles the command into dist/. Native packages stay outside: they are loaded from node_modules.
import { chmodSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: {
    esrgan: 'trainer/cli/main.ts',
    'load-worker': 'trainer/data/load-worker.ts',
    server: 'server/main.ts',
    launcher: 'server/experiments/launcher.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  external: ['onnxruntime-node', 'sharp', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  // Some bundled packages are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync('dist/esrgan.js', 0o755);

// VS Code loads extensions as CommonJS.
await build({
  entryPoints: { client: 'client/extension.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  sourcemap: 'linked',
  external: ['vscode'],
  logLevel: 'warning',
});

// Pages in webviews: a script and a style sheet each, in one piece, as their content security policy asks.
await build({
  entryPoints: { 'run-panel': 'media/run-panel/main.ts' },
  outdir: 'dist/media',
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
