import { resolve } from 'node:path';
import type { TrainingPatches } from '../cli-output/training-patches.ts';
import { configForStage, type ResolvedConfig, readRunFile, totalSteps } from '../config/index.ts';
import { createImageCache, type ImageCache } from '../data/image-cache.ts';
import { type PreviewPatch, previewBatch } from '../data/preview-batch.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Stage } from '../run-state/run-state.ts';
import { loaderOptions, pairedSources, pairsOf } from '../stages/training-data.ts';

/** Which patches of a run file to make. */
export interface PatchesQuery {
  /** Path and text of the run file. */
  readonly file: string;
  readonly text: string;
  readonly stage: Stage;
  readonly step: number;
  /** By default all of the batch. */
  readonly count?: number;
  /** Indices of operations to leave out. */
  readonly without: (config: ResolvedConfig) => readonly number[];
}

/** Makes patches of run files, one query after another; decoded images stay in memory. */
export interface PatchMaker {
  /**
   * @param save what the result has in place of a patch's LR and HR images
   * @throws WorkbenchError `config` if the run file has errors, `usage` if it has no such step, `data` if images are missing
   */
  make(
    query: PatchesQuery,
    save: (
      patch: PreviewPatch,
      slot: number,
    ) => Promise<Pick<TrainingPatches['patches'][number], 'lr' | 'hr'>>,
    signal?: AbortSignal,
  ): Promise<TrainingPatches>;
}

export function createPatchMaker(): PatchMaker {
  let known: { readonly key: string; readonly cache: ImageCache } | undefined;

  return {
    async make({ file, text, stage, step, count, without }, save, signal) {
      // Without a look at the disk: missing weights, for example, have no effect on patches.
      const { config } = configForStage(file, readRunFile(text, { file: resolve(file) }), stage);
      const options = loaderOptions(config, stage, pairsOf(pairedSources(config, stage, 'train')));
      const { pairs, scale, channels, degradation, cacheBytes } = options;
      const isMixed = (options.degradationProbability ?? 1) < 1;
      const key = JSON.stringify([pairs, scale, channels, degradation.length > 0, isMixed, cacheBytes]);
      if (known?.key !== key) known = { key, cache: createImageCache(cacheBytes) };
      const off = new Set(without(config));
      const batch = await previewBatch(options, {
        step,
        ...(count !== undefined && { count }),
        without: off,
        cache: known.cache,
        ...(signal && { signal }),
      });
      const steps = totalSteps(config[stage], batch.stepsPerEpoch);
      if (step > steps) {
        throw new WorkbenchError('usage', `Step ${step} is after the last one: ${stage} has ${steps} steps.`);
      }
      const [height, width] = config[stage].cr_patch_size;
      return {
        stage,
        step,
        steps,
        epoch: batch.epoch,
        scale,
        width: width / scale,
        height: height / scale,
        batchSize: batch.batchSize,
        operations: degradation.map(({ op }, index) => ({ op, isOff: off.has(index) })),
        patches: await Promise.all(
          batch.patches.map(async (patch, slot) => ({
            image: patch.files.hr,
            applied: patch.applied,
            ...(await save(patch, slot)),
          })),
        ),
      };
    },
  };
}

/**
 * The indices of operations by their names, or by their places from 1.
 *
 * @throws WorkbenchError `usage` if there is no such operation, or it cannot be left out
 */
export function operationsNamed(names: readonly string[], { degradation }: ResolvedConfig): number[] {
  return names.flatMap((name) => {
    const found = degradation.flatMap(({ op }, index) =>
      op === name || String(index + 1) === name ? [index] : [],
    );
    if (found.length === 0) {
      const list = degradation.map(({ op }, index) => `${index + 1} ${op}`).join(', ');
      const has = degradation.length > 0 ? `has ${list}` : 'is empty';
      throw new WorkbenchError('usage', `\`degradation\` has no operation ${name}: it ${has}.`);
    }
    if (found.some((index) => degradation[index]?.op === 'downscale'))
      throw new WorkbenchError('usage', '`downscale` cannot be left out: it makes the size of the LR patch.');
    return found;
  });
}
