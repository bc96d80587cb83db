// Our step times over PyTorch's, in one run on one machine: `npm run bench`, or `node bench/run.mjs ROW…` for the rows
// whose names contain one of the words, such as `'default step'`. PyTorch is Debian's python3-torch.
// The two take turns in rounds, so that a machine whose pace changes is fair to both.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { build } from 'esbuild';

const python = process.env.PYTHON ?? '/usr/bin/python3';
/** Large steps take a minute; each is measured in one round, with two runs. */
const large = { rounds: 1, runs: 2 };
const step = { task: 'step', ours: 'training-step', theirs: 'training_step' };
const gan = { task: 'gan', ours: 'gan-step', theirs: 'gan_step' };
const cases = [
  { name: 'step, 4 blocks, batch 8, LR 32', ...step, blocks: 4, batch: 8, side: 32, limit: 0.7 },
  { name: 'step, 6 blocks, batch 2, LR 32', ...step, blocks: 6, batch: 2, side: 32, limit: 0.8 },
  { name: 'forward, 2 blocks, LR 128', ...step, task: 'forward', blocks: 2, batch: 1, side: 128, limit: 0.8 },
  ...[
    { type: 'compact', blocks: 16, limit: 0.6 },
    // Nearly all of it is convolutions, which PyTorch computes as fast.
    { type: 'span', blocks: 6, limit: 0.8 },
    { type: 'realplksr', blocks: 4, limit: 0.6 },
  ].flatMap(({ type, blocks, limit }) => [
    { name: `${type} step`, ...step, task: `${type}-step`, blocks, batch: 8, side: 32, limit: 0.8 },
    // A megapixel of the result.
    { name: `${type} forward`, ...step, task: `${type}-forward`, blocks, batch: 1, side: 256, limit },
  ]),
  // A megapixel of the default network: 4 times the compact one's at the least.
  {
    name: 'default forward, 23 blocks',
    ...step,
    ...large,
    task: 'forward',
    blocks: 23,
    batch: 1,
    side: 256,
    limit: 0.8,
  },
  { name: 'GAN step, 2 blocks, batch 4', ...gan, blocks: 2, batch: 4, side: 32, limit: 0.9 },
  { name: 'default step, 23, batch 16', ...step, ...large, blocks: 23, batch: 16, side: 32, limit: 0.7 },
  { name: 'default GAN step, 23, batch 16', ...gan, ...large, blocks: 23, batch: 16, side: 32, limit: 0.8 },
  // Growth: these over the two first.
  { name: 'step, 4 blocks, batch 2', ...step, ...large, blocks: 4, batch: 2, side: 32, limit: 0.8 },
  { name: 'step, 4 blocks, batch 16', ...step, ...large, blocks: 4, batch: 16, side: 32, limit: 0.7 },
  { name: 'step, 23 blocks, batch 2', ...step, ...large, blocks: 23, batch: 2, side: 32, limit: 0.8 },
  { name: 'step, 4 blocks, batch 2, LR 48', ...step, ...large, blocks: 4, batch: 2, side: 48, limit: 0.8 },
];

const ready = 'session of 23 blocks';
const asked = process.argv.slice(2);
const isAsked = (name) => asked.length === 0 || asked.some((word) => name.includes(word));
const rows = cases.filter(({ name }) => isAsked(name));
if (rows.length === 0 && !isAsked(ready)) {
  const names = [...cases.map(({ name }) => name), ready].map((name) => `  ${name}`);
  console.error(`No row is called ${asked.join(' or ')}. There are:\n${names.join('\n')}`);
  process.exit(2);
}

const folder = 'build/bench';
await build({
  entryPoints: ['bench/training-step.ts', 'bench/gan-step.ts'],
  outdir: folder,
  bundle: true,
  format: 'esm',
  platform: 'node',
  external: ['onnxruntime-node', 'sharp'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const hasTorch =
  existsSync(python) && attempt(() => execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' }));
if (!hasTorch) console.log('PyTorch is not here (apt-get install python3-torch): only our own times.\n');

// An old OpenBLAS needs these on some processors; PyTorch does not, and they slow it.
const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _size, ...environment } = process.env;
const measure = (program, path, { task, blocks, batch, side, runs = 5 }) =>
  JSON.parse(
    execFileSync(program, [path, task, ...[blocks, batch, side, runs].map(String)], {
      encoding: 'utf8',
      env: environment,
    }),
  );

console.log(
  `${cpus()[0].model.trim()}, ${availableParallelism()} threads; medians of 20 runs in 4 rounds, of large steps 2 runs\n`,
);
if (rows.length > 0) console.log(row('', 'ours ms', 'PyTorch ms', 'ratio', 'limit', 'ours MB', 'PyTorch MB'));
let isWithin = true;
for (const each of rows) {
  const ours = [];
  const theirs = [];
  for (let round = 0; round < (each.rounds ?? 4); round++) {
    ours.push(measure(process.execPath, `${folder}/${each.ours}.js`, each));
    if (hasTorch) theirs.push(measure(python, `bench/${each.theirs}.py`, each));
  }
  const [a, b] = [summary(ours), summary(theirs)];
  const ratio = a.time / b.time;
  if (ratio > each.limit) isWithin = false;
  console.log(
    row(
      each.name,
      ...[a.time, b.time].map(whole),
      fixed(ratio),
      fixed(each.limit),
      megabytes(a.peak),
      megabytes(b.peak),
    ),
  );
}
if (isAsked(ready)) {
  const deep = { task: 'step', blocks: 23, batch: 2, side: 32, runs: 0 };
  const { compiled } = measure(process.execPath, `${folder}/training-step.js`, deep);
  console.log(`\nA training ${ready} is ready in ${(compiled / 1000).toFixed(1)} s (limit 4 s).`);
  if (compiled > 4000) isWithin = false;
}
process.exit(isWithin ? 0 : 1);

function summary(results) {
  const times = results.flatMap(({ times }) => times).sort((x, y) => x - y);
  return { time: times[times.length >> 1] ?? Number.NaN, peak: Math.max(...results.map(({ peak }) => peak)) };
}

function attempt(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function row(name, ...cells) {
  return name.padEnd(32) + cells.map((cell) => cell.padStart(12)).join('');
}

function whole(number) {
  return Number.isFinite(number) ? number.toFixed(0) : '-';
}

function fixed(number) {
  return Number.isFinite(number) ? number.toFixed(2) : '-';
}

function megabytes(bytes) {
  return Number.isFinite(bytes) ? (bytes / 1e6).toFixed(0) : '-';
}
