import { type ResolvedConfig, tryReadConfig } from '../../trainer/config/index.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { launchPaths } from '../../trainer/runs/launch.ts';
import { readRun } from '../../trainer/runs/list.ts';
import { type Manifest, readManifest } from '../../trainer/runs/manifest.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';

/** What a comparison reads of a run. */
export interface OpenedRun {
  readonly paths: RunPaths;
  readonly kind: 'esrgan' | 'external';
  /** The resolved run file; undefined where there is none that can be read. */
  readonly config: ResolvedConfig | undefined;
  /** Its path. */
  readonly configFile: string | undefined;
  readonly manifest: Manifest | undefined;
}

/** Reads a run by its directory. Throws a `run` error where there is none. */
export function openRun(run: string): OpenedRun {
  const found = readRun(run, Date.now());
  if (found === undefined) throw new WorkbenchError('run', `${run} is not a run, or no longer exists.`);
  const { paths, kind } = found;
  const [file] = [paths.config, launchPaths(paths).runFile].flatMap((path) => {
    const config = tryReadConfig(path);
    return config === undefined ? [] : [{ path, config }];
  });
  return { paths, kind, config: file?.config, configFile: file?.path, manifest: readManifest(paths) };
}
