// Runs a program in TypeScript: `node scripts/run-typescript.mjs <program.ts> [arguments]`. Vite comes with vitest.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

await runnerImport(resolve(process.argv[2]), { configFile: false, logLevel: 'error' });
