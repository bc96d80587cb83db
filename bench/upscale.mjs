// Upscaling of a 12-megapixel photo over the same network in PyTorch, in one run on one machine: part of `npm run bench`.
// Both read a PNG, upscale it with the model that comes along and write a PNG, each in a process of its own. PyTorch goes
// through the photo in tiles, as Real-ESRGAN does, and through a part of it whole: the whole of it whole would need
// more memory than most machines have.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

const python = process.env.PYTHON ?? '/usr/bin/python3';
const model = 'media/models/faithful-x4.safetensors';
const limits = { time: 0.7, memory: 0.5 };
const cases = [
  { name: 'photo of 12 MP, PyTorch in tiles', width: 4000, height: 3000, tile: 400 },
  { name: 'part of 0.75 MP, PyTorch untiled', width: 1000, height: 750, tile: 0 },
];
const reportPeak =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS*1024))';

if (!existsSync(python) || spawnSync(python, ['-c', 'import torch, PIL']).status !== 0) {
  console.log(
    'PyTorch is not here (apt-get install python3-torch python3-pil): nothing to compare upscaling with.',
  );
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'esrgan-bench-'));
try {
  const weights = join(folder, 'model.pth');
  esrgan('convert', model, weights);
  console.log(`${cpus()[0].model.trim()}, ${availableParallelism()} threads; ${model}\n`);
  console.log(
    row('', 'ours s/MP', 'PyTorch s/MP', 'ratio', 'limit', 'ours MB', 'PyTorch MB', 'ratio', 'limit'),
  );
  const results = [];
  for (const each of cases) results.push(await compare(each, weights));
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Prints a line, and says whether both ratios keep their limits. */
async function compare({ name, width, height, tile }, weights) {
  const photo = join(folder, 'photo.png');
  await sharp('node_modules/three-globe/example/img/earth-blue-marble.jpg')
    .resize(4000, 3000, { fit: 'cover' })
    .extract({ left: 0, top: 0, width, height })
    .png()
    .toFile(photo);
  const started = performance.now();
  const peak = esrgan(
    'upscale',
    photo,
    '--model',
    model,
    '--engine',
    'cpu',
    '--out',
    join(folder, 'ours'),
    '--overwrite',
  );
  const ours = { seconds: (performance.now() - started) / 1000, peak };
  const theirs = JSON.parse(
    execFileSync(python, ['bench/upscale.py', photo, weights, join(folder, 'theirs.png'), String(tile)], {
      encoding: 'utf8',
    }),
  );
  const time = ours.seconds / theirs.seconds;
  const memory = ours.peak / theirs.peak;
  const megapixels = (width * height * 16) / 1e6;
  const perMegapixel = ({ seconds }) => (seconds / megapixels).toFixed(3);
  const megabytes = ({ peak }) => (peak / 1e6).toFixed(0);
  console.log(
    row(
      name,
      perMegapixel(ours),
      perMegapixel(theirs),
      time.toFixed(2),
      String(limits.time),
      megabytes(ours),
      megabytes(theirs),
      memory.toFixed(2),
      String(limits.memory),
    ),
  );
  return time <= limits.time && memory <= limits.memory;
}

/** Runs our command and gives its peak memory in bytes. */
function esrgan(...args) {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', reportPeak, 'dist/esrgan.js', ...args],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(/peak (\d+)$/.exec(stderr)?.[1]);
}

function row(name, ...cells) {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(13)).join('');
}
