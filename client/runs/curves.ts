import { type PointCursor, type PointsAnswer, readAllPoints } from '../../server/protocol/points.ts';
import type { RunDetail, RunSummary } from '../../server/protocol/runs.ts';

/** A value of a curve. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

/** One curve in a few numbers. */
export interface CurveSummary {
  /** Values that are finite. */
  readonly count: number;
  readonly last: Point;
  readonly lowest: Point;
  readonly highest: Point;
  /** At most `sampled`, evenly over the curve, with both ends. */
  readonly sample: readonly Point[];
}

const sampled = 12;

/** All finite points of a run by tag. */
export async function collectCurves(
  request: (after: PointCursor | null) => Promise<PointsAnswer>,
): Promise<ReadonlyMap<string, readonly Point[]>> {
  const curves = new Map<string, Point[]>();
  await readAllPoints(request, {
    clear: () => curves.clear(),
    append(tag, { steps, values }) {
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

/** A curve's summary, or undefined where it has no finite value. */
export function summarizeCurve(points: readonly Point[]): CurveSummary | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  const picked = Math.min(sampled, points.length);
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

/** What a language model is told of a run in a list. */
export function listedRun({ run, name, state, reason, stage, step, steps, psnr, loss }: RunSummary) {
  return { name, state, reason, stage, step, steps, psnr, loss, folder: run };
}

/** What a language model is told of one run: how it stands, its checkpoints, its curves. */
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

/** The curves by which runs are compared: without those of the machine, and their ends only. */
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

/** The run of a name or folder. Throws an error that says which there are. */
export function findRun(runs: readonly RunSummary[], wanted: string): RunSummary {
  const found = runs.filter(({ run, name }) => run === wanted || name === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const choices = (found.length > 0 ? found : runs).map(({ run, name }) => (found.length > 0 ? run : name));
  const known = choices.length === 0 ? 'There are none.' : `There are: ${choices.slice(0, 20).join(', ')}.`;
  throw new Error(`${found.length > 0 ? 'Several runs are' : 'No run is'} called ${wanted}. ${known}`);
}
