// Tests the program on Windows' Node.js under Wine: `npm run test:windows`. The first run installs Wine and a Windows cross
// compiler (Debian, as root), and takes Node.js for Windows and the packages for it from the npm registry; all of it is in
// build. `--quick` takes a part of the tests, with short trainings; names of files of the unit suites, or options of vitest,
// replace all.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { nodeProgram, unpackPackage, windowsNodeVersions } from './node-versions.mjs';

const wine = '/usr/lib/wine/wine64';
const compiler = 'x86_64-w64-mingw32-gcc';

/** Suites for Windows: the others test the code of this repository, or would take an hour. */
const unitSuites = ['schemas', 'trainer', 'server', 'client'].map((folder) => `test/unit/${folder}`);
/** What depends most on Windows: renames, locks, processes. */
const quickUnitSuites = ['test/unit/trainer/files/', 'test/unit/trainer/runs/lock.test.ts'];
/** All but some trainings beside scanners: those that hold files the longest, or share nothing, show most. */
const quickTests = ['-t', '^(?!.* for 5 ms)(?!.* for 50 ms and shares 1)'];

const args = process.argv.slice(2);
const isQuick = args.includes('--quick');
const options = args.filter((arg) => arg !== '--quick');

/** Of a call of vitest, in milliseconds: a file that hangs ends its call only. */
const timeout = (isQuick ? 8 : 90) * 60_000;

const folder = resolve('build/windows');
const tree = join(folder, 'prefix/drive_c/workbench');
const extension = join(folder, 'prefix/drive_c/extension');
const versions = isQuick ? windowsNodeVersions.slice(0, 1) : windowsNodeVersions;
/** Of each Node.js in Wine. */
const nodeOptions = '--require C:/workbench/test/windows/wine.cjs';
const environment = {
  ...process.env,
  WINEPREFIX: join(folder, 'prefix'),
  WINEARCH: 'win64',
  WINEDEBUG: '-all',
  NODE_SKIP_PLATFORM_CHECK: '1',
  NO_COLOR: '1',
  ESRGAN_EXTENSION: 'C:\\extension',
  ESRGAN_HOLD: 'C:\\workbench\\hold.exe',
  ESRGAN_WINDOWS_STEPS: isQuick ? '100' : '2000',
};

process.exit(report(installWine() ? await test() : withoutWine()));

function withoutWine() {
  console.log(`Skipped: this needs Wine (${wine}) and ${compiler}, which root can install on Debian.`);
  return [{ passed: 0, failed: 0, skipped: 1, failures: [] }];
}

async function test() {
  mkdirSync(folder, { recursive: true });
  try {
    const nodes = versions.map((version) => nodeProgram(version, 'win32', 'x64'));
    preparePrefix();
    prepareTree();
    await unpackPackage('win32-x64', extension);
    environment.ESRGAN_NODES = nodes.map((node) => `Z:${node.replaceAll('/', '\\')}`).join(';');
    const [node] = nodes;
    if (options.length > 0) return [vitest(node, 'chosen', options)];
    const inUse = ['--config', 'test/windows/vitest.config.ts', ...(isQuick ? quickTests : [])];
    return [
      vitest(node, 'windows', inUse),
      vitest(node, 'node-versions', ['--config', 'test/node-versions/vitest.config.ts']),
      ...(isQuick ? [vitest(node, 'unit', quickUnitSuites)] : testUnitSuites(node)),
    ];
  } finally {
    // Ends all that still runs in this prefix.
    spawnSync(join(dirname(wine), 'wineserver64'), ['-k'], { env: environment });
  }
}

