import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { prepareFourSets } from '../../scripts/demo-four.mjs';
import { readRun } from '../../trainer/runs/list.ts';

const command = fileURLToPath(new URL('../../dist/esrgan.js', import.meta.url));
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const earth = fileURLToPath(
  new URL('../../node_modules/three-globe/example/img/earth-blue-marble.jpg', import.meta.url),
);

/** An image to upscale, at the top of the workspace. */
export const imageName = 'nile-delta.png';

/** A workspace with real images and runs. */
export interface ScreenshotWorkspace {
  readonly folder: string;
  /** Names of the four compared runs, all finished. */
  readonly compared: readonly string[];
}

/**
 * Makes a workspace of satellite imagery: `first-run.esrgan.yaml`, an image to upscale, and the four runs of
 * `examples/seed-runs-mini`, both stages, evaluated on a test set. Finished runs are reused, so that screenshots can be
 * retaken without training.
 *
 * @param folder made if missing
 */
export async function prepareScreenshotWorkspace(folder: string): Promise<ScreenshotWorkspace> {
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data');
  if (!existsSync(data)) await prepareFourSets(data);
  await cutImage(join(folder, imageName));
  const first = readFileSync(join(examples, 'workspace/first-run.esrgan.yaml'), 'utf8')
    .replace('train: data/train', 'train: data/a')
    .replaceAll('every_steps: 250', 'every_steps: 50');
  writeFileSync(join(folder, 'first-run.esrgan.yaml'), first);
  rmSync(join(folder, 'runs/first-run'), { recursive: true, force: true });
  const compared = readdirSync(join(examples, 'seed-runs-mini'))
    .sort()
    .map((file) => trainOnce(folder, file));
  const runs = compared.map((name) => join('runs', name));
  const sets = { a: 'val', marble: 'test' };
  const tests = Object.entries(sets).flatMap(([name, set]) => ['--data', `${name}=${join(data, set)}`]);
  esrgan(folder, 'compare', ...runs, ...tests);
  return { folder, compared };
}

/** The coast of Egypt with the delta of the Nile. */
async function cutImage(path: string): Promise<void> {
  await sharp(earth).extract({ left: 2330, top: 560, width: 480, height: 300 }).toFile(path);
}

/** @returns the run's name */
function trainOnce(folder: string, file: string): string {
  const name = file.replace('.esrgan.yaml', '');
  const run = join(folder, 'runs', name);
  const known = readRun(run, Date.now())?.status;
  if (known?.state === 'finished' && known.stage === 'training') return name;
  rmSync(run, { recursive: true, force: true });
  copyFileSync(join(examples, 'seed-runs-mini', file), join(folder, file));
  for (const stage of ['pretraining', 'training']) esrgan(folder, 'train', file, '--stage', stage);
  return name;
}

function esrgan(folder: string, ...args: readonly string[]): void {
  const { status, signal } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`esrgan ${args.join(' ')} ended with ${signal ?? status}.`);
}
