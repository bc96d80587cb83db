// Runs the test suites and prints each failure in a line, then `N passed, N failed, N skipped`. Arguments: names of suites
// (none: all) and, for the suites of vitest, names of files. With `--package` the suites that use VS Code test the
// installed package of this platform instead of the repository.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, relative, resolve } from 'node:path';
import { findChromium, howToGetChromium } from './chromium.mjs';
import { nodeProgram, nodeVersions, unpackPackage } from './node-versions.mjs';
import { packageFile, thisTarget } from './package-file.mjs';
import { setUpVSCode } from './setup-vscode.mjs';
import { upscayl } from './upscayl.mjs';

const suites = {
  /** Everything without an editor. */
  unit: () => vitest('build/test-results-unit.json', 'vitest.config.ts'),
  /** Inside the extension host of VS Code. */
  vscode: () => inWorkbench(inHost),
  /** VS Code in a browser, with keyboard and mouse. */
  e2e: () => inWorkbench(() => vitest('build/test-results-e2e.json', 'test/e2e/vitest.config.ts')),
};
/** Run only if they are named. */
const otherSuites = {
  /** The packaged extension, on the oldest Node.js that `engines` allows and on later ones. */
  'node-versions': onNodeVersions,
  /** A part of `npm run test:windows`. */
  windows: onWindows,
  /** ncnn's files, in Upscayl, which runs on Linux. */
  ncnn: () => {
    const { program, models } = upscayl();
    process.env.ESRGAN_UPSCAYL = program;
    process.env.ESRGAN_UPSCAYL_MODELS = models;
    return vitest('build/test-results-ncnn.json', 'test/ncnn/vitest.config.ts');
  },
  /** Runs on a cluster: a real Slurm with two nodes on this host. */
  slurm: async () => {
    const reason = whyNoSlurm();
    if (reason === undefined) {
      const jobs = await vitest('build/test-results-slurm.json', 'test/slurm/vitest.config.ts');
      return files.length > 0 ? jobs : sumOf(jobs, await inWorkbench(onClusterInWorkbench));
    }
    console.log(`Skipped: ${reason}.`);
    return { status: 0, passed: 0, failed: 0, skipped: 1, failures: [] };
  },
};
const allSuites = { ...suites, ...otherSuites };

const args = process.argv.slice(2).filter((arg) => arg !== '--package');
if (process.argv.includes('--package')) process.env.ESRGAN_VSIX = packageFile();
const names = Object.keys(allSuites).filter((name) => args.includes(name));
const files = args.filter((arg) => !(arg in allSuites));
const chosen = names.length > 0 ? names : files.length > 0 ? ['unit'] : Object.keys(suites);

