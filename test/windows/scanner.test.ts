import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TinyWorkspace, tinyWorkspace } from '../unit/server/experiments/tiny-runs.ts';
import { esrgan, type Program, start } from './command.ts';

/** Steps of each training. */
const steps = Number(process.env.ESRGAN_WINDOWS_STEPS ?? 200);

const hold = process.env.ESRGAN_HOLD ?? '';
const reader = resolve('test/windows/read-always.mjs');

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let workspace: TinyWorkspace;
let undisturbed: Record<string, string>;

beforeAll(async () => {
  workspace = await tinyWorkspace();
  undisturbed = await trainBeside('undisturbed', () => []);
});
afterAll(() => workspace.remove());

/** Trains a run beside other programs, which get its folder and the file that ends them. Returns its last checkpoint. */
async function trainBeside(
  name: string,
  others: (folder: string, stop: string) => readonly Program[],
): Promise<Record<string, string>> {
  const file = workspace.runFile(name);
  const text = readFileSync(file, 'utf8')
    .replace(/every_steps: 1000000, keep: 3/, 'every_steps: 4, keep: 2')
    .replace(/samples: \{ every_steps: 1000000/, 'samples: { every_steps: 20');
  writeFileSync(file, text);
  const run = join(workspace.runsDir, name);
  mkdirSync(run, { recursive: true });
  const stop = join(workspace.folder, `${name}.stop`);
  const programs = others(run, stop);
  const { code, output } = await esrgan(workspace.folder, 'train', file, '--max-steps', String(steps)).ended;
  writeFileSync(stop, '');
  // How often they opened a file. One that holds each for half a second cannot do so more often than twice a second.
  const least = Math.min(steps / 20, 20);
  for (const program of programs) expect(Number((await program.ended).output)).toBeGreaterThan(least);
  expect(code, output).toBe(0);
  expect(output).not.toMatch(/cannot/i);
  expect(readdirSync(run).filter((each) => each.startsWith('.'))).toEqual([]);
  const last = join(run, 'checkpoints', `pretraining-${String(steps).padStart(8, '0')}`);
  // The state has a hash of the run file, and so of the run's name.
  return Object.fromEntries(
    readdirSync(last).map((each) => {
      const bytes = readFileSync(join(last, each));
      return [each, each === 'state.json' ? bytes.toString().replace(/"configHash".*/, '') : sha256(bytes)];
    }),
  );
}

test('a reader opens a file each millisecond', async () => {
  const beside = await trainBeside('read', (run, stop) => [start(process.execPath, [reader, run, stop])]);
  expect(beside).toEqual(undisturbed);
});

test.runIf(existsSync(hold)).each([
  { milliseconds: 5, share: 7 },
  { milliseconds: 5, share: 1 },
  { milliseconds: 50, share: 1 },
  { milliseconds: 50, share: 0 },
  { milliseconds: 500, share: 1 },
])(
  'a scanner holds each new file for $milliseconds ms and shares $share',
  async ({ milliseconds, share }) => {
    const beside = await trainBeside(`held-${milliseconds}-${share}`, (run, stop) => [
      start(hold, [run, String(share), String(milliseconds), stop]),
    ]);
    expect(beside).toEqual(undisturbed);
  },
);
