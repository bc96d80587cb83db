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
process.exitCode = spawnSync(process.execPath, [script], { stdio: 'inherit' }).status ?? 1;
