import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { weightsOf, wholeWeightsOf } from '../../../../trainer/cli/open-model.ts';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { filesOf, stateAt } from '../runs/checkpoint-fixture.ts';
import { temporaryFolder, temporaryRun } from '../runs/temporary-run.ts';

const generator = 'generator.safetensors';

/** A run with two checkpoints of its pretraining; the second is the best. */
function runWithTwo(): RunPaths {
  const paths = temporaryRun();
  createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
  for (const [step, psnr] of [
    [1, 29],
    [2, 30],
  ] as const)
    writeCheckpoint(paths, filesOf(String(step)), stateAt(step, { metrics: { psnr } }));
  return paths;
}

const damage = (paths: RunPaths, step: number, file = generator) =>
  writeFileSync(join(paths.checkpoints, `pretraining-0000000${step}`, file), 'x');
const inRun = (paths: RunPaths, step: number, file = '') =>
  join(paths.checkpoints, `pretraining-0000000${step}`, file);

function find(name: string, of: typeof weightsOf = wholeWeightsOf): { file: string; problems: string[] } {
  const problems: string[] = [];
  return { file: of(name, (problem) => problems.push(problem)), problems };
}

test('whole weights are found without a word', () => {
  const paths = runWithTwo();
  const file = inRun(paths, 2, generator);
  for (const name of [paths.root, inRun(paths, 2), file]) expect(find(name)).toEqual({ file, problems: [] });
});

test('of a run with a damaged checkpoint another one is used, and named', () => {
  const paths = runWithTwo();
  damage(paths, 2);
  for (const of of [weightsOf, wholeWeightsOf])
    expect(find(paths.root, of)).toEqual({
      file: inRun(paths, 1, generator),
      problems: [
        expect.stringMatching(
          /pretraining-00000002 is not whole: generator\.safetensors has 1 bytes instead of \d+\. Using pretraining-00000001 instead\.$/,
        ),
      ],
    });
});

test('a damaged optimizer does not matter', () => {
  const paths = runWithTwo();
  damage(paths, 2, 'optimizer.safetensors');
  const file = inRun(paths, 2, generator);
  for (const name of [paths.root, inRun(paths, 2)]) expect(find(name)).toEqual({ file, problems: [] });
});

test('a run without a whole checkpoint is an error that names the damage', () => {
  const paths = runWithTwo();
  for (const step of [1, 2]) damage(paths, step);
  expect(() => find(paths.root)).toThrow(
    /no whole checkpoint\..*00000002 is not whole.*00000001 is not whole/,
  );
});

test('a damaged checkpoint is an error, its file itself a warning, and inspecting neither', () => {
  const paths = runWithTwo();
  damage(paths, 2);
  const file = inRun(paths, 2, generator);
  expect(() => find(inRun(paths, 2))).toThrow(/00000002 is not whole: .*Choose another checkpoint/);
  expect(find(file)).toEqual({ file, problems: [expect.stringContaining('is not whole')] });
  for (const name of [file, inRun(paths, 2)]) expect(find(name, weightsOf)).toEqual({ file, problems: [] });
  rmSync(inRun(paths, 2, 'state.json'));
  expect(find(inRun(paths, 2))).toEqual({ file, problems: [] });
});

test('the weights of a run directory are those of its checkpoint', () => {
  const run = temporaryRun();
  createManifest(run, { seed: 0, configHash: '', data: {}, ancestry: [] });
  writeCheckpoint(run, filesOf('x'), stateAt(10));
  expect(weightsOf(run.root)).toBe(join(run.checkpoints, 'pretraining-00000010', 'generator.safetensors'));
});

test("a folder with another program's run.json is no run", () => {
  const folder = join(temporaryFolder(), 'site');
  mkdirSync(folder);
  writeFileSync(join(folder, 'run.json'), '{"scripts": []}');
  expect(() => weightsOf(folder)).toThrow(/^Run .*site is not in /);
});

const isWindows = process.platform === 'win32';

test.skipIf(isWindows).each<[string, (path: string) => void, string]>([
  [
    'a named pipe',
    (path) => execFileSync('mkfifo', [path]),
    'is a named pipe, not a file of weights or a run.',
  ],
  ['a device', (path) => symlinkSync('/dev/null', path), 'is a device, not a file of weights or a run.'],
  ['nothing', () => {}, 'does not exist.'],
])(`what is not a file is named: %s${isWindows ? ' (skipped: not on Windows)' : ''}`, (_, make, message) => {
  const path = join(temporaryFolder(), 'a.safetensors');
  make(path);
  for (const of of [weightsOf, wholeWeightsOf]) expect(() => find(path, of)).toThrow(`${path} ${message}`);
});
