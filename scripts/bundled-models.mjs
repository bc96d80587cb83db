// Makes the bundled models (media/models): downloads photographs that are free of rights, cuts them into tiles, trains
// examples/faithful-model.esrgan.yaml and, from its weights, examples/photo-model.esrgan.yaml, evaluates and writes the files.
// Intermediate files are in bundled/: packages are downloaded and cut once, and a stopped training resumes.
//
//   node scripts/bundled-models.mjs [tiles | faithful | photo | numbers]      without an argument: all four
//   ESRGAN_TEST_SETS=FOLDER node scripts/bundled-models.mjs numbers
//
// FOLDER contains set5/ and set14/, each with HR/ and LR_x4/; without it the numbers of the model card stay. It needs the
// built command, and for *photo* the weights of VGG (`esrgan weights download vgg19`).
//
// The images are in packages of Debian 13, where `apt-get download` downloads them. Elsewhere, save the .deb files that it
// names in bundled/packages; dpkg-deb unpacks them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = join(root, 'bundled');
const fileOf = (model) => join(root, 'media', 'models', `${model}-x4.safetensors`);
const cardFile = join(root, 'media', 'models', 'README.md');
const side = 240;
/** Mean difference of neighboring samples; tiles below it (sky, shadow, out of focus) are dropped. */
const leastDetail = 5;

/**
 * Sources of the images. `shrink` lists the factors by which each is downscaled before it is cut: 2, 3 and 4 for
 * photographs, which at full size contain noise, lens blur and JPEG artifacts; 1 for clean files.
 */
const packages = [
  {
    name: 'budgie-backgrounds',
    version: '3.0-1',
    sha256: 'b91c2d5209558bc11d8d3a161f22a608857e3f8c735980cfab0d6650b03014ca',
    folder: 'usr/share/backgrounds/budgie',
    shrink: [2, 3, 4],
    // All but two drawings of a few smooth curves.
    images: [
      'abstract-spiral.jpg',
      'beacon-street-sunset.jpg',
      'blue-periwinkle.jpg',
      'canyon-wren.jpg',
      'casa-mila.jpg',
      'extreme-desert-hike.jpg',
      'high-trestle-trail.jpg',
      'lake-sherburne.jpg',
      'oakland-zoo-otters.jpg',
      'ocean-waves.jpg',
      'perched-osprey.jpg',
      'piazza-gae-aulenti.jpg',
      'roman-colosseum.jpg',
      'saturnian-profile.jpg',
      'singaporean-cityscape.jpg',
      'tea-gardens.jpg',
    ],
  },
  {
    name: 'lomiri-wallpapers-16.04',
    version: '20.04.0-4',
    sha256: 'f74676719f9d0128e5310e65ef97d596bcece8b6a43524ab8949ee1be0a4f18c',
    folder: 'usr/share/backgrounds',
    shrink: [2, 3, 4],
    images: ['seeding_by_Clements_Engelhardt.jpg'],
  },
  {
    name: 'python3-skimage',
    version: '0.25.2-2',
    sha256: '08527101e10f4fd3c7c3184c85ba6e998b51a331e09671d8950bacd58d9940fe',
    folder: 'usr/lib/python3/dist-packages/skimage/data',
    shrink: [1],
    images: [
      'astronaut.png',
      'brick.png',
      'camera.png',
      'chelsea.png',
      'coffee.png',
      'grass.png',
      'gravel.png',
    ],
  },
];

const steps = {
  tiles: makeTiles,
  faithful: () => makeModel('faithful', { stages: ['pretraining'], version: 2 }),
  photo: () => makeModel('photo', { stages: ['pretraining', 'training'], alpha: 0.4, version: 1 }),
  numbers: writeNumbers,
};
const testSets = process.env.ESRGAN_TEST_SETS;
const asked = process.argv.slice(2);
for (const name of asked)
  if (!(name in steps)) fail(`There is no step ${name}: choose tiles, faithful, photo or numbers.`);
for (const [name, step] of Object.entries(steps))
  if (asked.length === 0 || asked.includes(name)) await step();

