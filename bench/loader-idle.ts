// Whether the loader starves the engine: the demo's run with the second-order degradation `real-esrgan`, by the built command.
// Prints the fraction of the time in which the engine waited for a batch, and the processor time of the loader for a batch.
// node scripts/run-typescript.mjs bench/loader-idle.ts [STEPS] [PRESET], after `npm run bundle`, on an otherwise idle machine.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunFile } from '../trainer/config/index.ts';
import { openLoader } from '../trainer/data/loader.ts';
import { createRunReader } from '../trainer/runs/event-reader.ts';
import { loaderOptions, pairedSources, pairsOf } from '../trainer/stages/training-data.ts';

const [steps = '300', preset = 'real-esrgan'] = process.argv.slice(3);
const folder = 'build/bench-loader-idle';
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

function node(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
}

const data = `import { prepareDemoData } from './scripts/demo-data.mjs'; await prepareDemoData('${folder}/data');`;
node('--input-type=module', '-e', data);
const demo = readFileSync('examples/blue-marble.esrgan.yaml', 'utf8')
  .replaceAll('../demo/', '')
  .replace('../media/', '../../media/')
  .replace('engine: auto', 'engine: cpu')
  .replace(/num_step: \d+/, `num_step: ${steps}`)
  // No validations in between, and a point of the curves every 20 steps.
  .replace(/every_steps: \d+/g, 'every_steps: 1000000');
const file = join(folder, 'idle.esrgan.yaml');
writeFileSync(file, `${demo}degradation: ${preset}\nlog_every_steps: 20\n`);

const { config } = readRunFile(readFileSync(file, 'utf8'), { file });
if (!config) throw new Error(`${file} has errors.`);
const options = loaderOptions(config, 'pretraining', pairsOf(pairedSources(config, 'pretraining', 'train')));
const loader = await openLoader({ ...options, workers: 1, startStep: 0 });
const batches = 40;
for (let i = 0; i < 10; i++) await loader.next();
const before = process.cpuUsage();
for (let i = 0; i < batches; i++) await loader.next();
const { user, system } = process.cpuUsage(before);
await loader.close();

node('dist/esrgan.js', 'train', file);
const reader = createRunReader(join(folder, 'runs/blue-marble'));
const points = [...reader.read()].flat().flatMap((item) => (item.kind === 'sessionStart' ? [] : item));
/** Of the points after the first, in which programs are compiled and images decoded. */
const mean = (tag: string) => {
  const values = points.filter((point) => point.tag === `machine/${tag}`).slice(1);
  return values.reduce((sum, { value }) => sum + value, 0) / values.length;
};
console.log(
  `${preset}, ${config.batch_size} patches of ${config.pretraining.cr_patch_size.join('x')} a step`,
);
console.log(`loader: ${((user + system) / 1000 / batches).toFixed(0)} ms of a processor for a batch`);
console.log(
  `engine: waits ${(100 * mean('loader_idle_share')).toFixed(1)} % of the time, at ${mean('steps_per_second').toFixed(2)} steps/s`,
);
