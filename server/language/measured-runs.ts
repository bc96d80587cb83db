import { tryReadConfig } from '../../trainer/config/index.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { listEventFiles } from '../../trainer/runs/event-files.ts';
import { createEventReader, type EventItem } from '../../trainer/runs/event-reader.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { thisHost } from '../../trainer/runs/processes.ts';
import { type RunPaths, runPaths } from '../../trainer/runs/run-directory.ts';
import type { RunSummary } from '../protocol/runs.ts';
import type { MeasuredRun } from './estimates.ts';

/** Number of runs that is enough to know the machine's speed. */
const mostRuns = 20;

/** Size in bytes of the part of an event file that is read, about 20,000 points. */
const enoughBytes = 2 ** 20;

/**
 * The median rate and peak memory of the latest runs in their last sessions on this computer. Results are cached and a
 * run is read again only if its event file grew. Never throws.
 */
export function createMeasuredRuns(): (
  runs: readonly Pick<RunSummary, 'run' | 'kind' | 'updated'>[],
) => MeasuredRun[] {
  const known = new Map<string, { readonly version: string; readonly run: MeasuredRun | undefined }>();
  return (runs) => {
    const latest = runs
      .filter(({ kind }) => kind === 'esrgan')
      .toSorted((a, b) => (b.updated ?? 0) - (a.updated ?? 0))
      .slice(0, mostRuns);
    return latest.flatMap(({ run: root }) => {
      const paths = runPaths(root);
      const events = listEventFiles(paths.root).at(-1);
      if (events === undefined) return [];
      const size = statOf(events)?.size ?? 0;
      const version = `${events} ${Math.min(size, enoughBytes)}`;
      const read = known.get(paths.root);
      if (read?.version === version) return read.run ?? [];
      const run = measuredRun(paths, events);
      known.set(paths.root, { version, run });
      return run ?? [];
    });
  };
}

function measuredRun(paths: RunPaths, events: string): MeasuredRun | undefined {
  const session = readManifest(paths)?.sessions.at(-1)?.start;
  if (session?.host !== thisHost) return undefined;
  const config = tryReadConfig(paths.config);
  if (!config) return undefined;
  const [points = []] = createEventReader(events).read();
  const rates = valuesOf(points, 'machine/steps_per_second');
  const memories = valuesOf(points, 'machine/memory_bytes');
  if (rates.length === 0 && memories.length === 0) return undefined;
  const { stage, engine } = session;
  return {
    name: paths.name,
    config,
    stage,
    engine,
    stepsPerSecond: rates.toSorted((a, b) => a - b)[rates.length >> 1] ?? null,
    memoryBytes: memories.length > 0 ? Math.max(...memories) : null,
  };
}

function valuesOf(points: readonly EventItem[], tag: string): number[] {
  return points.flatMap((point) =>
    point.kind === 'scalar' && point.tag === tag && Number.isFinite(point.value) ? point.value : [],
  );
}
