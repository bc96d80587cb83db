/**
 * Measures what the experiment manager costs, on files of the real shape: `node bench/experiments.mjs`.
 * With a folder as its word it is the writer of a followed run.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { followRun } from '../server/experiments/follow.ts';
import { createPointStore } from '../server/experiments/points.ts';
import { createRunList } from '../server/experiments/run-list.ts';
import { type PointCursor, readAllPoints } from '../server/protocol/points.ts';
import { createEventWriter } from '../trainer/runs/event-writer.ts';
import { createRunDirectory } from '../trainer/runs/run-directory.ts';
import { recordFinishedRun } from './make-runs.ts';

const scalars = {
  'train/content_loss': 0.02,
  'train/gradient_norm': 0.3,
  'train/learning_rate': 2e-4,
  'machine/steps_per_second': 4.1,
  'machine/samples_per_second': 65,
  'machine/loader_idle_share': 0.01,
  'machine/memory_bytes': 1e9,
};

const [writerFolder] = process.argv.slice(2);
if (writerFolder !== undefined) await write(writerFolder);
else await measure();

/** Logs a step every 0.2 s, as a trainer does, 60 times. */
async function write(folder: string): Promise<void> {
  const events = createEventWriter(folder);
  for (let step = 1; step <= 60; step++) {
    await delay(200);
    events.scalars(step, scalars);
    events.flush();
  }
  events.close();
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-bench-'));
  try {
    const runs = join(folder, 'runs');
    for (let index = 0; index < 1000; index++) makeRun(join(runs, `run-${index}`));
    await measureList(runs);
    await measureLatency(join(folder, 'followed'));
    await measurePoints(join(folder, 'long'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeRun(root: string): void {
  const paths = recordFinishedRun(root);
  mkdirSync(paths.lock);
  writeFileSync(join(paths.lock, 'free'), '');
  createEventWriter(root).close();
}

async function measureList(runs: string): Promise<void> {
  const times: number[] = [];
  const cpuTimes: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const list = createRunList(() => {});
    list.setFolders([runs]);
    const all = await list.all();
    times.push(performance.now() - start);
    cpuTimes.push(cpuMs(cpu));
    list.close();
    if (all.length !== 1000) throw new Error(`${all.length} runs instead of 1000`);
  }
  print('1,000 runs listed', `${median(times).toFixed(0)} ms (${median(cpuTimes).toFixed(0)} ms of CPU)`);
  const list = createRunList(() => {});
  list.setFolders([runs]);
  await list.all();
  // The first seconds look twice at folders that have just changed.
  await delay(5000);
  const before = process.cpuUsage();
  await delay(20_000);
  const used = cpuMs(before);
  list.close();
  print('following 1,000 quiet runs', `${(used / 20).toFixed(2)} ms of CPU a second`);
}

async function measureLatency(root: string): Promise<void> {
  const paths = createRunDirectory(root);
  const store = createPointStore(root);
  let cursor: PointCursor | null = null;
  const latencies: number[] = [];
  const following = followRun(paths, async (parts) => {
    if (!parts.includes('points')) return;
    await store.update();
    const answer = store.after(cursor);
    const loss = answer.tags.find(({ tag }) => tag === 'train/content_loss');
    for (const time of loss?.wallTimes ?? []) latencies.push(Date.now() - 1000 * time);
    cursor = answer.cursor;
  });
  const writer = fork(fileURLToPath(import.meta.url), [root]);
  await once(writer, 'exit');
  await delay(1500);
  following.close();
  print(
    'a step from its record to a follower',
    `${median(latencies).toFixed(0)} ms, at most ${Math.max(...latencies).toFixed(0)} ms, of ${latencies.length}`,
  );
}

async function measurePoints(root: string): Promise<void> {
  createRunDirectory(root);
  const events = createEventWriter(root);
  for (let step = 1; step <= 100_000; step++) {
    events.scalars(step, scalars);
    if (step % 1000 === 0) events.flush();
  }
  events.close();
  const before = process.memoryUsage();
  const start = performance.now();
  const cpu = process.cpuUsage();
  const store = createPointStore(root);
  await store.update();
  const read = performance.now();
  const readCpu = cpuMs(cpu);
  store.newest(1000);
  const newest = performance.now();
  let answers = 0;
  const request = async (after: PointCursor | null) => {
    answers++;
    return store.after(after);
  };
  await readAllPoints(request, { clear() {}, append() {} });
  const all = performance.now();
  const bytes = process.memoryUsage().arrayBuffers - before.arrayBuffers;
  print(
    `${store.size.toLocaleString('en')} points read`,
    `${(read - start).toFixed(0)} ms (${readCpu.toFixed(0)} ms of CPU), ${(bytes / 2 ** 20).toFixed(0)} MiB`,
  );
  print('the newest 1,000 of each tag', `${(newest - read).toFixed(1)} ms`);
  print('all of them', `${(all - newest).toFixed(0)} ms in ${answers} answers`);
}

/** Milliseconds of processor time since then. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(40)} ${figure}\n`);
}
