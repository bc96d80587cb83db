import { parseTree, plainData, readRunFileText } from '../config/index.ts';
import { isPlainObject } from '../guards/guards.ts';
import { readManifest } from '../runs/manifest.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { leadsOutside } from './leads-outside.ts';

/** The history metric that is the x-axis of all others. */
export const stepMetric = 'step';

/**
 * The config of a run in W&B's format: the resolved run file, what it was last trained with, and the definition of the
 * metrics. Undefined if the run was not trained yet.
 *
 * @param tags the scalars and images of the run
 */
export function configOf(run: RunPaths, tags: Iterable<string>): Record<string, unknown> | undefined {
  const manifest = readManifest(run);
  const runFile = leadsOutside(run.root, run.config) ? undefined : readRunFile(run.config);
  if (manifest === undefined || runFile === undefined) return undefined;
  const session = manifest.sessions.at(-1)?.start;
  const trainer = session && {
    version: session.toolVersion,
    engine: session.engine,
    device: session.device,
  };
  const values = { ...runFile, seed: manifest.seed, ...(trainer && { trainer }), _wandb: internal(tags) };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}

function readRunFile(path: string): Record<string, unknown> | undefined {
  try {
    const data = plainData(parseTree(readRunFileText(path)).document);
    return isPlainObject(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What W&B's own client writes for `define_metric`: messages `MetricRecord` with the numbers of their fields as keys.
 * 1: name; 5: number of the metric that is the x-axis, from 1; 6: options (1: the x-axis is in the same line, 3: defined).
 */
function internal(tags: Iterable<string>): unknown {
  const metrics = [...tags].sort().map((tag) => ({ '1': tag, '5': 1, '6': [1, 3] }));
  return { t: {}, m: [{ '1': stepMetric, '6': [3] }, ...metrics] };
}
