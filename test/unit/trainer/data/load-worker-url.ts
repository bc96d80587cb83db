import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Bundles the load worker from the current sources, because threads cannot run TypeScript. The bundle is in the
 * project, so that it finds `sharp`.
 */
export function loadWorkerUrl(): URL {
  const { outputFiles } = buildSync({
    entryPoints: [resolve('trainer/data/load-worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['sharp'],
  });
  const folder = resolve('build/test');
  const file = `${folder}/load-worker.js`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.${process.pid}`, outputFiles[0]!.contents);
  renameSync(`${file}.${process.pid}`, file);
  return pathToFileURL(file);
}