mkdirSync('build', { recursive: true });
const outcomes = [];
const run = async (names) => {
  for (const name of names) outcomes.push(await allSuites[name]());
};
await run(chosen.filter((name) => name in suites));
// The jobs of Slurm wait most of the time, so the others run at the same time. Slurm is first: both install packages.
const others = chosen.filter((name) => name in otherSuites);
await Promise.all([
  run(others.filter((name) => name === 'slurm')),
  run(others.filter((name) => name !== 'slurm')),
]);
const sum = (key) => outcomes.reduce((total, outcome) => total + outcome[key], 0);
for (const failure of outcomes.flatMap(({ failures }) => failures)) console.log(`failed: ${failure}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exit(outcomes.every(({ status }) => status === 0) ? 0 : 1);

async function vitest(results, config, chosenFiles = files) {
  const unhandled = results.replace('.json', '-unhandled.json');
  rmSync(unhandled, { force: true });
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    '--reporter=scripts/unhandled-errors-reporter.mjs',
  ];
  const environment = { ...process.env, ESRGAN_UNHANDLED_ERRORS: unhandled };
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...reporters, ...chosenFiles];
  let status = await node(results, command, environment);
  if (read(results) === undefined) {
    // vitest 4 can exit when a worker exits before its answer arrives (vitest-dev/vitest#9014; fixed in 5, which needs
    // Node 22). Then no test has failed, and there are no results.
    console.log('The test runner exited without results. Running it again.');
    status = await node(results, command, environment);
  }
  const { numPassedTests, numPendingTests, testResults } = read(results) ?? {
    numPassedTests: 0,
    numPendingTests: 0,
    testResults: [],
  };
  const failures = testResults
    .filter((file) => file.status !== 'passed')
    .flatMap(({ name, assertionResults }) => {
      const titles = assertionResults.filter((each) => each.status === 'failed').map((each) => each.fullName);
      const file = relative(process.cwd(), name);
      return titles.length > 0 ? titles.map((title) => `${file}: ${title}`) : [file];
    });
  failures.push(...(read(unhandled) ?? []));
  if (status !== 0 && failures.length === 0) failures.push(`${config}: the test runner ended with ${status}`);
  return { status, passed: numPassedTests, failed: failures.length, skipped: numPendingTests, failures };
}

/** Needs Slurm as well. */
function onClusterInWorkbench() {
  const file = 'test/e2e/cluster.test.ts';
  return vitest('build/test-results-slurm-e2e.json', 'test/e2e/vitest.config.ts', [file]);
}

function sumOf(first, second) {
  return {
    status: first.status || second.status,
    passed: first.passed + second.passed,
    failed: first.failed + second.failed,
    skipped: first.skipped + second.skipped,
    failures: [...first.failures, ...second.failures],
  };
}

async function inHost() {
  const results = 'build/test-results-vscode.json';
  const status = await node(results, ['scripts/run-typescript.mjs', 'test/vscode/run-in-server.ts']);
  const tests = read(results) ?? [];
  const count = (state) => tests.filter((test) => test.state === state).length;
  const failures = tests
    .filter((test) => test.state === 'failed')
    .map(({ title }) => `test/vscode: ${title}`);
  if (status !== 0 && failures.length === 0) failures.push(`test/vscode: the runner ended with ${status}`);
  return { status, passed: count('passed'), failed: failures.length, skipped: count('skipped'), failures };
}

async function onNodeVersions() {
  process.env.ESRGAN_EXTENSION = resolve('build/extension', thisTarget);
  process.env.ESRGAN_NODES = nodeVersions.map((version) => nodeProgram(version)).join(delimiter);
  await unpackPackage(thisTarget, process.env.ESRGAN_EXTENSION);
  return vitest('build/test-results-node-versions.json', 'test/node-versions/vitest.config.ts');
}

async function onWindows() {
  const results = 'build/test-results-windows.json';
  const status = await node(results, ['scripts/test-windows.mjs', '--quick']);
  const failures = [`scripts/test-windows.mjs ended with ${status}`];
  return read(results) ?? { status, passed: 0, failed: 1, skipped: 0, failures };
}

/** Installs Slurm if that is possible; otherwise returns the reason. */
function whyNoSlurm() {
  const programs = ['/usr/sbin/slurmctld-wlm', '/usr/sbin/slurmd-wlm', '/usr/bin/sbatch'];
  if (process.getuid?.() !== 0) return 'the daemons of Slurm need root';
  if (programs.every((program) => existsSync(program))) return undefined;
  if (!existsSync('/usr/bin/apt-get')) return 'there is no Slurm here, and no apt-get to install it';
  const packages = ['slurmctld', 'slurmd', 'slurm-client', 'slurm-wlm-basic-plugins'];
  const apt = (...args) =>
    spawnSync('apt-get', [...args, '-qq'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update');
  apt('install', '-y', '--no-install-recommends', ...packages);
  const missing = programs.filter((program) => !existsSync(program));
  return missing.length === 0 ? undefined : `apt-get did not install ${missing.join(', ')}`;
}

/** Runs a suite that needs VS Code and a browser. */
function inWorkbench(suite) {
  if (!findChromium()) {
    console.log(`Skipped, because there is no Chromium here: ${howToGetChromium}.`);
    return { status: 0, passed: 0, failed: 0, skipped: 1, failures: [] };
  }
  setUpVSCode();
  return suite();
}

/** Runs a program that writes a file of results. */
async function node(results, command, environment = process.env) {
  rmSync(results, { force: true });
  const child = spawn(process.execPath, command, { stdio: 'inherit', env: environment });
  const [status] = await once(child, 'exit');
  return status ?? 1;
}

function read(results) {
  try {
    return JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    return undefined;
  }
}
