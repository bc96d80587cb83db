import { createHash } from 'node:crypto';
import { type Difference, diffConfigs } from '../config/diff.ts';
import type { ResolvedConfig } from '../config/index.ts';
import { metricNames, type Values } from '../metrics/metrics.ts';
import type { Score } from '../metrics/protocols.ts';
import { bestCheckpoint, type Checkpoint, latestCheckpoint, sha256OfFile } from '../runs/checkpoints.ts';
import type { Manifest } from '../runs/manifest.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { comparabilityWarnings } from './comparability.ts';
import type { Evaluation } from './evaluate.ts';
import type { Measure } from './measure.ts';
import type { evaluateOnce, KnownTestSet, Subject } from './store.ts';

/** A run to be compared. */
export interface ComparedRun {
  readonly paths: RunPaths;
  readonly config: ResolvedConfig;
  readonly manifest: Manifest;
}

/** How a net gets from files of weights to an engine. */
export interface NetOpener {
  /** The generator's file in a checkpoint's folder. */
  weightsOf(checkpoint: string): string;
  open(file: string): Promise<Upscaler>;
  /** The mean of two nets, `alpha` of the second. */
  openInterpolated(psnr: string, esrgan: string, alpha: number): Promise<Upscaler>;
}

export interface CompareOptions {
  readonly testSets: readonly KnownTestSet[];
  readonly measures: readonly Measure[];
  /** Share of the ESRGAN in the interpolated net, 0 to 1. */
  readonly alpha: number;
  readonly opener: NetOpener;
  /** `evaluateOnce`, or that with progress told. */
  readonly evaluate: (...args: Parameters<typeof evaluateOnce>) => Promise<Evaluation[]>;
  readonly again: boolean;
}

/** Runs beside each other. */
export interface Comparison {
  readonly runs: readonly string[];
  readonly rows: readonly ComparisonRow[];
  /** The protocols of the evaluations. */
  readonly protocols: readonly Pick<Measure, 'protocol' | 'description' | 'metrics'>[];
  /** The keys in which the run files differ; values in the order of `runs`. */
  readonly differences: readonly Difference[];
  /** Sentences: why some of the numbers must not be compared. */
  readonly warnings: readonly string[];
}

/** One net of one run. */
export interface ComparisonRow {
  readonly run: string;
  /** `PSNR`, `ESRGAN` or `interpolated 0.8`. */
  readonly model: string;
  /** The checkpoints that it is made of. */
  readonly checkpoints: readonly string[];
  /** RGB, as measured in training at this checkpoint; null where it was not validated. */
  readonly validation: Score | null;
  readonly evaluations: readonly Evaluation[];
}

/**
 * Measures the nets of each run: `PSNR`, the best checkpoint of pretraining; `ESRGAN`, the last of training; and
 * their interpolation. What a run lacks has no row.
 *
 * @throws WorkbenchError as `evaluateOnce`
 */
export async function compareRuns(
  runs: readonly ComparedRun[],
  options: CompareOptions,
): Promise<Comparison> {
  const rows: ComparisonRow[] = [];
  for (const run of runs) {
    for (const { subject, ...net } of netsOf(run, options)) {
      const evaluations: Evaluation[] = [];
      for (const testSet of options.testSets) {
        evaluations.push(
          ...(await options.evaluate(subject, testSet, options.measures, { again: options.again })),
        );
      }
      rows.push({ run: run.paths.name, ...net, evaluations });
    }
  }
  // Of a run's name one knows already; and a path that differs is no other training.
  const configs = runs.map(({ config: { name, runs_dir, data_dir, ...rest } }) => rest);
  return {
    runs: runs.map(({ paths }) => paths.name),
    rows,
    protocols: options.measures.map(({ protocol, description, metrics }) => ({
      protocol,
      description,
      metrics,
    })),
    differences: diffConfigs(configs),
    warnings: comparabilityWarnings(runs),
  };
}

/** What a row has beyond the same of the baseline, by metric; null where the baseline has no such number. */
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
      return mine === undefined || theirs === undefined ? [] : [[metric, mine - theirs]];
    }),
  );
}

type Net = Omit<ComparisonRow, 'run' | 'evaluations'> & { readonly subject: Subject };

function netsOf({ paths, config }: ComparedRun, { opener, alpha }: CompareOptions): Net[] {
  const psnr =
    bestCheckpoint(paths, config.checkpoints.best, 'pretraining') ??
    latestCheckpoint(paths, 'pretraining').checkpoint;
  const esrgan = latestCheckpoint(paths, 'training').checkpoint;
  const nets: Net[] = [];
  if (psnr) nets.push(netOf('PSNR', psnr));
  if (esrgan) nets.push(netOf('ESRGAN', esrgan));
  if (psnr && esrgan) nets.push(interpolated(psnr, esrgan));
  return nets;

  function netOf(model: string, checkpoint: Checkpoint): Net {
    const file = opener.weightsOf(checkpoint.path);
    return {
      model,
      checkpoints: [checkpoint.name],
      validation: validationOf(checkpoint),
      subject: {
        name: `${paths.name} ${checkpoint.name}`,
        weights: sha256OfFile(file),
        run: paths,
        open: () => opener.open(file),
      },
    };
  }

  function interpolated(first: Checkpoint, second: Checkpoint): Net {
    const files = [opener.weightsOf(first.path), opener.weightsOf(second.path)] as const;
    const recipe = `interpolated ${alpha} ${files.map(sha256OfFile).join(' ')}`;
    return {
      model: `interpolated ${alpha}`,
      checkpoints: [first.name, second.name],
      validation: null,
      subject: {
        name: `${paths.name} ${first.name} and ${alpha} of ${second.name}`,
        weights: createHash('sha256').update(recipe).digest('hex'),
        run: paths,
        open: () => opener.openInterpolated(...files, alpha),
      },
    };
  }
}

function validationOf({ state: { metrics } }: Checkpoint): Score | null {
  const { psnr, ssim } = metrics;
  return typeof psnr === 'number' && typeof ssim === 'number' ? { psnr, ssim } : null;
}
