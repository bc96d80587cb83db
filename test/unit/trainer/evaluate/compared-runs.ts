import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { encodePng } from '../../../../trainer/data/decode.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import type { ComparedRun } from '../../../../trainer/evaluate/results/comparability.ts';
import { fingerprintTestSet, type KnownTestSet } from '../../../../trainer/evaluate/results/test-set.ts';
import type { ModelOpener } from '../../../../trainer/evaluate/subject.ts';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createManifest, readManifest, recordStart } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory } from '../../../../trainer/runs/run-directory.ts';
import { bicubicUpscaler } from '../../../../trainer/upscale/bicubic.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';
import { scenery, temporaryFolder } from '../data/images.ts';
import { stateAt } from '../runs/checkpoint-fixture.ts';

/** A checkpoint of a run under test: its net is bicubic and then this much brighter, in levels of 255. */
export interface FakeCheckpoint {
  readonly stage: Stage;
  readonly step: number;
  readonly error: number;
  /** Of its validation. */
  readonly psnr?: number;
}

/** A run with these checkpoints, of this run file. */
export function fakeRun(
  name: string,
  text: string,
  checkpoints: readonly FakeCheckpoint[],
  dataSha256 = 'da7a',
): ComparedRun {
  const paths = createRunDirectory(join(temporaryFolder(), name));
  const data = { path: '/a', files: 3, bytes: 9, sha256: dataSha256 };
  createManifest(paths, { seed: 0, configHash: 'c0', data: { a: data }, ancestry: [] });
  writeFileSync(paths.config, text);
  for (const stage of new Set(checkpoints.map(({ stage }) => stage)))
    recordStart(paths, { stage, step: 0, toolVersion: '1', engine: 'cpu', device: 'a' });
  for (const { stage, step, error, psnr } of checkpoints) {
    const bicubic = { bicubic_psnr: 28.5, bicubic_ssim: 0.7 };
    const metrics = psnr === undefined ? {} : { psnr, ssim: psnr / 50, ...bicubic };
    const files = [{ name: 'generator.safetensors', chunks: [Buffer.from(String(error))] }];
    writeCheckpoint(paths, files, stateAt(step, { stage, metrics }));
  }
  const { config, problems } = readRunFile(text, { file: paths.config });
  const manifest = readManifest(paths);
  if (!config || !manifest) throw new Error(JSON.stringify(problems));
  return { name, paths, config, manifest };
}

/** Opens the nets of `fakeRun`; `opened` are their errors. */
export function fakeOpener(): ModelOpener & { readonly opened: number[] } {
  const opened: number[] = [];
  const read = (file: string) => Number(readFileSync(file, 'utf8'));
  const open = async (error: number) => {
    opened.push(error);
    return brighter(error);
  };
  return {
    opened,
    open: (file) => open(read(file)),
    openInterpolated: (first, second, alpha) => open((1 - alpha) * read(first) + alpha * read(second)),
  };
}

function brighter(error: number): Upscaler {
  const bicubic = bicubicUpscaler(4);
  return {
    ...bicubic,
    async upscale(image) {
      const result = await bicubic.upscale(image);
      return { ...result, data: result.data.map((value) => value + error / 255) };
    },
  };
}

/** A test set of two images. */
export async function fakeTestSet(name: string): Promise<KnownTestSet> {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'HR'));
  const images: Image[] = [scenery(48, 48, 3, 1), scenery(48, 48, 3, 2)];
  for (const [i, image] of images.entries())
    writeFileSync(join(dir, 'HR', `${i}.png`), await encodePng(image));
  return fingerprintTestSet({ name, dir });
}
