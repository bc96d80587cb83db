// Trains the four published runs in small, both stages, and compares them: `npm run demo -- --four`.
// It uses the built command, so build before.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareDemoData } from './demo-data.mjs';

const command = fileURLToPath(new URL('../dist/esrgan.js', import.meta.url));
const examples = fileURLToPath(new URL('../examples/seed-runs-mini/', import.meta.url));

/** Every fifth image for training goes into the second set: 4 to 1, as DIV2K's 800 to BSDS500's 200. */
const shareOfB = 5;

/**
 * Trains and compares in `folder`, which is replaced.
 *
 * @param {string} folder
 * @param {string} [vgg] VGG19's weights; absolute; without them the training stage has no perceptual loss
 */
export async function demoFour(folder, vgg) {
  const start = performance.now();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const testSet = await prepareFourSets(join(folder, 'data'));
  const files = await prepareRuns(folder, vgg);
  console.log(
    vgg
      ? `Perceptual loss with ${vgg}.`
      : 'No VGG weights here: the training stage learns from the content and adversarial losses alone. ESRGAN_VGG19 names a file of them.',
  );
  for (const file of files) {
    for (const stage of ['pretraining', 'training']) esrgan('train', file, '--stage', stage);
  }
  const runs = files.map((file) => join(folder, 'runs', nameOf(file)));
  const comparison = ['compare', ...runs, '--data', `marble=${testSet}`];
  esrgan(...comparison);
  console.log(
    `Four runs in ${((performance.now() - start) / 60_000).toFixed(1)} minutes; all is in ${folder}.`,
  );
}

/**
 * Makes the images of both data sets of the four runs.
 *
 * @param {string} folder of `a`, `b`, `val` and `test`, which are replaced
 * @returns {Promise<string>} the folder of the test set
 */
export async function prepareFourSets(folder) {
  const { train, test } = await prepareDemoData(folder);
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  for (const set of [a, b]) await rm(set, { recursive: true, force: true });
  await rename(train, a);
  await mkdir(b);
  for (const [index, name] of (await readdir(a)).sort().entries()) {
    if (index % shareOfB === shareOfB - 1) await rename(join(a, name), join(b, name));
  }
  return test.folder;
}

/** Copies the run files next to the data, with the perceptual loss if its weights are available. */
async function prepareRuns(folder, vgg) {
  await cp(examples, folder, { recursive: true });
  const files = (await readdir(examples)).sort().map((name) => join(folder, name));
  for (const file of vgg ? files : []) {
    const text = await readFile(file, 'utf8');
    const on = text
      .replace(/g_content_loss_scaling: 1 .*/, 'g_content_loss_scaling: 0.01')
      .replace('perceptual_loss: false', `perceptual_loss: { weights: ${JSON.stringify(vgg)} }`);
    await writeFile(file, on);
  }
  return files;
}

function nameOf(file) {
  return /([^/\\]+)\.esrgan\.yaml$/.exec(file)[1];
}

function esrgan(...args) {
  const { status, signal } = spawnSync(process.execPath, [command, ...args], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`esrgan ${args.join(' ')} ended with ${signal ?? status}.`);
}

/** VGG19's weights, if available: the file of ESRGAN_VGG19, or that of `esrgan weights download`. */
export function findVgg() {
  const named = process.env.ESRGAN_VGG19;
  if (named && !existsSync(named)) throw new Error(`ESRGAN_VGG19 is ${named}, which does not exist.`);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return [named, join(cache, 'esrgan-workbench', 'vgg19.safetensors')].find(
    (path) => path && existsSync(path),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await demoFour(fileURLToPath(new URL('../demo/four', import.meta.url)), findVgg());
}