/** Cuts all images into bundled/tiles/train and, every 32nd tile, bundled/tiles/val. */
async function makeTiles() {
  const tiles = [];
  for (const source of packages) {
    const folder = join(await unpack(source), source.folder);
    for (const image of source.images) {
      for (const factor of source.shrink) tiles.push(...(await cut(join(folder, image), image, factor)));
    }
  }
  const kept = tiles.filter(({ detail }) => detail >= leastDetail);
  const folders = { train: join(work, 'tiles', 'train'), val: join(work, 'tiles', 'val') };
  for (const folder of Object.values(folders)) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  let pixels = 0;
  for (const [index, { name, data, width, height }] of kept.entries()) {
    const folder = index % 32 === 16 ? folders.val : folders.train;
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(join(folder, `${name}.png`));
    pixels += width * height;
  }
  console.log(`${kept.length} of ${tiles.length} tiles, ${(pixels / 1e6).toFixed(1)} megapixels`);
}

/** The folder of a package's files; downloads and unpacks it if missing. */
async function unpack({ name, version, sha256 }) {
  const folder = join(work, 'packages', name);
  if (existsSync(folder)) return folder;
  await mkdir(join(work, 'packages'), { recursive: true });
  const isArchive = (file) => file.startsWith(`${name}_`) && file.endsWith('.deb');
  const findArchive = () => readdirSync(join(work, 'packages')).find(isArchive);
  if (!findArchive()) call('apt-get', ['download', `${name}=${version}`], join(work, 'packages'));
  const path = join(work, 'packages', findArchive());
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (found !== sha256)
    fail(`${path} is not version ${version} of ${name}: its SHA-256 is ${found}, not ${sha256}.`);
  call('dpkg-deb', ['-x', path, folder], root);
  return folder;
}

/** An image's tiles after reduction, row by row, with their detail; one that is not larger than 640 stays whole. */
async function cut(path, image, factor) {
  const { width, height } = await sharp(path).metadata();
  const { data, info } = await sharp(path)
    .toColourspace('srgb')
    .resize(Math.floor(width / factor), Math.floor(height / factor), { kernel: 'lanczos3', fit: 'fill' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const isWhole = Math.max(info.width, info.height) <= 640;
  const [tileWidth, tileHeight] = isWhole ? [info.width, info.height] : [side, side];
  const tiles = [];
  for (let top = 0; top + tileHeight <= info.height; top += tileHeight) {
    for (let left = 0; left + tileWidth <= info.width; left += tileWidth) {
      const pixels = new Uint8Array(tileWidth * tileHeight * 3);
      for (let y = 0; y < tileHeight; y++) {
        const start = ((top + y) * info.width + left) * 3;
        pixels.set(data.subarray(start, start + tileWidth * 3), y * tileWidth * 3);
      }
      tiles.push({
        name: `${image.replace(/\.\w+$/, '')}_${factor}_${top / tileHeight}_${left / tileWidth}`,
        width: tileWidth,
        height: tileHeight,
        data: pixels,
        detail: detailOf(pixels, tileWidth * 3),
      });
    }
  }
  return tiles;
}

/** Mean difference of neighbouring samples, across and down. */
function detailOf(pixels, row) {
  let sum = 0;
  for (let i = row; i < pixels.length; i++) {
    if (i % row >= 3) sum += Math.abs(pixels[i] - pixels[i - 3]) + Math.abs(pixels[i] - pixels[i - row]);
  }
  return sum / pixels.length;
}

/**
 * Trains the stages of a model, of which a stopped one resumes and a finished one is skipped, and writes the file with its
 * metadata: the average of the weights, of two stages their network interpolation.
 */
function makeModel(model, { stages, alpha, version }) {
  const run = join(work, 'runs', `${model}-model`);
  for (const stage of stages) {
    const sessions = existsSync(run) ? sessionsOf(run).filter(({ start }) => start.stage === stage) : [];
    if (sessions.some(({ stop }) => stop?.reason === 'finished')) continue;
    const resume = sessions.length > 0 ? ['--resume'] : [];
    esrgan('train', `examples/${model}-model.esrgan.yaml`, '--stage', stage, ...resume);
  }
  const ended = stages.map(
    (stage) => sessionsOf(run).findLast(({ start }) => start.stage === stage).stop.step,
  );
  const averages = stages.map((stage) => averageOf(run, stage));
  if (averages.length === 1) esrgan('convert', ...averages, fileOf(model), '--overwrite');
  else esrgan('interpolate', ...averages, fileOf(model), '--alpha', String(alpha), '--overwrite');
  addMetadata(fileOf(model), {
    name: `${model[0].toUpperCase()}${model.slice(1)} x4`,
    license: 'CC0-1.0',
    recipe: `scripts/bundled-models.mjs ${version}`,
    ...Object.fromEntries(stages.map((stage, index) => [`${stage}_steps`, String(ended[index])])),
  });
}

/** The average of the weights in the last checkpoint of a stage. */
function averageOf(run, stage) {
  const folder = join(run, 'checkpoints');
  const step = (name) => Number(name.slice(stage.length + 1));
  const [newest] = readdirSync(folder)
    .filter((name) => name.startsWith(`${stage}-`))
    .sort((a, b) => step(b) - step(a));
  return newest === undefined
    ? fail(`${folder} holds no checkpoint of ${stage}.`)
    : join(folder, newest, 'generator-ema.safetensors');
}

/** Puts texts into the header of a safetensors file, which is a length, JSON and the tensors' bytes. */
function addMetadata(path, texts) {
  const bytes = readFileSync(path);
  const end = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__, ...tensors } = JSON.parse(bytes.toString('utf8', 8, end));
  const json = JSON.stringify({ __metadata__: { ...__metadata__, ...texts }, ...tensors });
  // The tensors start at a multiple of eight bytes.
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, header, bytes.subarray(end)]));
}

