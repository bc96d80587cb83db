/**
 * What many finished runs cost: `node scripts/run-typescript.mjs bench/growth.ts [counts]`, after `npm run bundle`. System
 * calls are counted with strace.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServer } from '../test/unit/server/server-process.ts';
import { makeRuns } from './make-runs.ts';

/** Seconds for which an idle server is observed, after as many for it to settle. */
const observed = 20;

interface Cost {
  /** Milliseconds from the start of the server to its first list. */
  readonly listMs: number;
  /** Of these, its processor time. */
  readonly listCpuMs: number;
  readonly megabytes: number;
  /** Of the idle server, a second. */
  readonly calls: number;
  readonly fileCalls: number;
  readonly cpuMs: number;
  /** Milliseconds that `esrgan runs` takes. */
  readonly commandMs: number;
}

const counts = process.argv.slice(3).map(Number);
const costs = new Map<number, Cost>();
print('runs', 'list ms', 'its CPU ms', 'MB', 'calls/s', 'of files/s', 'CPU ms/s', 'esrgan runs ms');
for (const count of counts.length > 0 ? counts : [10, 100, 1000, 10_000]) {
  const cost = await measure(count);
  costs.set(count, cost);
  const { listMs, listCpuMs, megabytes, calls, fileCalls, cpuMs, commandMs } = cost;
  print(
    count,
    listMs.toFixed(0),
    listCpuMs.toFixed(0),
    megabytes.toFixed(0),
    calls.toFixed(1),
    fileCalls.toFixed(1),
    cpuMs.toFixed(2),
    commandMs.toFixed(0),
  );
}
const [few, many] = [costs.get(10), costs.get(1000)];
if (few && many) {
  const ratio = (of: (cost: Cost) => number) => (of(many) / of(few)).toFixed(2);
  process.stdout.write(
    `1,000 over 10 runs: list ${ratio(({ listMs }) => listMs)}, memory ${ratio(({ megabytes }) => megabytes)}, idle calls ${ratio(({ calls }) => calls)}\n`,
  );
}

async function measure(count: number): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-growth-'));
  try {
    makeRuns(join(folder, 'runs'), count);
    const start = performance.now();
    const server = await startServer(folder, { runsFolders: ['runs'] });
    const runs = await server.request('esrgan/runs', null);
    const listMs = performance.now() - start;
    const pid = server.child.pid ?? 0;
    const listCpuMs = cpuMsOf(pid);
    if (runs.length !== count) throw new Error(`${runs.length} runs instead of ${count}`);
    await delay(1000 * observed);
    const before = cpuMsOf(pid);
    await delay(1000 * observed);
    const cpuMs = (cpuMsOf(pid) - before) / observed;
    const { calls, fileCalls } = await countCalls(pid);
    const megabytes = residentMegabytes(pid);
    await server.shutdown();
    return { listMs, listCpuMs, megabytes, calls, fileCalls, cpuMs, commandMs: timeCommand(folder, count) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** System calls of a process a second, and those that name files. */
async function countCalls(pid: number): Promise<Pick<Cost, 'calls' | 'fileCalls'>> {
  const strace = spawn('strace', ['-c', '-f', '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let report = '';
  strace.stderr.setEncoding('utf8').on('data', (text: string) => (report += text));
  await delay(1000 * observed);
  strace.kill('SIGINT');
  await once(strace, 'close');
  // % time, seconds, usecs/call, calls, errors (or nothing), name
  const rows = [...report.matchAll(/^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?([a-z]\w*)$/gm)];
  const sum = (pattern: RegExp) =>
    rows.reduce(
      (total, [, calls, name = '']) => total + (pattern.test(name) && name !== 'total' ? Number(calls) : 0),
      0,
    );
  return { calls: sum(/./) / observed, fileCalls: sum(/stat|open|getdents/) / observed };
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1000;
}

/** Processor time of a process so far. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (1000 * ticks) / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}

function timeCommand(folder: string, count: number): number {
  const start = performance.now();
  const { stdout } = spawnSync(process.execPath, [resolve('dist/esrgan.js'), 'runs', '--json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const elapsed = performance.now() - start;
  if (stdout.trim().split('\n').length !== count)
    throw new Error(`esrgan runs lists other runs: ${stdout.slice(0, 200)}`);
  return elapsed;
}

function print(...cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(12)).join(' ')}\n`);
}
