// Upscales a photo of 100 megapixels in 2 GB of memory: `node bench/large-photo.mjs [MODEL]`, by default with a tiny
// network that it makes, because the bundled model takes a quarter of an hour. It prints the peak of what the process
// itself holds, and of what a cgroup counts, which contains the page cache. Where no cgroup can be made (that takes
// root), nothing limits the memory.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';

const limit = 2 * 1024 ** 3;
const photo = { width: 12_000, height: 8400 };
const esrgan = resolve('dist/esrgan.js');
const folder = mkdtempSync(join(tmpdir(), 'esrgan-large-'));
const group = memoryGroup();
try {
  const input = join(folder, 'photo.jpg');
  await sharp('node_modules/three-globe/example/img/earth-blue-marble.jpg', { limitInputPixels: false })
    .resize(photo.width, photo.height, { fit: 'fill' })
    .jpeg({ quality: 95 })
    .toFile(input);
  const model = process.argv[2] ?? (await tinyModel());
  const started = performance.now();
  const own = await peakOf([
    'upscale',
    input,
    '--model',
    model,
    '--engine',
    'cpu',
    '--out',
    join(folder, 'out'),
  ]);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const counted = group
    ? `${megabytes(Number(readFileSync(group.peak, 'utf8')))} MB in the cgroup of 2 GB`
    : 'no cgroup';
  console.log(`${cpus()[0].model.trim()}, ${availableParallelism()} threads`);
  console.log(
    `${photo.width}x${photo.height} with ${model}: ${seconds} s, ${megabytes(own)} MB of its own, ${counted}`,
  );
} finally {
  rmSync(folder, { recursive: true });
  if (group) rmdirSync(group.folder);
}

/** A group whose memory is limited, and its files for the processes in it and for the peak in bytes. */
function memoryGroup() {
  const [root, limitFile, peakFile] = existsSync('/sys/fs/cgroup/memory')
    ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes', 'memory.max_usage_in_bytes']
    : ['/sys/fs/cgroup', 'memory.max', 'memory.peak'];
  const made = join(root, `esrgan-${process.pid}`);
  try {
    mkdirSync(made);
    writeFileSync(join(made, limitFile), String(limit));
  } catch {
    return undefined;
  }
  return { folder: made, processes: join(made, 'cgroup.procs'), peak: join(made, peakFile) };
}

/** Runs our command in the group. Its peak of anonymous memory in bytes: mapped files are not counted. */
async function peakOf(args) {
  const enter = group ? `echo $$ > ${group.processes} && ` : '';
  const child = spawn('sh', ['-c', `${enter}exec "$0" "$@"`, process.execPath, esrgan, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  let peak = 0;
  const watch = setInterval(() => {
    const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
    peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
  }, 100);
  const status = await new Promise((done) => child.on('exit', done));
  clearInterval(watch);
  if (status !== 0) throw new Error(`esrgan ${args[0]} ended with ${status}.`);
  return peak;
}

/** A compact network for scale 2 with 8 channels, of a training of one step. */
async function tinyModel() {
  const images = join(folder, 'images');
  mkdirSync(images);
  await sharp({ create: { width: 64, height: 64, channels: 3, background: 'gray' } }).toFile(
    join(images, 'a.png'),
  );
  const run = {
    scale_factor: 2,
    batch_size: 1,
    generator: { type: 'compact', num_feat: 8, num_conv: 1 },
    datasets: { gray: { hr: images } },
    pretraining: { num_step: 1, cr_patch_size: [64, 64], train_datasets: ['gray'], val_datasets: [] },
  };
  const file = join(folder, 'tiny.esrgan.json');
  writeFileSync(file, JSON.stringify(run));
  execFileSync(process.execPath, [esrgan, 'train', file, '--engine', 'cpu', '--runs-dir', folder], {
    stdio: 'ignore',
  });
  return join(folder, 'tiny');
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}
