import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { weightsOf } from '../../../../trainer/cli/open-model.ts';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { filesOf, stateAt } from '../runs/checkpoint-fixture.ts';
import { temporaryFolder, temporaryRun } from '../runs/temporary-run.ts';

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