/** Evaluates bicubic and the models if there are test sets, and writes the numbers into the model card. */
function writeNumbers() {
  if (testSets === undefined) return;
  const rows = [
    ['bicubic', 'bicubic'],
    ['*faithful*', fileOf('faithful')],
    ['*photo*', fileOf('photo')],
  ];
  const sets = { Set5: 'set5', Set14: 'set14' };
  const data = Object.entries(sets).flatMap(([name, folder]) => [
    '--data',
    `${name}=${join(testSets, folder)}`,
  ]);
  const lines = rows.map(([title, net]) => {
    const found = JSON.parse(output('evaluate', net, ...data, '--protocol', 'paper-y', '--json'));
    const cells = Object.keys(sets).flatMap((name) => {
      const { psnr, ssim } = found.find((evaluation) => evaluation.data === name);
      return [psnr.toFixed(2), ssim.toFixed(4)];
    });
    return `| ${[title, ...cells].join(' | ')} |`;
  });
  const head = '| | Set5 PSNR | Set5 SSIM | Set14 PSNR | Set14 SSIM |\n|---|--:|--:|--:|--:|';
  const card = readFileSync(cardFile, 'utf8');
  const [begin, end] = ['<!-- numbers: made by scripts/bundled-models.mjs -->', '<!-- end of numbers -->'];
  const [before, after] = [card.indexOf(begin), card.indexOf(end)];
  if (before < 0 || after < before)
    fail(`${cardFile} has no place for the numbers between ${begin} and ${end}.`);
  const table = [head, ...lines].join('\n');
  writeFileSync(cardFile, `${card.slice(0, before)}${begin}\n\n${table}\n\n${card.slice(after)}`);
  console.log(table);
}

function sessionsOf(run) {
  return JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')).sessions;
}

function esrgan(...args) {
  call(process.execPath, [join(root, 'dist', 'esrgan.js'), ...args], root);
}

/** What the command prints. */
function output(...args) {
  const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'dist', 'esrgan.js'), ...args], options);
  return status === 0 ? stdout : fail(`esrgan ${args.join(' ')} failed.`);
}

function call(program, args, cwd) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (status !== 0) fail(`${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
