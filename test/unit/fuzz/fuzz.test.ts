import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { readers } from './readers.ts';

/**
 * Gives damaged files to every reader of untrusted files. Each returns a value or a clear message: it never throws another
 * exception, hangs, or exhausts memory. The files are the same in every run.
 *
 * More files: `FUZZ_ROUNDS=1000000 npx vitest run test/unit/fuzz`.
 */
const rounds = Number(process.env.FUZZ_ROUNDS ?? Number.NaN);

const script = 'build/fuzz/fuzzer.mjs';
beforeAll(() => {
  buildSync({
    entryPoints: ['test/unit/fuzz/fuzzer.ts'],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
});

test.concurrent.each(Object.entries(readers))(
  'damaged files do no harm: %s',
  async (name, reader) => {
    const end = Number.isNaN(rounds) ? reader.rounds : rounds;
    const { messages, errors } = await fuzz(name, end);
    expect(messages.filter(({ finding }) => finding !== undefined)).toEqual([]);
    expect(errors).toBe('');
    // The reader detects some of the damage, and accepts some.
    const { read = 0, refused = 0 } = messages.at(-1) ?? {};
    expect(read + refused).toBe(end);
    expect(Math.min(read, refused)).toBeGreaterThan(end / 50);
  },
  60 * 60_000,
);

interface Message {
  readonly finding?: string;
  readonly read?: number;
  readonly refused?: number;
}

async function fuzz(name: string, end: number) {
  // Little memory, so that a leaking reader runs out of it.
  const child = spawn(process.execPath, ['--max-old-space-size=200', script, name, '0', String(end)]);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const messages: Message[] = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { messages, errors };
}
