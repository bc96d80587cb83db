import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { temporaryFolder } from './temporary-run.ts';

/**
 * A script of this folder as one CommonJS file that plain Node runs in a process of its own; returns its path.
 * In it the functions of `node:fs` are looked up at each call, so a script can put its own in their place.
 */
export function bundleScript(name: string): string {
  const outfile = join(temporaryFolder(), `${name}.cjs`);
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
