// What the experiment manager costs: `node bench/experiments.mjs`.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';

const script = 'build/bench/experiments.js';
await build({
  entryPoints: ['bench/experiments.ts'],
  outfile: script,
  bundle: true,
  format: 'esm',
  platform: 'node',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const growth = ['scripts/run-typescript.mjs', 'bench/growth.ts'];
process.exitCode = Math.max(
  ...[[script], growth].map((words) => spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 1),
);
