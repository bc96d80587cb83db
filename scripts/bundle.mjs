// Bundles the command, the server, the client and the webview apps into dist/. Native packages stay outside: they are
// loaded from node_modules. The bundle is built in dist-new/ first, so that running processes find their files in dist/.
import { chmodSync, renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { bundleMedia } from './bundle-media.mjs';

const folder = 'dist-new';

/**
 * Loads sharp as CommonJS: its ES modules import JSON, about which Node 20.15 to 20.18 print a warning at each start, also
 * into the output of runs.
 */
const sharpAsCommonJs = {
  name: 'sharp-as-commonjs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^sharp$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'sharp', namespace: 'commonjs' } : { external: true },
    );
    onLoad({ filter: /./, namespace: 'commonjs' }, () => ({ contents: "module.exports = require('sharp')" }));
  },
};

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
  external: ['onnxruntime-node', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  plugins: [sharpAsCommonJs],
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
