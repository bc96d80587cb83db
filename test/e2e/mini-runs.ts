import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseDocument } from 'yaml';
import { encodePng } from '../../trainer/data/decode.ts';
import { scenery } from '../unit/trainer/data/images.ts';
import type { Workspace } from './workspace.ts';

const examples = join(import.meta.dirname, '../../examples/seed-runs-mini');
const command = join(import.meta.dirname, '../../dist/esrgan.js');
const suffix = '.esrgan.yaml';

/** Overrides that make training take a second: patches (64 to 96) and blocks (2 to 3) stay, all else is tiny. */
const tiny: readonly (readonly [path: readonly string[], value: unknown])[] = [
  [['engine'], 'cpu'],
  [['pretraining', 'num_step'], 20],
  [['pretraining', 'sched_step'], 10],
  [['training', 'num_step'], 10],
  [['training', 'g_sched_steps'], [5]],
  [['training', 'd_sched_steps'], [5]],
  [['generator', 'rrdb_channels'], 8],
  [['generator', 'growth_channels'], 4],
  [
    ['discriminator', 'vgg_blk_ch'],
    [4, 4, 8, 8, 16, 16],
  ],
  [['validation', 'every_steps'], 10],
  [['samples', 'every_steps'], 10],
  [['samples', 'count'], 2],
  [['checkpoints', 'every_steps'], 10],
  [['checkpoints', 'keep'], 2],
];

/** Names of the runs of `trainMiniRuns`, in the order of their run files. */
export const miniRuns = readdirSync(examples)
  .sort()
  .map((file) => file.replace(suffix, ''));

/** Adds images and the run files of `npm run demo -- --four`, for tiny models, to a workspace and trains both stages. */
export async function trainMiniRuns(workspace: Workspace): Promise<void> {
  for (const [seed, [folder, count]] of Object.entries({ a: 4, b: 2, val: 2 }).entries()) {
    await writeImages(workspace.path(`data/${folder}`), { count, width: 112, height: 100, seed });
  }
  for (const name of miniRuns) {
    const file = parseDocument(readFileSync(join(examples, name + suffix), 'utf8'));
    for (const [path, value] of tiny) file.setIn(path, value);
    workspace.write(name + suffix, file.toString());
    for (const stage of ['pretraining', 'training']) {
      await esrgan(workspace, 'train', name + suffix, '--stage', stage);
    }
  }
}

/** Which images to make. */
export interface ImageSet {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Another seed makes other images. */
  readonly seed: number;
}

/** Makes a folder with images `0.png` and so on, deterministically. */
export async function writeImages(folder: string, { count, width, height, seed }: ImageSet): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < count; index++) {
    const image = scenery(width, height, 3, 100 * seed + index);
    writeFileSync(join(folder, `${index}.png`), await encodePng(image));
  }
}

/** Runs the built command in a workspace's folder; resolves with its output, rejects with its message. */
export async function esrgan({ folder }: Workspace, ...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words], { cwd: folder });
  return stdout;
}
