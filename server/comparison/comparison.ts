import { WorkbenchError } from '../../trainer/errors/errors.ts';
import {
  comparabilityWarnings,
  type ComparedRun as RunFile,
  validationCrop,
  validationImages,
} from '../../trainer/evaluate/results/comparability.ts';
import { distinctNames } from '../../trainer/evaluate/results/distinct-names.ts';
import { bicubicSha256, listEvaluations } from '../../trainer/evaluate/results/evaluation-files.ts';
import { publishedResults } from '../../trainer/evaluate/results/published.ts';
import type { KnownTestSet } from '../../trainer/evaluate/results/test-set.ts';
import { stages } from '../../trainer/run-state/run-state.ts';
import { listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import {
  bicubicModel,
  type Comparison,
  type ComparisonQuery,
  type ModelChoice,
  maximumComparedRuns,
  type PublishedRow,
} from '../protocol/comparison.ts';
import { type ChosenModel, chosenModels } from './chosen-models.ts';
import type { OpenedRun } from './compared-run.ts';
import { buildTable, type ModelRow } from './table.ts';

/** What is known of a run besides its directory. */
export interface RunExtras {
  readonly color: number;
  /** The last value by tag; only of external runs. */
  readonly scalars: Readonly<Record<string, number | null>>;
}

/** Throws a `usage` error where a query names no run, or too many. */
export function checkQuery({ runs }: Pick<ComparisonQuery, 'runs'>): void {
  if (runs.length >= 1 && runs.length <= maximumComparedRuns) return;
  throw new WorkbenchError(
    'usage',
    `${runs.length} runs cannot be compared at once: choose 1 to ${maximumComparedRuns}.`,
  );
}

/** The comparison of the runs of a query. `extras` is in the order of `runs`. Reads files only. */
export function compareOpened(
  query: ComparisonQuery,
  runs: readonly OpenedRun[],
  extras: readonly RunExtras[],
  testSets: readonly KnownTestSet[],
): Comparison {
  const names = distinctNames(runs.map(({ paths }) => paths.root));
  const named = runs.map((run, index) => ({ ...run, name: names[index] ?? run.paths.name }));
  const rows = named.flatMap((run, index) =>
    run.kind === 'external' ? [externalRow(run, extras[index]?.scalars ?? {})] : modelRows(run, query.models),
  );
  const references = bicubicRows(named);
  const { protocols, baseline } = query;
  return {
    runs: named.map(({ paths, name, kind, config }, index) => ({
      run: paths.root,
      name,
      color: extras[index]?.color ?? 0,
      kind,
      scale: config?.scale_factor ?? null,
    })),
    ...buildTable([...rows, ...references], { testSets, protocols, baseline }),
    warnings: comparabilityWarnings(named.flatMap(runFileOf)),
    published: publishedRows(),
  };
}

/** A run with the name under which it is shown. */
type NamedRun = OpenedRun & { readonly name: string };

function runFileOf({ name, paths, config, manifest }: NamedRun): RunFile[] {
  return config === undefined || manifest === undefined ? [] : [{ name, paths, config, manifest }];
}

function modelRows(run: NamedRun, models: readonly ModelChoice[]): ModelRow[] {
  const evaluations = listEvaluations(run.paths);
  return chosenModels(run, models).map((model) => ({
    id: `${run.paths.root}|${JSON.stringify(models[model.choice])}`,
    run: run.paths.root,
    name: run.name,
    isReference: false,
    choice: model.choice,
    label: model.label,
    model: model.reference,
    checkpoints: model.checkpoints,
    validation: model.checkpoints.length === 1 ? model.checkpoints[0]?.state.metrics : undefined,
    weights: model.weights,
    scale: run.config?.scale_factor ?? null,
    evaluations,
    validatedOn: validatedOn(run, model),
    scalars: {},
  }));
}

function validatedOn(
  { config }: OpenedRun,
  { checkpoints: [checkpoint] }: Pick<ChosenModel, 'checkpoints'>,
): string | undefined {
  if (config === undefined || checkpoint === undefined) return undefined;
  return `${validationCrop(config)} of ${validationImages(config, checkpoint.state.stage)}`;
}

/**
 * Bicubic upscaling: a row for each scale, with what any of the runs has stored; where validation used several sets of
 * images, one more for each.
 */
function bicubicRows(runs: readonly NamedRun[]): ModelRow[] {
  const scales = new Set(runs.flatMap(({ config }) => config?.scale_factor ?? []));
  return [...scales].flatMap((scale) => {
    const own = runs.filter(({ config }) => config?.scale_factor === scale);
    const validations = new Map(own.flatMap(bicubicValidations).map((each) => [each.validatedOn, each]));
    const [first, ...others] = validations.values();
    const run = own[0]?.paths.root ?? '';
    const row = {
      name: 'bicubic',
      isReference: true,
      choice: null,
      checkpoints: [],
      scale,
      scalars: {},
    };
    return [
      {
        ...row,
        id: `bicubic|${scale}`,
        run,
        label: `x${scale}`,
        model: { run, checkpoint: bicubicModel, interpolatedWith: null },
        weights: bicubicSha256(scale),
        evaluations: own.flatMap(({ paths }) => listEvaluations(paths)),
        validation: first?.validation,
        validatedOn: first?.validatedOn,
      },
      ...others.map((other, index) => ({
        ...row,
        id: `bicubic|${scale}|${index + 1}`,
        run: other.run,
        label: `x${scale}, validation of ${other.name}`,
        model: null,
        weights: undefined,
        evaluations: [],
        validation: other.validation,
        validatedOn: other.validatedOn,
      })),
    ];
  });
}

/** What validation measured of bicubic upscaling, for each stage. */
function bicubicValidations(run: NamedRun) {
  return stages.flatMap((stage) => {
    const checkpoint = listCheckpoints(run.paths, stage).findLast(
      ({ state }) => state.metrics.bicubic_psnr !== undefined,
    );
    if (checkpoint === undefined) return [];
    const prefix = 'bicubic_';
    const measured = Object.entries(checkpoint.state.metrics).filter(([name]) => name.startsWith(prefix));
    return [
      {
        run: run.paths.root,
        name: run.name,
        validatedOn: validatedOn(run, { checkpoints: [checkpoint] }),
        validation: Object.fromEntries(
          measured.map(([name, value]) => [name.slice(prefix.length), value] as const),
        ),
      },
    ];
  });
}

function externalRow({ name, paths }: NamedRun, scalars: RunExtras['scalars']): ModelRow {
  return {
    id: paths.root,
    run: paths.root,
    name,
    isReference: false,
    choice: null,
    label: 'scalars',
    model: null,
    checkpoints: [],
    validation: undefined,
    weights: undefined,
    scale: null,
    evaluations: [],
    validatedOn: undefined,
    scalars,
  };
}

function publishedRows(): PublishedRow[] {
  return publishedResults.flatMap(({ title, set5, set14 }) =>
    Object.entries({ set5, set14 }).map(([data, { psnr, ssim }]) => ({
      title,
      note: `The original program published this of its run: the best single image of ${data} under protocol seed. It is no mean and compares with the highest image of a row under that protocol alone.`,
      data,
      protocol: 'seed',
      psnr,
      ssim,
    })),
  );
}
