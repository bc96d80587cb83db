import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { imageSources, patchesPerStep, type ResolvedConfig } from '../config/index.ts';
import { type FilePair, filePairs } from '../data/datasets.ts';
import type { LoaderOptions } from '../data/loader.ts';
import { portablePath } from '../files/paths.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { DataFingerprint, Manifest } from '../runs/manifest.ts';
import { sha256OfText } from '../runs/sha256.ts';

/** A dataset and its files. */
interface PairedSource {
  readonly name: string;
  /** Of its HR images. */
  readonly path: string;
  readonly pairs: readonly FilePair[];
}

export function pairedSources(config: ResolvedConfig, stage: Stage, split: 'train' | 'val'): PairedSource[] {
  return imageSources(config, stage, split).map((source) => ({
    name: source.name,
    path: source.hr,
    pairs: filePairs(source, config.scale_factor),
  }));
}

/** A pair with the name of its data set. */
export interface ValidationPair extends FilePair {
  readonly dataset: string;
}

/** The validation images of a stage, in the order of `val_datasets`. */
export function validationPairsOf(config: ResolvedConfig, stage: Stage): ValidationPair[] {
  return pairedSources(config, stage, 'val').flatMap(({ name, pairs }) =>
    pairs.map((pair) => ({ ...pair, dataset: name })),
  );
}

export function pairsOf(sources: readonly PairedSource[]): FilePair[] {
  return sources.flatMap(({ pairs }) => pairs);
}

/** How a stage of a run loads its training examples, but for the step that it starts at. */
export function loaderOptions(
  config: ResolvedConfig,
  stage: Stage,
  pairs: readonly FilePair[],
): Omit<LoaderOptions, 'startStep'> {
  return {
    pairs,
    scale: config.scale_factor,
    patch: config[stage].cr_patch_size,
    batchSize: patchesPerStep(config),
    channels: config.img_channels,
    augmentation: config.augmentation,
    degradation: config.degradation,
    degradationProbability: config.degradation_probability,
    seed: config.seed,
    stage,
    cacheBytes: config.cache_mb * 2 ** 20,
    ...(config.workers === null ? {} : { workers: config.workers }),
  };
}

export function fingerprints(sources: readonly PairedSource[]): Manifest['data'] {
  return Object.fromEntries(sources.map((each) => [each.name, fingerprint(each)]));
}

/** Sentences about the datasets that changed since an earlier session. */
export function dataChanges(before: Manifest, now: Manifest['data']): string[] {
  return Object.entries(now).flatMap(([name, { files, sha256 }]) => {
    const old = before.data[name];
    if (old === undefined || old.sha256 === sha256) return [];
    return `The dataset ${name} has changed since the run was last trained on it: ${old.files} files before, ${files} now, or other names or sizes.`;
  });
}

function fingerprint({ path, pairs }: PairedSource): DataFingerprint {
  const files = pairs.flatMap(({ hr, lr }) => (lr ? [hr, lr] : [hr]));
  const sizes = files.map((file) => statSync(file).size);
  const lines = files.map((file, index) => `${portablePath(relative(path, file))}\t${sizes[index]}`);
  return {
    path,
    files: files.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    sha256: sha256OfText(lines.sort().join('\n')),
  };
}
