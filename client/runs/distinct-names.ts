import type { RunSummary } from '../../server/protocol/runs.ts';

/**
 * The runs, those of one name with the folders before it as far as they are needed to tell them apart, as in a comparison:
 * `alpha/runs/photos`, `beta/runs/photos`.
 */
export function withDistinctNames(runs: readonly RunSummary[]): readonly RunSummary[] {
  const byName = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const same = byName.get(run.name);
    if (same === undefined) byName.set(run.name, [run]);
    else same.push(run);
  }
  if (byName.size === runs.length) return runs;
  return runs.map((run) => {
    const others = (byName.get(run.name) ?? []).filter((other) => other !== run);
    return others.length === 0 ? run : { ...run, name: distinctName(run, others) };
  });
}

function distinctName({ run }: RunSummary, others: readonly RunSummary[]): string {
  const parts = run.split(/[\\/]/);
  const endOf = (path: string, count: number) => path.split(/[\\/]/).slice(-count).join('/');
  for (let count = 2; count < parts.length; count++) {
    const end = endOf(run, count);
    if (others.every((other) => endOf(other.run, count) !== end)) return end;
  }
  return run;
}
