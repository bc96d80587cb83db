/**
 * Waits for a line on standard input, tries to take the lock of the run directory in its argument, prints `won` or
 * `lost: reason`, and holds the lock until standard input ends. Then it exits without releasing it.
 */
import { once } from 'node:events';
import { messageOf } from '../../../../trainer/errors/errors.ts';
import { acquireLock } from '../../../../trainer/runs/lock.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';

const paths = runPaths(process.argv[2] ?? '');

async function contend(): Promise<void> {
  process.stdout.write('ready\n');
  await once(process.stdin, 'data');
  try {
    acquireLock(paths);
    process.stdout.write('won\n');
  } catch (error) {
    process.stdout.write(`lost: ${messageOf(error)}\n`);
  }
  process.stdin.resume();
  await once(process.stdin, 'end');
}

contend();
