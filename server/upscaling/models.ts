import { type BriefReport, isBriefReport } from '../../trainer/cli-output/reports.ts';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import { bundledModelFile, bundledModels } from '../../trainer/files/bundled-models.ts';
import { isInside } from '../../trainer/files/paths.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { generatorOf } from '../../trainer/runs/checkpoint-files.ts';
import { parseObject } from '../command/run-command.ts';
import { bicubicOf, type CheckpointSummary, type RunDetail } from '../protocol/runs.ts';
import type { UpscalingModel } from '../protocol/upscaling.ts';
import type { Inspect } from './weights-report.ts';

/** Models in one call of the command, because Windows limits a command line to 32,767 characters. */
const modelsPerCall = 80;

/** Descriptions of models by `esrgan inspect --brief`, which runs once for each state of a file. */
export interface ModelList {
  describe(inspect: Inspect, sources: readonly ModelSource[]): Promise<readonly UpscalingModel[]>;
}

/** A model to describe. */
export interface ModelSource {
  readonly path: string;
  readonly source: UpscalingModel['source'];
}

export function createModelList(): ModelList {
  const known = new Map<string, { readonly state: string; readonly brief: BriefReport }>();
  return {
    async describe(inspect, sources) {
      const states = new Map(sources.map(({ path }) => [path, stateOf(path)]));
      const unknown = [...states].filter(([path, state]) => known.get(path)?.state !== state);
      for (let at = 0; at < unknown.length; at += modelsPerCall) {
        const paths = unknown.slice(at, at + modelsPerCall).map(([path]) => path);
        for (const brief of await briefReports(inspect, paths)) {
          known.set(brief.path, { state: states.get(brief.path) ?? '', brief });
        }
      }
      return sources.flatMap(({ path, source }) => {
        const brief = known.get(path)?.brief;
        return brief === undefined ? [] : [{ ...brief, source }];
      });
    },
  };
}

/** Descriptions of models. A model that ends the command, for example by its memory, does not hide the others. */
async function briefReports(inspect: Inspect, paths: readonly string[]): Promise<BriefReport[]> {
  try {
    const output = await inspect(['--brief', '--json', '--', ...paths]);
    return output.split('\n').map(parseObject).filter(isBriefReport);
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'interrupted') throw error;
    const [path = ''] = paths;
    if (paths.length === 1) return [failedReport(path, error)];
    const half = Math.ceil(paths.length / 2);
    return [
      ...(await briefReports(inspect, paths.slice(0, half))),
      ...(await briefReports(inspect, paths.slice(half))),
    ];
  }
}

function failedReport(path: string, error: unknown): BriefReport {
  return {
    path,
    bytes: 0,
    format: null,
    architecture: null,
    scale: null,
    blocks: null,
    channels: null,
    metadata: {},
    problem: `${path} cannot be described: ${messageOf(error)}`,
  };
}

/** Changes when a file is rewritten; of a checkpoint's folder, its generator file. */
export function stateOf(path: string): string {
  const found = statOf(path);
  const file = found?.isDirectory() ? statOf(generatorOf(path)) : found;
  return file === undefined ? 'none' : `${file.size} ${file.mtimeMs}`;
}

/** The checkpoints of a run as models: the latest stage first; in each the best, the newest, then all others. */
export function checkpointSources({
  summary: { run },
  checkpoints,
  bestMetric: metric,
}: Pick<RunDetail, 'summary' | 'checkpoints' | 'bestMetric'>): ModelSource[] {
  const rank = ({ stage, best, last }: CheckpointSummary) =>
    (stage === 'training' ? 0 : 3) + (best ? 0 : last ? 1 : 2);
  return checkpoints
    .toSorted((a, b) => rank(a) - rank(b) || b.step - a.step)
    .map(({ path, stage, step, metrics, best, last }) => {
      const value = metrics[metric];
      const score = value === undefined ? null : { metric, value };
      const isBelowBicubic = bicubicOf({ metrics }, metric)?.isBetter ?? false;
      return { path, source: { kind: 'checkpoint', run, stage, step, score, isBelowBicubic, best, last } };
    });
}

/** Files of weights that are not a checkpoint's of these runs, once each. */
export function fileSources(files: readonly string[], runs: readonly string[]): ModelSource[] {
  const isOfRun = (file: string) => runs.some((run) => isInside(run, file));
  return [...new Set(files)]
    .filter((file) => !isOfRun(file))
    .sort()
    .map((path) => ({ path, source: { kind: 'file' } }));
}

export function bundledSources(): ModelSource[] {
  return bundledModels.flatMap((model) => {
    const path = bundledModelFile(model);
    return path === undefined ? [] : { path, source: { kind: 'bundled', model } };
  });
}
