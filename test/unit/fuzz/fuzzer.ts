import { mkdirSync, mkdtempSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { WorkbenchError } from '../../../trainer/errors/errors.ts';
import { inputOf, readers } from './readers.ts';

// Gives damaged files to a reader, in its own process. Arguments: its name, the first round, the round after the last.
// Prints one JSON line per finding with its round, and finally the numbers of accepted and refused files.
// `node build/fuzz/fuzzer.mjs 'run file' 2854 2855` repeats one round.

/** Limit of all memory that a reader allocates for an input of some kilobytes. */
const mostBytes = 2 ** 27;

/** Limit of CPU seconds for one input; a suspended computer uses none. */
const mostSeconds = 30;

const [name = '', first = '0', end = '0'] = process.argv.slice(2);
const reader = readers[name];
if (!reader) throw new Error(`There is no reader ${name}.`);
const folder = join(mkdtempSync(join(tmpdir(), 'esrgan-fuzz-')), 'files');
mkdirSync(folder);
const path = join(folder, reader.file);

const say = (message: object) => writeSync(1, `${JSON.stringify(message)}\n`);

// A hanging reader blocks this thread: another one watches it.
const current = new Int32Array(new SharedArrayBuffer(4));
const watch = new Worker(
  `const { workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const seconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
  let [round, since] = [-1, 0];
  setInterval(() => {
    const now = Atomics.load(workerData.current, 0);
    if (now !== round) [round, since] = [now, seconds()];
    else if (seconds() - since > workerData.mostSeconds) {
      writeSync(1, JSON.stringify({ round, finding: 'It hangs.' }) + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }
  }, 500);`,
  { eval: true, workerData: { current, mostSeconds } },
);
const counts = { read: 0, refused: 0 };
for (let round = Number(first); round < Number(end); round++) {
  Atomics.store(current, 0, round);
  const input = inputOf(name, reader, round);
  writeFileSync(path, input);
  const before = allocated();
  try {
    counts[(await reader.read(path)) ? 'read' : 'refused']++;
  } catch (error) {
    counts.refused++;
    if (!isClear(error)) {
      say({ round, finding: error instanceof Error ? error.stack : String(error) });
    }
  }
  // Memory freed meanwhile only lowers this.
  const bytes = allocated() - before;
  if (bytes > mostBytes) say({ round, finding: `It took ${bytes} bytes.` });
}
rmSync(folder, { recursive: true });
say(counts);
await watch.terminate();

function isClear(error: unknown): boolean {
  return error instanceof WorkbenchError && /^.{1,2000}$/.test(error.message);
}

function allocated(): number {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
