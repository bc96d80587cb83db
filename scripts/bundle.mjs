// Bundles the command, the server, the client and the webview apps into dist/. Native packages stay outside: they are
// loaded from node_modules. The bundle is built in dist-new/ first, so that running processes find their files in dist/.
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundleMedia } from './bundle-media.mjs';

const folder = 'dist-new';
rmSync(folder, { recursive: true, force: true });
await build({
  entryPoints: {
    esrgan: 'trainer/cli/main.ts',
    'load-worker': 'trainer/data/load-worker.ts',
    server: 'server/main.ts',
    'disk-worker': 'server/language/disk/disk-worker.ts',
    launcher: 'server/experiments/launcher.ts',
  },
  outdir: folder,
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
chmodSync(`${folder}/esrgan.js`, 0o755);

// VS Code loads extensions as CommonJS.
await build({
  entryPoints: { client: 'client/extension.ts' },
  outdir: folder,
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

await bundleMedia(`${folder}/media`);
rmSync('dist', { recursive: true, force: true });
renameSync(folder, 'dist');
