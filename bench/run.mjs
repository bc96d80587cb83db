// Our step times over PyTorch's, in one run on one machine: `npm run bench`. PyTorch is Debian's python3-torch.
// The two take turns in rounds, so that a machine whose pace changes is fair to both.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { build } from 'esbuild';

const python = process.env.PYTHON ?? '/usr/bin/python3';
const rounds = 4;
const cases = [
  { name: 'step, 4 blocks, batch 8, LR 32', task: 'step', blocks: 4, batch: 8, side: 32, limit: 1.25 },
  { name: 'step, 6 blocks, batch 2, LR 32', task: 'step', blocks: 6, batch: 2, side: 32, limit: 1.25 },
  { name: 'forward, 2 blocks, LR 128', task: 'forward', blocks: 2, batch: 1, side: 128, limit: 0.8 },
  {
    name: 'GAN step, 2 blocks, batch 4',
    task: 'gan',
    blocks: 2,
    batch: 4,
    side: 32,
    limit: 1,
    ours: 'gan-step',
    theirs: 'gan_step',
  },
];

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
const measure = (program, path, { task, blocks, batch, side }, runs = 5) =>
  JSON.parse(
    execFileSync(program, [path, task, ...[blocks, batch, side, runs].map(String)], {
      encoding: 'utf8',
      env: environment,
    }),
  );

console.log(
  `${cpus()[0].model.trim()}, ${availableParallelism()} threads; medians of ${rounds * 5} runs in ${rounds} rounds\n`,
);
console.log(row('', 'ours ms', 'PyTorch ms', 'ratio', 'limit', 'ours MB', 'PyTorch MB'));
let isWithin = true;
for (const each of cases) {
  const ours = [];
  const theirs = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(measure(process.execPath, `${folder}/${each.ours ?? 'training-step'}.js`, each));
    if (hasTorch) theirs.push(measure(python, `bench/${each.theirs ?? 'training_step'}.py`, each));
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
const deep = measure(
  process.execPath,
  `${folder}/training-step.js`,
  { task: 'step', blocks: 23, batch: 2, side: 32 },
  0,
);
console.log(
  `\nA training session of 23 blocks is ready in ${(deep.compiled / 1000).toFixed(1)} s (limit 8 s).`,
);
if (deep.compiled > 8000) isWithin = false;
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
