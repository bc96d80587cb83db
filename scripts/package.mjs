// Makes the extension's packages: `npm run package` for this platform, `npm run package -- linux-x64 win32-x64 …` or
// `-- all` for others. Each holds ONNX Runtime and sharp for its platform, so that nothing is fetched later.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { platform } from 'node:process';
import { packageFile, thisTarget } from './package-file.mjs';

/** Platforms of VS Code for which ONNX Runtime has a build. */
const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
/** The files that `.vscodeignore` selects from, with the manifest and the native packages. */
const contents = [
  ...['dist', 'schemas', 'media', 'l10n', 'docs/run-file.md', 'README.md', 'LICENSE', '.vscodeignore'],
  ...readdirSync('.').filter((file) => file.startsWith('package.nls.')),
];
const nativePackages = ['onnxruntime-node', 'sharp'];

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

const args = process.argv.slice(2);
const chosen = args.includes('all') ? targets : args.length > 0 ? args : [thisTarget];
for (const target of chosen) {
  if (targets.includes(target)) continue;
  console.error(`There is no package for ${target}: ONNX Runtime has builds for ${targets.join(', ')}.`);
  process.exit(2);
}
let failed = false;
for (const target of chosen) {
  try {
    const file = makePackage(target);
    console.log(`${file}: ${(statSync(file).size / 2 ** 20).toFixed(1)} MiB`);
  } catch (error) {
    failed = true;
    console.error(`${target}: ${error.message}`);
  }
}
process.exit(failed ? 1 : 0);

/** Collects the files of the package in a folder and packs it. */
function makePackage(target) {
  const stage = resolve('build/package', target);
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  for (const path of contents.filter((each) => existsSync(each))) {
    cpSync(path, join(stage, path), { recursive: true });
  }
  writeFileSync(join(stage, 'package.json'), JSON.stringify(packagedManifest(), null, 2));
  writeFileSync(join(stage, 'README.md'), packagedReadme());
  installNativePackages(stage, target);
  const file = packageFile(target);
  const vsce = resolve('node_modules/@vscode/vsce/vsce');
  const options = ['--target', target, '--out', file, '--no-rewrite-relative-links'];
  execFileSync(process.execPath, [vsce, 'package', ...options], {
    cwd: stage,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return file;
}

/** All other dependencies are bundled. */
function packagedManifest() {
  const { scripts: _scripts, devDependencies: _dev, allowScripts: _allow, files: _files, ...rest } = manifest;
  const versions = nativePackages.map((name) => [name, lock.packages[`node_modules/${name}`].version]);
  return { ...rest, dependencies: Object.fromEntries(versions) };
}

/** Without images: VS Code shows only those with a web address. */
function packagedReadme() {
  return readFileSync('README.md', 'utf8')
    .replace(/<picture>.*?<\/picture>\n\n/gs, '')
    .replace(/^!\[[^\]]*\]\([^)]*\)\n\n/gm, '');
}

function installNativePackages(stage, target) {
  const [os, cpu] = target.split('-');
  execFileSync(
    'npm',
    [
      ...['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'],
      ...['--loglevel=error', `--os=${os}`, `--cpu=${cpu}`, ...(os === 'linux' ? ['--libc=glibc'] : [])],
    ],
    { cwd: stage, stdio: ['ignore', 'ignore', 'inherit'], shell: platform === 'win32' },
  );
  const image = join(stage, 'node_modules/@img', `sharp-${target}`);
  if (!existsSync(image)) {
    throw new Error(
      `sharp's package for this platform, @img/sharp-${target}, could not be had. The npm registry in use may not ` +
        'carry the packages of other platforms: make this one with another registry or on that platform.',
    );
  }
  const runtimes = join(stage, 'node_modules/onnxruntime-node/bin/napi-v6');
  for (const system of readdirSync(runtimes)) {
    for (const processor of readdirSync(join(runtimes, system))) {
      if (`${system}-${processor}` !== target) rmSync(join(runtimes, system, processor), { recursive: true });
    }
  }
}
