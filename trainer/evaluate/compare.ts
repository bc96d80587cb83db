import { type Difference, diffConfigs } from '../config/diff.ts';
import type { Measure } from '../measures/measure.ts';
import { metricNames, type Values } from '../metrics/metrics.ts';
import { generatorOf } from '../runs/checkpoint-files.ts';
import { type Checkpoint, type CheckpointState, listCheckpoints, stageResult } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { type ComparedRun, comparabilityWarnings, comparedSettings } from './results/comparability.ts';
import type { Evaluation } from './results/evaluation.ts';
import type { KnownTestSet } from './results/test-set.ts';
import type { Subject } from './store.ts';
import { bicubicSubject, fileSubject, interpolatedSubject, type ModelOpener } from './subject.ts';

export interface CompareOptions {
  readonly testSets: readonly KnownTestSet[];
  readonly measures: readonly Measure[];
  /** Weight of the ESRGAN model in the interpolated model, 0 to 1. */
  readonly alpha: number;
  readonly opener: ModelOpener;
  /** `evaluateOnce` with a way to report. */
  readonly evaluate: (
    subject: Subject,
    testSet: KnownTestSet,
    measures: readonly Measure[],
    options: { readonly again: boolean },
  ) => Promise<Evaluation[]>;
  readonly again: boolean;
}

/** Runs side by side. */
export interface Comparison {
  readonly runs: readonly string[];
  readonly rows: readonly ComparisonRow[];
  /** Bicubic upscaling on the same images: a row for each scale, named `bicubic` in place of a run. */
  readonly bicubic: readonly ComparisonRow[];
  /** The protocols of the evaluations. */
  readonly protocols: readonly Pick<Measure, 'protocol' | 'description' | 'metrics'>[];
  /** The keys in which the run files differ; values in the order of `runs`. */
  readonly differences: readonly Difference[];
  /** Sentences: which checkpoints are damaged, so that others were measured; which numbers are not comparable, and why. */
  readonly warnings: readonly string[];
}

/** A model of a run. */
export interface ComparisonRow {
  readonly run: string;
  /** `PSNR`, `ESRGAN` or `interpolated 0.8`. */
  readonly model: string;
  /** The checkpoints of the model: one, or the two that are interpolated. */
  readonly checkpoints: readonly string[];
  /** RGB, measured in training at this checkpoint; null if it was not validated. */
  readonly validation: Values | null;
  readonly evaluations: readonly Evaluation[];
}

/**
 * Measures the models of each run: `PSNR`, the best checkpoint of pretraining; `ESRGAN`, the last of training; and their
 * interpolation. A missing model has no row.
 *
 * @throws WorkbenchError as `evaluateOnce`
 */
export async function compareRuns(
  runs: readonly ComparedRun[],
  options: CompareOptions,
): Promise<Comparison> {
  const rows: ComparisonRow[] = [];
  const damages: string[] = [];
  for (const run of runs) {
    const { models, problems } = modelsOf(run, options);
    damages.push(...problems);
    for (const { subject, ...model } of models) {
      const evaluations: Evaluation[] = [];
      for (const testSet of options.testSets) {
        evaluations.push(
          ...(await options.evaluate(subject, testSet, options.measures, { again: options.again })),
        );
      }
      rows.push({ run: run.name, ...model, evaluations });
    }
  }
  return {
    runs: runs.map(({ name }) => name),
    rows,
    bicubic: await bicubicRows(runs, options),
    protocols: options.measures.map(({ protocol, description, metrics }) => ({
      protocol,
      description,
      metrics,
    })),
    differences: diffConfigs(comparedSettings(runs)),
    warnings: [...damages, ...comparabilityWarnings(runs)],
  };
}

