import { imageSources, type ResolvedConfig } from '../../config/index.ts';
import { keysOfStage, type Stage, stages } from '../../run-state/run-state.ts';
import { type Manifest, trainedStages } from '../../runs/manifest.ts';
import type { RunPaths } from '../../runs/run-directory.ts';

/** A run to compare. */
export interface ComparedRun {
  /** As it is shown; see `distinctNames`. */
  readonly name: string;
  readonly paths: RunPaths;
  readonly config: ResolvedConfig;
  readonly manifest: Manifest;
}

/**
 * The settings of run files that have affected training: without names and paths, stages that none of the runs has trained,
 * and data sets that no trained stage uses. Of runs that have trained nothing yet, all stages count.
 */
export function comparedSettings(
  runs: readonly { readonly config: ResolvedConfig; readonly manifest: Manifest | undefined }[],
): object[] {
  const trainedBy = ({ manifest }: (typeof runs)[number]) =>
    manifest === undefined ? [] : trainedStages(manifest);
  const isAnyTrained = runs.some((run) => trainedBy(run).length > 0);
  const usedBy = (run: (typeof runs)[number]) => (isAnyTrained ? trainedBy(run) : stages);
  const unused = stages
    .filter((stage) => !runs.some((run) => usedBy(run).includes(stage)))
    .flatMap((stage) => keysOfStage[stage]);
  const names = runs.flatMap((run) =>
    usedBy(run).flatMap((stage) => [...run.config[stage].train_datasets, ...run.config[stage].val_datasets]),
  );
  return runs.map(({ config: { name, runs_dir, data_dir, datasets, ...rest } }) => ({
    ...Object.fromEntries(Object.entries(rest).filter(([key]) => !unused.includes(key))),
    datasets: Object.fromEntries(Object.entries(datasets).filter(([each]) => names.includes(each))),
  }));
}

/**
 * Why numbers of these runs are not comparable: different scales, validation images of a stage that they have trained, or
 * training data of the same name. One sentence each.
 */
export function comparabilityWarnings(runs: readonly ComparedRun[]): string[] {
  const withStage = (stage: Stage) => runs.filter(({ manifest }) => trainedStages(manifest).includes(stage));
  const names = [...new Set(runs.flatMap(({ manifest }) => Object.keys(manifest.data)))];
  return [
    ...disagreement(
      runs,
      'The runs upscale by different factors, so their numbers are not comparable',
      ({ config }) => `x${config.scale_factor}`,
    ),
    ...disagreement(
      runs,
      'The runs are validated on different crops, so their validation is not comparable',
      ({ config }) => validationCrop(config),
    ),
    ...stages.flatMap((stage) =>
      disagreement(
        withStage(stage),
        `The runs are validated on different images in ${stage}, so their validation is not comparable`,
        ({ config }) => validationImages(config, stage),
      ),
    ),
    ...names.flatMap((name) =>
      disagreement(
        runs.filter(({ manifest }) => manifest.data[name] !== undefined),
        `The runs were trained on different files under the name ${name}`,
        ({ manifest }) => `${manifest.data[name]?.files} files, ${manifest.data[name]?.sha256.slice(0, 8)}`,
      ),
    ),
  ];
}

/** The size of the validation crops and the number of images, as text. */
export function validationCrop({ validation }: ResolvedConfig): string {
  return `${validation.crop_size?.join('x') ?? 'whole images'}, ${validation.max_images ?? 'all'} images`;
}

/** The validation images of a stage, as text. */
export function validationImages(config: ResolvedConfig, stage: Stage): string {
  const sources = imageSources(config, stage, 'val').map(
    ({ hr, lr, meta_info, downscale }) =>
      `${hr}${meta_info === undefined ? '' : ` (${meta_info})`} with ${lr ?? `LR by ${downscale}`}`,
  );
  return sources.join(' and ') || 'none';
}

function disagreement(
  runs: readonly ComparedRun[],
  what: string,
  describe: (run: ComparedRun) => string,
): string[] {
  const texts = runs.map(describe);
  if (new Set(texts).size <= 1) return [];
  return [`${what} (${runs.map(({ name }, i) => `${name}: ${texts[i]}`).join('; ')}).`];
}
