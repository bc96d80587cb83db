import { type PointCursor, type PointsAnswer, readAllPoints } from '../../server/protocol/points.ts';
import type { RunDetail, RunSummary } from '../../server/protocol/runs.ts';

export interface Point {
  readonly step: number;
  readonly value: number;
}

/** A curve in a few numbers. */
interface CurveSummary {
  /** Number of finite values. */
  readonly count: number;
  readonly last: Point;
  readonly lowest: Point;
  readonly highest: Point;
  /** At most `sampleSize` points at equal distances, with both ends. */
  readonly sample: readonly Point[];
}

const sampleSize = 12;

/** All finite points of a run by tag. */
export async function collectCurves(
  request: (after: PointCursor | null) => Promise<PointsAnswer>,
): Promise<ReadonlyMap<string, readonly Point[]>> {
  const curves = new Map<string, Point[]>();
  await readAllPoints(request, {
    clear: () => curves.clear(),
    append({ tag, steps, values }) {
      const points = curves.get(tag) ?? [];
      curves.set(tag, points);
      for (const [i, step] of steps.entries()) {
        const value = values[i];
        if (value !== null && value !== undefined) points.push({ step, value });
      }
    },
  });
  return curves;
}

/** The summary of a curve; undefined if it has no finite value. */
export function summarizeCurve(points: readonly Point[]): CurveSummary | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const picked = Math.min(sampleSize, points.length);
  return {
    count: points.length,
    last,
    lowest: points.reduce((a, b) => (b.value < a.value ? b : a)),
    highest: points.reduce((a, b) => (b.value > a.value ? b : a)),
    sample: Array.from({ length: picked }, (_, i) =>
      picked === 1 ? last : points[Math.round((i * (points.length - 1)) / (picked - 1))]!,
    ),
  };
}

/** A run in a list for language models. */
export function listedRun({ run, name, state, reason, stage, step, steps, score, loss }: RunSummary) {
  return {
    name,
    state,
    reason,
    stage,
    step,
    steps,
    validation: score && { [score.metric]: score.value },
    loss,
    folder: run,
  };
}

/** A run for language models: state, sessions, checkpoints and curves. */
export function runReport(detail: RunDetail, curves: ReadonlyMap<string, readonly Point[]>) {
  const { summary, checkpoints, sessions, files } = detail;
  return {
    ...listedRun(summary),
    runFile: files.config,
    sessions: sessions.map(({ stage, step, engine, device, stopped }) => ({
      stage,
      step,
      engine,
      device,
      stopped,
    })),
    checkpoints: checkpoints.map(({ stage, step, metrics, best, path }) => ({
      stage,
      step,
      metrics,
      best,
      path,
    })),
    curves: Object.fromEntries([...curves].map(([tag, points]) => [tag, summarizeCurve(points) ?? null])),
  };
}

/** A run in a comparison for language models: the last, lowest and highest point of its curves, without those of the machine. */
export function comparedRun(detail: RunDetail, curves: ReadonlyMap<string, readonly Point[]>) {
  const ends = [...curves]
    .filter(([tag]) => !tag.startsWith('machine/'))
    .flatMap(([tag, points]) => {
      const summary = summarizeCurve(points);
      if (summary === undefined) return [];
      const { last, lowest, highest } = summary;
      return [[tag, { last, lowest, highest }] as const];
    });
  return { ...listedRun(detail.summary), runFile: detail.files.config, curves: Object.fromEntries(ends) };
}

/** The run with a name or path. Throws an error that lists the runs. */
export function findRun(runs: readonly RunSummary[], nameOrPath: string): RunSummary {
  const found = runs.filter(({ run, name }) => run === nameOrPath || name === nameOrPath);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const choices = (found.length > 0 ? found : runs).map(({ run, name }) => (found.length > 0 ? run : name));
  const known = choices.length === 0 ? 'There are no runs.' : `Runs: ${choices.slice(0, 20).join(', ')}.`;
  throw new Error(`${found.length > 0 ? 'Several runs are' : 'No run is'} named ${nameOrPath}. ${known}`);
}