/** What bicubic upscaling reaches: without it, no number says whether a model has learned anything. */
async function bicubicRows(
  runs: readonly ComparedRun[],
  { testSets, measures, evaluate, again }: CompareOptions,
): Promise<ComparisonRow[]> {
  const rows: ComparisonRow[] = [];
  for (const scale of new Set(runs.map(({ config }) => config.scale_factor))) {
    const ofScale = runs.filter(({ config }) => config.scale_factor === scale);
    const subject = bicubicSubject(scale, ofScale[0]?.paths);
    const evaluations: Evaluation[] = [];
    for (const testSet of testSets)
      evaluations.push(...(await evaluate(subject, testSet, measures, { again })));
    const validation = ofScale.map(({ paths }) => bicubicValidation(paths)).find((values) => values !== null);
    if (evaluations.length === 0 && !validation) continue;
    rows.push({
      run: 'bicubic',
      model: `x${scale}`,
      checkpoints: [],
      validation: validation ?? null,
      evaluations,
    });
  }
  return rows;
}

/** What validation in training measured of bicubic upscaling. */
function bicubicValidation(paths: RunPaths): Values | null {
  const metrics = listCheckpoints(paths).findLast(({ state }) => state.metrics.bicubic_psnr !== undefined)
    ?.state.metrics;
  return metrics ? validationValues(metrics, 'bicubic_') : null;
}

/** The differences of a row to the same model of the baseline, by metric; null if the baseline was not measured. */
export function deltaOf(
  { rows }: Comparison,
  baseline: string,
  row: ComparisonRow,
  evaluation: Evaluation,
): Values | null {
  const { data, protocol } = evaluation;
  const other = rows
    .find(({ run, model }) => run === baseline && model === row.model)
    ?.evaluations.find((each) => each.data === data && each.protocol === protocol);
  if (!other) return null;
  return Object.fromEntries(
    metricNames.flatMap((metric): [string, number][] => {
      const [mine, theirs] = [evaluation[metric], other[metric]];
      if (mine === undefined || theirs === undefined) return [];
      const delta = mine - theirs;
      // Two infinite values have no difference.
      return Number.isNaN(delta) ? [] : [[metric, delta]];
    }),
  );
}

type Model = Omit<ComparisonRow, 'run' | 'evaluations'> & { readonly subject: Subject };

function modelsOf(
  { paths }: ComparedRun,
  { opener, alpha }: CompareOptions,
): { readonly models: readonly Model[]; readonly problems: readonly string[] } {
  const results = [stageResult(paths, 'pretraining'), stageResult(paths, 'training')] as const;
  const [psnr, esrgan] = [results[0].checkpoint, results[1].checkpoint];
  const models: Model[] = [];
  if (psnr) models.push(modelOf('PSNR', psnr));
  if (esrgan) models.push(modelOf('ESRGAN', esrgan));
  if (psnr && esrgan) models.push(interpolated(psnr, esrgan));
  return { models, problems: results.flatMap(({ problems }) => problems) };

  function modelOf(model: string, { name, path, state }: Checkpoint): Model {
    return {
      model,
      checkpoints: [name],
      validation: validationValues(state.metrics),
      subject: fileSubject(generatorOf(path), opener.open, `${paths.name} ${name}`),
    };
  }

  function interpolated(first: Checkpoint, second: Checkpoint): Model {
    const files = [generatorOf(first.path), generatorOf(second.path)] as const;
    const name = `${paths.name} ${first.name} and ${alpha} of ${second.name}`;
    return {
      model: `interpolated ${alpha}`,
      checkpoints: [first.name, second.name],
      validation: null,
      subject: interpolatedSubject(files, alpha, opener.openInterpolated, name),
    };
  }
}

/** What a checkpoint records of its validation, under names that start with a prefix. */
function validationValues(metrics: CheckpointState['metrics'], prefix = ''): Values | null {
  const values = metricNames.flatMap((metric) => {
    const value = metrics[prefix + metric];
    return typeof value === 'number' ? [[metric, value]] : [];
  });
  return values.length === 0 ? null : Object.fromEntries(values);
}
