import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '../../../../trainer/data/decode.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { initialRrdb } from '../../../../trainer/models/rrdb/initial.ts';
import type { RrdbOptions } from '../../../../trainer/models/rrdb/shapes.ts';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { type Checkpoint, writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory, type RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { encodeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { generatorMetadata } from '../../../../trainer/weights/generator-file.ts';
import { scenery } from '../../trainer/data/images.ts';
import { stateAt } from '../../trainer/runs/checkpoint-fixture.ts';

/** A model that takes milliseconds. */
export const tinyModel: RrdbOptions = {
  type: 'rrdb',
  img_channels: 3,
  scale_factor: 4,
  rrdb_channels: 4,
  growth_channels: 2,
  num_basic_blocks: 1,
  num_dense_blocks: 1,
  num_residual_blocks: 2,
  residual_scaling: 0.2,
  use_subpixel_conv: false,
};

/** A temporary folder with the test set `data/tiny` of two images; `remove` deletes it. */
export async function comparisonWorkspace(): Promise<{
  readonly folder: string;
  readonly testSet: string;
  remove(): void;
}> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'esrgan-comparison-')));
  const testSet = join(folder, 'data', 'tiny');
  mkdirSync(join(testSet, 'HR'), { recursive: true });
  for (const seed of [1, 2]) {
    writeFileSync(join(testSet, 'HR', `${seed}.png`), await encodePng(scenery(64, 48, 3, seed)));
  }
  return {
    folder,
    testSet,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }),
  };
}

/** A run with real, tiny, random models: its name decides the numbers. `lines` are of its run file. */
export function writeRun(
  folder: string,
  name: string,
  checkpoints: readonly { readonly stage: Stage; readonly step: number; readonly psnr?: number }[],
  lines: readonly string[] = [],
): RunPaths {
  const paths = createRunDirectory(join(folder, 'runs', name));
  const data = { path: join(folder, 'data', 'tiny'), files: 8, bytes: 9, sha256: 'da7a' };
  createManifest(paths, { seed: 0, configHash: 'c0', data: { tiny: data }, ancestry: [] });
  const text = [
    `name: ${name}`,
    `runs_dir: ${join(folder, 'runs')}`,
    `data_dir: ${join(folder, 'data')}`,
    'batch_size: 4',
    'datasets: { tiny: { hr: data/tiny/HR } }',
    'pretraining: { train_datasets: [tiny], val_datasets: [tiny] }',
    'training: { train_datasets: [tiny], val_datasets: [tiny] }',
    ...lines,
  ];
  writeFileSync(paths.config, `${text.join('\n').replaceAll('data/tiny', join(folder, 'data', 'tiny'))}\n`);
  for (const checkpoint of checkpoints) writeTinyCheckpoint(paths, checkpoint);
  return paths;
}

/** A checkpoint whose model is random by `seed`, by default its place. */
export function writeTinyCheckpoint(
  paths: RunPaths,
  { stage, step, psnr }: { readonly stage: Stage; readonly step: number; readonly psnr?: number },
  seed = `${paths.name} ${stage} ${step}`,
): Checkpoint {
  const weights = initialRrdb(tinyModel, createRandom(1, seed));
  const chunks = encodeSafetensors(weights, generatorMetadata(tinyModel));
  const metrics = psnr === undefined ? {} : { psnr, ssim: psnr / 50, psnr_y: psnr + 1 };
  return writeCheckpoint(
    paths,
    [{ name: 'generator.safetensors', chunks }],
    stateAt(step, { stage, metrics }),
  );
}
