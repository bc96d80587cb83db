import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { temporaryFolder } from './temporary-run.ts';

/**
 * Bundles a script, named from this folder, to a CommonJS file for Node, and returns its path. The bundle looks up the functions
 * of `node:fs` at each call, so that a script can replace them.
 */
export function bundleScript(name: string): string {
  const outfile = join(temporaryFolder(), `${basename(name)}.cjs`);
  buildSync({
    entryPoints: [join(import.meta.dirname, name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}
