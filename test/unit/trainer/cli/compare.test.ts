import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { registerCompare } from '../../../../trainer/cli/compare.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { initialRrdb } from '../../../../trainer/models/rrdb/initial.ts';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { encodeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { fakeRun, fakeTestSet } from '../evaluate/compared-runs.ts';
import { stateAt } from '../runs/checkpoint-fixture.ts';

afterEach(() => vi.restoreAllMocks());

async function run(...args: string[]): Promise<string> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerCompare(program);
  await program.parseAsync(['compare', ...args], { from: 'user' });
  vi.restoreAllMocks();
  return written.join('');
}

/** A run with a real, tiny model for each stage. */
function realRun(name: string): string {
  const { paths } = fakeRun(name, 'data_dir: /d', []);
  for (const [seed, stage] of (['pretraining', 'training'] as const).entries()) {
    const weights = initialRrdb(
      {
        type: 'rrdb',
        img_channels: 3,
        scale_factor: 4,
        rrdb_channels: 4,
        growth_channels: 2,
        num_basic_blocks: 1,
        num_dense_blocks: 1,
        num_residual_blocks: 2,
        residual_scaling: 0.2,
        use_subpixel_conv: false,
      },
      createRandom(seed, 'weights'),
    );
    const files = [{ name: 'generator.safetensors', chunks: encodeSafetensors(weights) }];
    writeCheckpoint(paths, files, stateAt(1, { stage, metrics: { psnr: 20, ssim: 0.5 } }));
  }
  return paths.root;
}

test('measures the models of a run and saves the results', async () => {
  const root = realRun('one');
  const set = await fakeTestSet('own');
  const args = [root, '--data', `own=${set.dir}`, '--protocol', 'rgb', '--engine', 'cpu', '--csv'];
  const first = await run(...args);
  const rows = first.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.split(',').slice(0, 6).join(' '))).toEqual([
    'one PSNR pretraining-00000001 own rgb 2',
    'one ESRGAN training-00000001 own rgb 2',
    'one interpolated 0.8 pretraining-00000001 training-00000001 own rgb 2',
    'bicubic x4  own rgb 2',
  ]);
  const scores = rows.map((row) => Number(row.split(',')[6]));
  expect(new Set(scores).size).toBe(4);
  // All results are saved, so an unavailable engine is not opened.
  expect(await run(...args.with(args.indexOf('cpu'), 'cuda'))).toBe(first);
});

test('prints each format', async () => {
  const [one, two] = [realRun('one'), realRun('two')];
  expect(await run(one, two)).toMatch(/^Validation in training/);
  expect(await run(one, two, '--markdown', '--published')).toMatch(/### The best single image/);
  expect(JSON.parse(await run(one, two, '--json', '--baseline', two))).toMatchObject({ baseline: 'two' });
});

test.each<[string, (root: string) => string[], RegExp]>([
  ['no run', () => [], /missing required argument/],
  ['a missing run', (root) => ['none', '--runs-dir', dirname(root)], /Run none is not in .*: it has one/],
  ['an alpha above 1', (root) => [root, '--alpha', '1.1'], /It must be a number from 0 to 1/],
  ['an unknown engine', (root) => [root, '--engine', 'gpu'], /There is no engine gpu/],
  [
    'a baseline that is not compared',
    (root) => [root, '--baseline', realRun('two')],
    /The baseline two is not among the compared runs/,
  ],
])('%s is an error', async (_, args, message) => {
  await expect(run(...args(realRun('one')))).rejects.toThrow(message);
});

test('a run without a valid run file is an error', async () => {
  const root = realRun('one');
  writeFileSync(join(root, 'run.esrgan.yaml'), 'batch_size: x');
  await expect(run(root)).rejects.toThrow(
    /cannot be compared: it has no valid run\.json and run\.esrgan\.yaml/,
  );
});
