import { imageSources, type ResolvedConfig } from '../../config/index.ts';
import { type Stage, stages } from '../../run-state/run-state.ts';
import type { Manifest } from '../../runs/manifest.ts';
import type { RunPaths } from '../../runs/run-directory.ts';

/** A run to be compared. */
export interface ComparedRun {
  readonly paths: RunPaths;
  readonly config: ResolvedConfig;
  readonly manifest: Manifest;
}

/** Of a run file, what is told apart: a run's name one knows already, and a path that differs is no other training. */
export function comparedSettings({ name, runs_dir, data_dir, ...rest }: ResolvedConfig): object {
  return rest;
}

/**
 * Why numbers of these runs must not be compared: another scale, validation on other pixels, or training data that
 * changed under the same name. One sentence each.
 */
export function comparabilityWarnings(runs: readonly ComparedRun[]): string[] {
  const names = [...new Set(runs.flatMap(({ manifest }) => Object.keys(manifest.data)))];
  return [
    ...disagreement(
      runs,
      'The runs upscale by different factors: no number of one compares with one of another',
      ({ config }) => `x${config.scale_factor}`,
    ),
    ...disagreement(
      runs,
      'The runs are validated on different crops: their validation does not compare',
      ({ config }) => validationCrop(config),
    ),
    ...stages.flatMap((stage) =>
      disagreement(
        runs,
        `The runs are validated on different images in ${stage}: their validation does not compare`,
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

/** Which pixels of how many images a run is validated on, in words. */
export function validationCrop({ validation }: ResolvedConfig): string {
  return `${validation.crop_size?.join('x') ?? 'whole images'}, ${validation.max_images ?? 'all'} images`;
}

/** Which images a run is validated on in a stage, in words. */
export function validationImages(config: ResolvedConfig, stage: Stage): string {
  const sources = imageSources(config, stage, 'val').map(
    ({ hr, lr, downscale }) => `${hr} with ${lr ?? `LR by ${downscale}`}`,
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
  return [`${what} (${runs.map(({ paths }, i) => `${paths.name}: ${texts[i]}`).join('; ')}).`];
}