/** Tests each folder of the unit suites in a call of its own, and prints its results. */
function testUnitSuites(node) {
  const files = filesOf(unitSuites).filter((file) => file.endsWith('.test.ts'));
  /** For example `trainer/cli`. */
  const folderOf = (file) => file.split('/').slice(2, -1).slice(0, 2).join('/');
  return [...new Set(files.map(folderOf))].map((folder) => {
    const chosen = files.filter((file) => folderOf(file) === folder);
    const outcome = vitest(node, folder.replace('/', '-'), [...chosen, '--testTimeout=600000']);
    const { passed, failed, skipped } = outcome;
    console.log(`${folder}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    return outcome;
  });
}

/** Prints the results, and writes them for `npm test`. @returns the exit code */
function report(outcomes) {
  const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const [passed, failed, skipped] = ['passed', 'failed', 'skipped'].map(sum);
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  const status = failed === 0 ? 0 : 1;
  mkdirSync('build', { recursive: true });
  writeFileSync(
    'build/test-results-windows.json',
    JSON.stringify({ status, passed, failed, skipped, failures }),
  );
  return status;
}

function installWine() {
  const isThere = () => existsSync(wine) && spawnSync(compiler, ['--version']).status === 0;
  if (isThere()) return true;
  if (process.platform !== 'linux' || process.getuid() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  const packages = ['wine64', 'gcc-mingw-w64-x86-64-win32'];
  const apt = (...command) =>
    spawnSync('apt-get', ['-qq', ...command], { stdio: ['ignore', 'ignore', 'inherit'] });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
  return isThere();
}

function preparePrefix() {
  const system = join(folder, 'prefix/drive_c/windows/system32');
  if (!existsSync(system)) run(wine, ['wineboot', '-i'], folder);
  const library = join(system, 'bcryptprimitives.dll');
  const source = resolve('test/windows/prng.c');
  if (!existsSync(library)) run(compiler, ['-shared', '-O2', '-o', library, source, '-ladvapi32'], folder);
}

/** The repository with the packages for Windows, on drive C: the others behave like Unix in parts. */
function prepareTree() {
  run(process.execPath, ['scripts/bundle.mjs'], '.');
  const stamp = join(tree, 'node_modules/.lock-hash');
  const hash = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  mkdirSync(tree, { recursive: true });
  for (const path of ['dist', 'test', 'trainer', 'server']) {
    rmSync(join(tree, path), { recursive: true, force: true });
  }
  for (const path of [...filesOf([]), 'dist']) cpSync(path, join(tree, path), { recursive: true });
  if (!isInstalled) {
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    run('npm', ['install', '--os=win32', '--cpu=x64', ...options], tree);
    writeFileSync(stamp, hash);
  }
  run(compiler, ['-municode', '-O2', '-o', join(tree, 'hold.exe'), resolve('test/windows/hold.c')], folder);
}

/** The files of the repository, or of some of its folders. */
function filesOf(folders) {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...folders];
  return execFileSync('git', list, { encoding: 'utf8' })
    .split('\0')
    .filter((path) => existsSync(path));
}

/**
 * Runs tests on a Node.js in Wine. Their output goes to a file, because Wine loses some of what goes to a pipe. Vitest 4 can
 * exit without results (see `scripts/test.mjs`); then it runs again.
 */
function vitest(node, name, options, isAgain = false) {
  const results = `results-${name}.json`;
  rmSync(join(tree, results), { force: true });
  const output = join(folder, `${name}.txt`);
  const command = [node, 'node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...options];
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${results}`];
  const { status } = spawnSync(
    '/bin/sh',
    ['-c', 'exec "$0" "$@" > "$OUTPUT" 2>&1', wine, ...command, ...reporters],
    {
      cwd: tree,
      env: { ...environment, NODE_OPTIONS: nodeOptions, OUTPUT: output },
      stdio: 'ignore',
      timeout,
    },
  );
  if (!existsSync(join(tree, results))) {
    // Null: the time is up.
    if (status !== null && !isAgain) return vitest(node, name, options, true);
    return { passed: 0, failed: 1, skipped: 0, failures: [`${name}: ended with ${status}, see ${output}`] };
  }
  const { numPassedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(join(tree, results), 'utf8'),
  );
  const failures = testResults
    .filter((file) => file.status !== 'passed')
    .flatMap(({ name: file, assertionResults }) => {
      const failed = assertionResults.filter((each) => each.status === 'failed');
      return failed.length > 0 ? failed.map(({ fullName }) => `${file}: ${fullName}`) : [file];
    });
  return { passed: numPassedTests, failed: failures.length, skipped: numPendingTests, failures };
}

function run(program, options, cwd) {
  execFileSync(program, options, { cwd, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}
